-- SPDX-License-Identifier: MIT
--- A common form for a campaign of a file and one of the account, so that they can be compared part by part. A part has
--- fields with dotted names, and children.

local describe = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local normalize = require "klaviyo.model.normalize"

local parts = {}

---@class klaviyo.cli.part
---@field kind "campaign"|"audience"|"message"|"variation"
---@field name string|nil
---@field id string|nil           the id in the account, or the one that the file names
---@field place string            the path in the file
---@field fields table<string, any>   json.null for cleared ones
---@field children klaviyo.cli.part[]
---@field status? string          the status of a message of the account
---@field scheduling? klaviyo.scheduling  when that message goes out

-- Objects whose fields are compared one by one.
local NESTED = { send_settings = true, details = true }
local CHILDREN = { audiences = true, messages = true, variations = true, tags = true }

local function writable(kind)
  local names = {}
  for _, field in ipairs(schema.resources[kind].fields) do
    if field.read_only ~= true and not CHILDREN[field[1]] then
      names[#names + 1] = field[1]
    end
  end
  return names
end

local NAMES = {}
for _, kind in ipairs { "campaign", "audience", "message", "variation" } do
  NAMES[kind] = writable(kind)
end

local function flatten(fields, name, value)
  if NESTED[name] and type(value) == "table" and not json.is_array(value) then
    for part, item in pairs(value) do
      fields[name .. "." .. part] = item
    end
  elseif value ~= nil then
    fields[name] = value
  end
end

local function fields_of(kind, source)
  local fields = {}
  for _, name in ipairs(NAMES[kind]) do
    flatten(fields, name, source[name])
  end
  return fields
end

local function part(kind, source, place, ids)
  return { kind = kind, name = describe.known(source.name) or nil, place = place, id = ids and ids[place] or source.id,
    fields = fields_of(kind, source), children = {} }
end

-- From a file -----------------------------------------------------------------------------------------------------

local path_format = require("klaviyo.model.path").format

local function variation_part(variation, message, ids, number)
  local place = ("%s.variations[%d]"):format(path_format(message.path), number)
  local made = part("variation", variation.source, place, ids)
  made.fields.details = nil
  flatten(made.fields, "details", variation.details)
  return made
end

local function message_part(message, ids)
  local made = part("message", message.source, path_format(message.path), ids)
  for i, variation in ipairs(message.variations or {}) do
    made.children[i] = variation_part(variation, message, ids, i)
  end
  return made
end

---The parts of a campaign file.
---@param model table              without the ids of its parts
---@param ids table<string, string>  by path
---@return klaviyo.cli.part
function parts.of_model(model, ids)
  local normalized = normalize.campaign(model)
  local campaign = part("campaign", model, "", ids)
  if model.timezone ~= nil then
    campaign.fields["send_settings.send_timezone"] = model.timezone
  end
  local by_temporary_id = {}
  for i, audience in ipairs(normalized.audiences or {}) do
    local made = part("audience", audience.source, path_format(audience.path), ids)
    campaign.children[i] = made
    by_temporary_id[audience.temporary_id] = made
  end
  for _, message in ipairs(normalized.messages or {}) do
    local audience = by_temporary_id[message.audience]
    if audience then
      table.insert(audience.children, message_part(message, ids))
    end
  end
  return campaign
end

-- From the account --------------------------------------------------------------------------------------------------

local function object_part(kind, object)
  return { kind = kind, name = describe.known(object.name) or nil, id = object.id, place = "",
    fields = fields_of(kind, object), children = {}, status = kind == "message" and object.status or nil,
    scheduling = kind == "message" and describe.known(object.scheduling) or nil }
end

---The parts of a campaign of the account.
---@param campaign klaviyo.campaign  with its audiences, messages and variations
---@return klaviyo.cli.part
function parts.of_campaign(campaign)
  local made = object_part("campaign", campaign)
  for _, audience in ipairs(campaign.audiences) do
    local a = object_part("audience", audience)
    table.insert(made.children, a)
    for _, message in ipairs(audience.messages) do
      local m = object_part("message", message)
      table.insert(a.children, m)
      for _, variation in ipairs(message.variations) do
        table.insert(m.children, object_part("variation", variation))
      end
    end
  end
  return made
end

---Turns nested tables into dotted names; the opposite of `nest`.
---@param fields table
---@return table<string, any>
function parts.flat(fields)
  local flat = {}
  for name, value in pairs(fields) do
    flatten(flat, name, value)
  end
  return flat
end

---Turns dotted names into nested tables.
---@param fields table<string, any>
---@return table
function parts.nest(fields)
  local nested = {}
  for name, value in pairs(fields) do
    local outer, inner = name:match "^([^.]+)%.(.+)$"
    if outer then
      nested[outer] = nested[outer] or {}
      nested[outer][inner] = value
    else
      nested[name] = value
    end
  end
  return nested
end

-- Comparing ---------------------------------------------------------------------------------------------------------

local function is_unset(value)
  return value == nil or value == json.null or value == ""
end

local function as_set(list)
  local set, count = {}, 0
  for _, item in ipairs(list) do
    count = set[item] and count or count + 1
    set[item] = true
  end
  return set, count
end

local function same_set(a, b)
  local x, n = as_set(a)
  local y, m = as_set(b)
  for item in pairs(x) do
    if not y[item] then
      return false
    end
  end
  return n == m
end

local function same_deep(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b or is_unset(a) and is_unset(b)
  end
  for key, value in pairs(a) do
    if not same_deep(value, b[key]) then
      return false
    end
  end
  for key, value in pairs(b) do
    if a[key] == nil and not is_unset(value) then
      return false
    end
  end
  return true
end

---Whether two values of a field are the same for the service.
---@param name string
---@param a any
---@param b any
---@return boolean
function parts.same(name, a, b)
  if name == "included" or name == "excluded" then
    return same_set(type(a) == "table" and a or {}, type(b) == "table" and b or {})
  elseif name == "color" and type(a) == "string" and type(b) == "string" then
    return a:lower():gsub("^#", "") == b:lower():gsub("^#", "")
  elseif name == "send_settings.send_strategy" and type(a) == "string" and type(b) == "string" then
    return a:upper() == b:upper()
  end
  return same_deep(a, b)
end

return parts
