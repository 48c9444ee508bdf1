-- SPDX-License-Identifier: MIT
--- Writing a campaign: completion of fields, values and zones (CTRL-X CTRL-O), the description of a field (K), and
--- mistakes while the text is written.

local fields = require "klaviyo_nvim.fields"
local names = require "klaviyo_nvim.names"
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

-- The kind of name that a string holds which begins on this line, and what is written of it: list "VIP
local KINDS = { list = true, segment = true, template = true, tag = true }

local function name_at(line)
  for _, quote in ipairs { '"', "'" } do
    local word, begun = line:match("([%a_]+)%s*%(?%s*" .. quote .. "([^" .. quote .. "]*)$")
    if word and KINDS[word] then
      return word, begun, quote
    end
  end
end

-- The names that contain what is written, those that begin with it first.
local function names_like(list, base, kind, quote)
  local first, rest, wanted = {}, {}, base:lower()
  for _, one in ipairs(list) do
    local at = type(one.name) == "string" and one.name:lower():find(wanted, 1, true)
    if at then
      local word = one.name:gsub("[\\" .. quote .. "]", "\\%0")
      table.insert(at == 1 and first or rest, { word = word, menu = ("%s %s"):format(kind, one.id), icase = 1,
        info = type(one.created_at) == "string" and "created " .. one.created_at or "" })
    end
  end
  return vim.list_extend(first, rest)
end

-- Offers names once they have been read, if the cursor is still behind the same text.
local function offer_later(kind, line, column)
  local buffer, row = vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1]
  names.load(kind, function(list)
    local cursor = vim.api.nvim_win_get_cursor(0)
    if not list or vim.api.nvim_get_mode().mode:sub(1, 1) ~= "i" or vim.api.nvim_get_current_buf() ~= buffer
      or cursor[1] ~= row or vim.api.nvim_get_current_line():sub(1, cursor[2]) ~= line then
      return
    end
    local _, begun, quote = name_at(line)
    vim.fn.complete(column, names_like(list, begun, kind, quote))
  end)
end

-- Completes a name; nil where the cursor is not in one. Neovim takes `base` out of the line before it asks.
local function names_at(line, base)
  local kind, begun, quote = name_at(line)
  if not kind then
    return nil
  elseif begun ~= base then
    line, begun = line .. base, begun .. base
  end
  local list = names.known(kind)
  if not list then
    offer_later(kind, line, #line - #begun + 1)
    return {}
  end
  return names_like(list, begun, kind, quote)
end

local function items(base)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local text, line = text_before(cursor[1], cursor[2])
  local named = names_at(line, base)
  if named then
    return named
  end
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
    local kind, begun = name_at(line)
    if kind then
      return #line - #begun
    end
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
  vim.api.nvim_create_autocmd("BufWritePost", { buffer = buffer, callback = names.forget })
  vim.keymap.set("n", "K", language.hover, { buffer = buffer, desc = "Describe the field" })
  problems.follow(buffer)
end

return language
