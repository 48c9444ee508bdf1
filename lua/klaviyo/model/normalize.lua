-- SPDX-License-Identifier: MIT
--- Brings the forms in which scripts write a new campaign to one: audiences, messages that name their audience, and
-- variations with `details`. Each part keeps the path at which the script wrote it.
--
-- A message may hold `variations`, or one variation's content directly: as `details = { channel = ... }`, or flat,
-- `channel` and detail fields beside its own. A variation may be flat in the same way.

local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local normalize = {}

---@class klaviyo.normalized.variation
---@field source table          the table that the script wrote
---@field given? any            the item of the list, a table or not
---@field path klaviyo.path
---@field details table|nil     nil if the script gave none; may be json.null
---@field details_path klaviyo.path
---@field flat boolean          whether the details stand beside other fields

---@class klaviyo.normalized.message
---@field source table
---@field given? any
---@field path klaviyo.path
---@field audience string       the temporary id of its audience
---@field variations klaviyo.normalized.variation[]|nil
---@field short boolean         whether it holds one variation's content directly

---@class klaviyo.normalized.audience
---@field source table
---@field given any
---@field path klaviyo.path
---@field temporary_id string

-- The names of details of any channel; `template` is `template_id` for a reference by name.
local DETAILS = { channel = true, template = true }
for _, fields in pairs(schema.details) do
  for _, field in ipairs(fields) do
    DETAILS[field[1]] = true
  end
end

---Whether a key of a flat message or variation belongs to its details.
---@param key any
---@return boolean
function normalize.is_detail(key)
  return DETAILS[key] == true
end

---Whether a table is a list: places 1 to n, and nothing else in it.
---@param value table
---@return boolean
function normalize.is_list(value)
  local count = 0
  for key in next, value do
    if type(key) ~= "number" then
      return false
    end
    count = count + 1
  end
  return count == #value
end

local function child(base, ...)
  local keys = {}
  for i = 1, #base do
    keys[i] = base[i]
  end
  for _, key in ipairs { ... } do
    keys[#keys + 1] = key
  end
  return keys
end

local function flat_details(source)
  local details
  for key, value in next, source do
    if DETAILS[key] then
      details = details or {}
      details[key] = value
    end
  end
  return details
end

-- The details that a table holds, and whether they stand flat in it.
local function details_of(source)
  if source.details ~= nil then
    return source.details, false
  end
  return flat_details(source), true
end

---@param source table
---@param at klaviyo.path
---@return klaviyo.normalized.variation
function normalize.variation(source, at)
  local details, flat = details_of(source)
  return { source = source, path = at, details = details, flat = flat,
    details_path = flat and at or child(at, "details") }
end

---@param source table
---@param at klaviyo.path
---@return klaviyo.normalized.message
function normalize.message(source, at)
  local message = { source = source, path = at, short = false, audience = source.audience_temporary_id }
  if type(source.variations) == "table" then
    message.variations = {}
    for i, item in ipairs(source.variations) do
      message.variations[i] = normalize.variation(type(item) == "table" and item or {}, child(at, "variations", i))
      message.variations[i].given = item
    end
  elseif source.variations == nil then
    local details, flat = details_of(source)
    if details ~= nil then
      message.short = true
      message.variations = { { source = {}, path = at, details = details, flat = flat,
        details_path = flat and at or child(at, "details") } }
    end
  end
  return message
end

local function items(list)
  return type(list) == "table" and list or {}
end

-- Assigns temporary ids to the audiences that have none; never one that the script uses.
local function name_audiences(audiences)
  local taken = {}
  for _, audience in ipairs(audiences) do
    if audience.temporary_id ~= nil then
      taken[audience.temporary_id] = true
    end
  end
  local number = 0
  for _, audience in ipairs(audiences) do
    while audience.temporary_id == nil do
      number = number + 1
      local id = "audience-" .. number
      if not taken[id] then
        audience.temporary_id = id
      end
    end
  end
end

---Brings a campaign's plain table to one form. What is not a table counts as an empty one, so that the validator can
---report every problem.
---@param model table
---@return { audiences: klaviyo.normalized.audience[]|nil, messages: klaviyo.normalized.message[]|nil }
function normalize.campaign(model)
  local audiences, messages = {}, {}
  for i, given in ipairs(items(model.audiences)) do
    local source = type(given) == "table" and given or {}
    audiences[i] = { source = source, given = given, path = { "audiences", i }, temporary_id = source.temporary_id }
  end
  name_audiences(audiences)
  for i, audience in ipairs(audiences) do
    for j, source in ipairs(items(audience.source.messages)) do
      local message = normalize.message(type(source) == "table" and source or {}, { "audiences", i, "messages", j })
      message.audience, message.given = audience.temporary_id, source
      messages[#messages + 1] = message
    end
  end
  for i, source in ipairs(items(model.messages)) do
    local message = normalize.message(type(source) == "table" and source or {}, { "messages", i })
    message.given = source
    messages[#messages + 1] = message
  end
  return {
    audiences = type(model.audiences) == "table" and audiences or nil,
    messages = (#messages > 0 or type(model.messages) == "table") and messages or nil,
  }
end

---Copies a value for the wire: lists are tagged as arrays where the field is one, and `extra` of a known object is
---merged into its fields. A table inside itself is not copied: the JSON writer rejects it.
---@param value any
---@param field? klaviyo.schema.field
---@param above? table<table, boolean>  the tables that contain the value
---@return any
function normalize.copy(value, field, above)
  if type(value) ~= "table" or above and above[value] then
    return value
  end
  above = above or {}
  above[value] = true
  local copy = {}
  local fields = field and field.fields
  for key, item in next, value do
    if fields and key == "extra" then
      normalize.merge(copy, item)
    else
      copy[key] = normalize.copy(item, field and (field.of or fields and schema.find(fields, key)), above)
    end
  end
  above[value] = nil
  if field and field[2] == "array" or json.is_array(value) then
    return json.array(copy)
  end
  return copy
end

---Puts the fields of an `extra` table into another.
---@param target table
---@param extra any
function normalize.merge(target, extra)
  if type(extra) == "table" then
    for key, value in next, extra do
      target[key] = normalize.copy(value)
    end
  end
end

return normalize
