-- SPDX-License-Identifier: MIT
--- Writing a campaign: completion of fields, values and zones (CTRL-X CTRL-O), the description of a field (K), and
--- mistakes while the text is written.

local fields = require "klaviyo_nvim.fields"
local problems = require "klaviyo_nvim.problems"

local language = {}

-- The text of a buffer up to a place: a line counted from 1, and bytes of it.
local function text_before(line, column)
  local lines = vim.api.nvim_buf_get_lines(0, 0, line, false)
  lines[line] = lines[line]:sub(1, column)
  return table.concat(lines, "\n"), lines[line]
end

local function find(owner, name)
  for _, field in ipairs(fields.of(owner)) do
    if field[1] == name then
      return field
    end
  end
end

-- The values that a string may have which begins on this line.
local function values_of(owner, line)
  local key = line:match '([%w_]+)%s*=%s*["\'][^"\']*$'
  local field = key and find(owner, key)
  if line:find ':timezone%s*%(?%s*["\'][^"\']*$' or field and field.format == "timezone" then
    return fields.zones()
  end
  return field and field.enum or {}
end

local function items(base)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local text, line = text_before(cursor[1], cursor[2])
  local owner, quoted = fields.table_at(text)
  local found = {}
  local function offer(word, info)
    if type(word) == "string" and word:lower():find(base:lower(), 1, true) == 1 then
      found[#found + 1] = { word = word, menu = "klaviyo", info = info }
    end
  end
  if quoted then
    for _, value in ipairs(values_of(owner, line)) do
      offer(value)
    end
  elseif line:find ":%s*[%w_]*$" then
    for _, name in ipairs(fields.methods()) do
      offer(name)
    end
  else
    for _, field in ipairs(fields.of(owner)) do
      offer(field[1], table.concat(fields.describe(field), "\n"))
    end
  end
  return found
end

---The omnifunc of a campaign's buffer, see :help complete-functions.
---@param findstart integer
---@param base string
---@return integer|table[]
function language.complete(findstart, base)
  if findstart == 1 then
    local cursor = vim.api.nvim_win_get_cursor(0)
    local text, line = text_before(cursor[1], cursor[2])
    local _, quoted = fields.table_at(text)
    return #line - #line:match(quoted and "[^\"']*$" or "[%w_]*$")
  end
  return items(base)
end

---Describes the field under the cursor; without one, does what K does elsewhere.
function language.hover()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local text, before = text_before(cursor[1], cursor[2])
  local owner = fields.table_at(text)
  local word = before:match "[%w_]*$" .. vim.api.nvim_get_current_line():sub(cursor[2] + 1):match "^[%w_]*"
  local field = find(owner, word) or find(owner, vim.api.nvim_get_current_line():match "^%s*([%w_]+)%s*=")
  if not field then
    vim.cmd "normal! K"
    return
  end
  vim.lsp.util.open_floating_preview(fields.describe(field), "markdown", { focus_id = "klaviyo", border = "rounded" })
end

---Gives a buffer all of this, once.
---@param buffer integer
function language.attach(buffer)
  if vim.b[buffer].klaviyo_attached then
    return
  end
  vim.b[buffer].klaviyo_attached = true
  vim.bo[buffer].omnifunc = "v:lua.require'klaviyo_nvim.language'.complete"
  vim.keymap.set("n", "K", language.hover, { buffer = buffer, desc = "Describe the field" })
  problems.follow(buffer)
end

return language
