-- SPDX-License-Identifier: MIT
--- :KlaviyoPreview: how every message of a campaign looks, in a buffer beside it.

local facts = require "klaviyo.cli.describe"
local items_of = require "klaviyo.cli.preview_items"
local json = require "klaviyo.model.json"
local plugin = require "klaviyo_nvim"

local preview = {}

local LABELS = { { "subject", "Subject" }, { "preview_text", "Preview" }, { "title", "Title" }, { "body", "Text" },
  { "from", "From" }, { "reply_to", "Replies" }, { "template", "Template" }, { "parts", "Parts" },
  { "opt_out", "Opt-out" } }

local function add(lines, label, value)
  for line in (value .. "\n"):gmatch "(.-)\r?\n" do
    lines[#lines + 1] = ("  %-10s%s"):format(label, line)
    label = ""
  end
end

local function add_item(lines, item)
  vim.list_extend(lines, { "", ("## %s (%s)"):format(item.title, item.channel or "no channel") })
  for _, label in ipairs(LABELS) do
    if item.words[label[1]] then
      add(lines, label[2], item.words[label[1]])
    end
  end
  local template = item.variation.template
  if template and (template.text or template.html) then
    add(lines, template.text and "Content" or "HTML", template.text or template.html)
  end
  for _, one in ipairs(item.variation.unrendered) do
    lines[#lines + 1] = ("  ! not rendered: %s in %s"):format(one.tag, one.path)
  end
  for _, one in ipairs(item.variation.missing) do
    lines[#lines + 1] = ("  ! no value for %s in %s"):format(one.name, one.path)
  end
  if template and template.err then
    add(lines, "!", tostring(template.err))
  end
end

local function lines_of(campaign, list, is_modified)
  local lines = { "# " .. facts.name(campaign.name) }
  if is_modified then
    lines[2] = "! this is the account's version: the buffer has changes that :w has not saved"
  end
  for _, item in ipairs(items_of.list(list)) do
    add_item(lines, item)
  end
  for i, line in ipairs(lines) do
    lines[i] = line:gsub("[%z\1-\31\127]", " ")
  end
  return lines
end

local function show(id, lines)
  local name = "klaviyo://preview/" .. id
  local known = vim.fn.bufnr("^" .. name .. "$")
  local buffer = known > 0 and known or vim.fn.bufadd(name)
  vim.fn.bufload(buffer)
  vim.bo[buffer].buftype, vim.bo[buffer].swapfile, vim.bo[buffer].filetype = "nofile", false, "markdown"
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.b[buffer].klaviyo_of = id
  if vim.fn.bufwinid(buffer) < 0 then
    vim.cmd "vsplit"
    vim.api.nvim_win_set_buf(0, buffer)
  end
end

-- The values of variables, as JSON in the command, or those of the settings.
local function context_of(words)
  if words == "" then
    return plugin.settings().context or {}
  end
  local context = json.decode(words)
  if type(context) ~= "table" or context[1] ~= nil then
    error(':KlaviyoPreview takes the values of variables as a JSON object, such as {"first_name":"Ada"}', 0)
  end
  return context
end

---@param given { args: string }  values of variables, as JSON
function preview.command(given)
  local id = plugin.need_here()
  if not id then
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  plugin.run(function()
    local context = context_of(given.args)
    local campaign = plugin.check(plugin.client().campaigns:tree(id))
    local list = plugin.check(campaign:preview { context = context })
    show(id, lines_of(campaign, list, vim.api.nvim_buf_is_valid(buffer) and vim.bo[buffer].modified))
  end)
end

return preview
