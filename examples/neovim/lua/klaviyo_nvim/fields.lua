-- SPDX-License-Identifier: MIT
--- What may be written at a place of a campaign's text: the fields of the table that the place is in, from the
--- description that validates them.

local schema = require "klaviyo.model.schema"

local fields = {}

local METHODS = { "audience", "extra", "message", "send", "send_settings", "tags", "timezone" }
vim.list_extend(METHODS, schema.channels)

-- Field lists of a table, by the word it belongs to: a method, a key, or the key of the list it is an element of.
local LISTS = {}
do
  local resources, details = schema.resources, {}
  local message = resources.message.fields
  for _, channel in ipairs(schema.channels) do
    details[#details + 1] = schema.details[channel]
    LISTS[channel] = { schema.details[channel], message }
  end
  LISTS.message = vim.list_extend({ message, resources.variation.fields }, details)
  LISTS.messages, LISTS.details = LISTS.message, details
  LISTS.variations = { resources.variation.fields }
  LISTS.audience = { resources.audience.fields }
  LISTS.audiences = LISTS.audience
  LISTS.send_settings = { schema.find(resources.campaign.fields, "send_settings").fields }
  LISTS.send = { resources.schedule.fields }
  LISTS.campaign = { resources.campaign.fields }
end

-- Ends of strings and comments, from their beginning.
local function skip(text, at)
  local quote = text:match("^[\"']", at)
  if quote then
    local from = at + 1
    while true do
      local stop = text:find("[\\" .. quote .. "\n]", from)
      if not stop or text:sub(stop, stop) ~= "\\" then
        return stop or #text
      end
      from = stop + 2
    end
  end
  local mark = text:match("^%-%-%[=*%[", at) or text:match("^%[=*%[", at)
  if mark then
    return select(2, text:find("]" .. mark:match "%[(=*)%[" .. "]", at + #mark, true)) or #text
  elseif text:find("^%-%-", at) then
    return text:find("\n", at, true) or #text
  end
end

-- The word that a bracket belongs to.
local function label(text, at, around)
  local before = text:sub(math.max(1, at - 200), at - 1)
  return before:match "([%w_]+)%s*=%s*$" or before:match ":%s*([%w_]+)%s*%(?%s*$"
    or before:match "return%s*$" and "campaign" or around
end

---The word that the innermost table at the end of a text belongs to: "email", "audience", ...
---@param text string  up to the place
---@return string|nil  nil outside of all tables
---@return boolean quoted  whether the place is inside a string
function fields.table_at(text)
  local stack, at = {}, 1
  while at <= #text do
    local stop = skip(text, at)
    if stop and stop >= #text and text:find("^[\"']", at) and not text:find(text:sub(at, at), at + 1, true) then
      return stack[#stack] and stack[#stack].label, true
    end
    local char = text:sub(at, at)
    if stop then
      at = stop
    elseif char == "{" or char == "(" then
      local around = stack[#stack]
      stack[#stack + 1] = { char = char, label = label(text, at, around and around.label) }
    elseif (char == "}" or char == ")") and #stack > 0 then
      stack[#stack] = nil
    end
    at = at + 1
  end
  for i = #stack, 1, -1 do
    if stack[i].char == "{" then
      return stack[i].label, false
    end
  end
  return nil, false
end

---The fields that a table may have, in order, each once.
---@param owner string|nil  as table_at gives it
---@return klaviyo.schema.field[]
function fields.of(owner)
  local found, seen = {}, {}
  for _, list in ipairs(LISTS[owner] or {}) do
    for _, field in ipairs(list) do
      if not seen[field[1]] and field.read_only ~= true then
        seen[field[1]] = true
        found[#found + 1] = field
      end
    end
  end
  return found
end

---@return string[]  the builder's methods
function fields.methods()
  return METHODS
end

local zones

---The zones of the system's database.
---@return string[]
function fields.zones()
  zones = zones or require("klaviyo.model.zone").names()
  return zones
end

---A field in words: its type, its limits, the revisions that have it, what it is for, and an example.
---@param field klaviyo.schema.field
---@return string[] lines  Markdown
function fields.describe(field)
  local record = require("klaviyo.cli.field_help").record(field)
  local kind = record and table.concat(vim.list_extend({ record.type }, record.notes), "; ") or field[2]
  local lines = { ("**%s**: %s"):format(field[1], kind) }
  if field.doc then
    vim.list_extend(lines, { "", field.doc })
  end
  if record and record.example then
    vim.list_extend(lines, { "", "```lua", record.example, "```" })
  end
  return lines
end

return fields
