-- SPDX-License-Identifier: MIT
--- Maps the path of a field in a model to its JSON pointer in the request body, and back.

local fields = require "klaviyo.wire.dialect.fields"
local normalize = require "klaviyo.model.normalize"
local path = require "klaviyo.model.path"
local schema = require "klaviyo.model.schema"

local pointers = {}

local function concat(...)
  local all = {}
  for _, keys in ipairs { ... } do
    for _, key in ipairs(keys) do
      all[#all + 1] = key
    end
  end
  return all
end

local function tail(keys, from)
  local rest = {}
  for i = from, #keys do
    rest[#rest + 1] = keys[i]
  end
  return rest
end

---Where a field of a form stands, counted from `attributes`.
---@param form klaviyo.dialect.form
---@param keys klaviyo.path   a field, and what is inside it
---@return klaviyo.path
function pointers.locate(form, keys)
  local known = form.places[keys[1]]
  if known then
    return concat(known, tail(keys, 2))
  end
  return concat(form.home, keys)
end

-- The reverse: the field at these keys, or nil if there is none.
local function field_at(form, keys)
  for name, place in pairs(form.places) do
    local match = #keys >= #place
    for i = 1, #place do
      match = match and keys[i] == place[i]
    end
    if match then
      return concat({ name }, tail(keys, #place + 1))
    end
  end
  for i = 1, #form.home do
    if keys[i] ~= form.home[i] then
      return nil
    end
  end
  local rest = tail(keys, #form.home + 1)
  if form.places[rest[1]] then
    return nil -- the name of a field, but that field stands elsewhere
  end
  return rest
end

local function variation_keys(d, keys)
  if normalize.is_detail(keys[1]) then
    keys = concat({ "details" }, keys)
  end
  return pointers.locate(d.forms.variation, keys)
end

local function message_keys(d, form, keys)
  local variations = pointers.locate(form, { "variations" })
  if keys[1] == "variations" and keys[2] then
    return concat(variations, { keys[2] }, #keys > 2 and variation_keys(d, tail(keys, 3)) or {})
  elseif keys[1] == "details" or normalize.is_detail(keys[1]) then
    return concat(variations, { 1 }, variation_keys(d, keys))
  end
  return #keys == 0 and {} or pointers.locate(form, keys)
end

-- The index of a message in the flat list of the wire.
local function message_place(model, keys)
  if not model then
    return keys[4]
  end
  for place, message in ipairs(normalize.campaign(model).messages or {}) do
    local at = message.path
    if at[1] == keys[1] and at[2] == keys[2] and (#at == 2 or at[4] == keys[4]) then
      return place
    end
  end
  return keys[4]
end

local function campaign_keys(d, keys, model)
  local first = keys[1]
  if first == "timezone" then
    return pointers.locate(d.forms.campaign, { "send_settings", "send_timezone" })
  elseif first == "audiences" and keys[2] then
    if keys[3] == "messages" and keys[4] then
      return concat({ "messages", message_place(model, keys) }, message_keys(d, d.forms.inline_message, tail(keys, 5)))
    elseif keys[3] == "temporary_id" then
      return { "audiences", keys[2], "temporary_id" }
    end
    return concat({ "audiences", keys[2] }, keys[3] and pointers.locate(d.forms.inline_audience, tail(keys, 3)) or {})
  elseif first == "messages" and keys[2] then
    return concat({ "messages", model and message_place(model, keys) or keys[2] },
      message_keys(d, d.forms.inline_message, tail(keys, 3)))
  elseif first == "audiences" or first == "messages" then
    return keys
  end
  return pointers.locate(d.forms.campaign, keys)
end

local SCHEDULE = {}
for option, place in pairs(fields.schedule_options) do
  SCHEDULE[option] = path.parse(place)
end

-- The other names of these options, those of message.scheduling.
local AS_READ = {}
for _, field in ipairs(schema.resources.schedule.fields) do
  if field.as_read then
    AS_READ[field.as_read] = SCHEDULE[field[1]]
  end
end

-- A parent is a relationship of the new resource, under the parent's type.
local PARENTS = {
  audience = { campaign = "campaign" },
  message = { campaign = "campaign", audience = "campaign-audience" },
  variation = { message = "campaign-message" },
  schedule = { message = "campaign-message" },
}

local function attribute_keys(d, resource, keys, model)
  if resource == "campaign" then
    return campaign_keys(d, keys, model)
  elseif resource == "message" then
    return message_keys(d, d.forms.message, keys)
  elseif resource == "variation" then
    return #keys == 0 and {} or variation_keys(d, keys)
  elseif resource == "schedule" then
    return SCHEDULE[keys[1]] or AS_READ[keys[1]] or keys
  end
  return #keys == 0 and {} or pointers.locate(d.forms[resource], keys)
end

---@param d klaviyo.dialect
---@param resource string
---@param where string|klaviyo.path
---@param model? table
---@return string
function pointers.to_pointer(d, resource, where, model)
  local keys = type(where) == "string" and path.parse(where) or where
  local parent = PARENTS[resource] and PARENTS[resource][keys[1]]
  if parent then
    return path.to_pointer { "data", "relationships", parent, "data", "id" }
  elseif keys[1] == "id" then
    return "/data/id"
  elseif resource == "campaign" and keys[1] == "tags" then
    local inner = keys[2] and { keys[2], "id" } or {}
    return path.to_pointer(concat({ "data", "relationships", "tags", "data" }, inner))
  end
  return path.to_pointer(concat({ "data", "attributes" }, attribute_keys(d, resource, keys, model)))
end

-- The path of a part of a variation: in a flat variation, details have no table of their own.
local function variation_path(d, variation, keys)
  keys = field_at(d.forms.variation, keys)
  if not keys then
    return variation.path
  elseif keys[1] == "details" then
    return concat(variation.details_path, tail(keys, 2))
  end
  return concat(variation.path, keys)
end

local function message_path(d, form, message, keys)
  local inner = field_at(form, keys)
  if not inner then
    return message.path
  elseif inner[1] == "variations" and inner[2] then
    local variation = message.variations and message.variations[inner[2]]
    if not variation then
      local at = concat(message.path, { "variations", inner[2] })
      variation = { path = at, details_path = concat(at, { "details" }) }
    elseif message.short and inner[#inner] == "name" and #inner == 4 then
      return message.path -- the one variation of a short form has no name of its own
    end
    return variation_path(d, variation, tail(inner, 3))
  end
  return concat(message.path, inner)
end

local function campaign_path(d, keys, model)
  local first, place = keys[1], keys[2]
  local parts = model and normalize.campaign(model) or {}
  if first == "audiences" and place then
    local rest = keys[3] == "temporary_id" and { "temporary_id" }
      or keys[3] and field_at(d.forms.inline_audience, tail(keys, 3)) or {}
    return concat({ "audiences", place }, rest)
  elseif first == "messages" and place then
    local message = parts.messages and parts.messages[place] or { path = { "messages", place } }
    if keys[3] == "audience_temporary_id" then
      return #message.path == 2 and concat(message.path, { keys[3] }) or { message.path[1], message.path[2] }
    end
    return message_path(d, d.forms.inline_message, message, tail(keys, 3))
  elseif first == "audiences" or first == "messages" then
    return keys
  end
  local inner = field_at(d.forms.campaign, keys)
  if inner and inner[1] == "send_settings" and inner[2] == "send_timezone" and model and model.timezone ~= nil then
    return { "timezone" }
  end
  return inner
end

local function schedule_path(keys)
  for name, place in pairs(SCHEDULE) do
    if name ~= "timezone" and place[1] == keys[1] and (place[2] == keys[2] or keys[2] == nil) then
      return { name }
    end
  end
  return keys
end

local function relationship_path(resource, keys)
  if resource == "campaign" and keys[1] == "tags" then
    return concat({ "tags" }, type(keys[3]) == "number" and { keys[3] } or {})
  end
  for parent, wire in pairs(PARENTS[resource] or {}) do
    if wire == keys[1] then
      return { parent }
    end
  end
end

local function attribute_path(d, resource, keys, model)
  if resource == "campaign" then
    return campaign_path(d, keys, model)
  elseif resource == "message" then
    return message_path(d, d.forms.message, normalize.message(model or {}, {}), keys)
  elseif resource == "variation" then
    local variation = normalize.variation(model or {}, {})
    if not variation.details then
      variation.details_path = { "details" }
    end
    return variation_path(d, variation, keys)
  elseif resource == "schedule" then
    return schedule_path(keys)
  end
  return d.forms[resource] and field_at(d.forms[resource], keys)
end

---@param d klaviyo.dialect
---@param resource string
---@param pointer string
---@param model? table
---@return string|nil
function pointers.to_path(d, resource, pointer, model)
  local keys = path.from_pointer(pointer)
  if keys[1] ~= "data" then
    return nil
  elseif keys[2] == "id" then
    return "id"
  end
  local found
  if keys[2] == "attributes" and keys[3] ~= nil then
    found = attribute_path(d, resource, tail(keys, 3), model)
  elseif keys[2] == "relationships" then
    found = relationship_path(resource, tail(keys, 3))
  end
  if not found or #found == 0 then
    return nil
  end
  return path.format(found)
end

local known

-- Whether these keys are those of a field that the dialect can write, of a part of one, or of an object that holds one.
local function knows_field(d, form_name, resource, keys)
  local form = d.forms[form_name]
  local inline = form_name:find("^inline") and "inline" or "create"
  for _, field in ipairs(schema.resources[resource].fields) do
    local place = pointers.locate(form, { field[1] })
    local shared = 0
    while keys[shared + 1] ~= nil and keys[shared + 1] == place[shared + 1] do
      shared = shared + 1
    end
    if shared == math.min(#keys, #place) and schema.has(field, d.name) and not form.set_later[field[1]]
      and not (field.not_in and schema.holds(field.not_in[inline], d.name)) then
      local part = #keys > #place and field.fields and schema.find(field.fields, keys[#place + 1])
      return not part or schema.has(part, d.name)
    end
  end
  return false
end

local function knows_variation(d, keys)
  local place = pointers.locate(d.forms.variation, { "details" })
  local name = keys[#place + 1]
  if name == nil or keys[#place] ~= "details" then
    return #keys == 0 or knows_field(d, "variation", "variation", keys)
  end
  for _, details in pairs(schema.details) do
    local field = schema.find(details, name)
    if field and schema.has(field, d.name) then
      return true
    end
  end
  return false
end

local function knows_message(d, form_name, keys)
  local place = pointers.locate(d.forms[form_name], { "variations" })
  if #keys > #place and type(keys[#place + 1]) == "number" and keys[#place] == "variations" then
    return knows_field(d, form_name, "message", place) and knows_variation(d, tail(keys, #place + 2))
  end
  return #keys == 0 or knows_field(d, form_name, "message", keys)
end

-- Whether the dialect has anything at these keys of `attributes`.
function known(d, resource, keys)
  if resource == "message" then
    return knows_message(d, "message", keys)
  elseif resource == "variation" then
    return knows_variation(d, keys)
  elseif resource == "campaign" and (keys[1] == "audiences" or keys[1] == "messages") then
    local rest = tail(keys, 3)
    if #rest == 0 or rest[1] == "temporary_id" or rest[1] == "audience_temporary_id" then
      return true
    elseif keys[1] == "messages" then
      return knows_message(d, "inline_message", rest)
    end
    return knows_field(d, "inline_audience", "audience", rest)
  end
  return #keys == 0 or knows_field(d, resource, resource, keys)
end

---Whether two dialects differ exactly at a pointer: one has something there, the other has not, and both have the
---object around it. A server of the other dialect would not have got any further.
---@param a klaviyo.dialect
---@param b klaviyo.dialect
---@param pointer string
---@param resource string
---@return boolean
function pointers.differ_at(a, b, pointer, resource)
  local keys = path.from_pointer(pointer)
  if pointer == "/data/attributes" and resource == "campaign" then
    return a.names_clones ~= b.names_clones -- a clone has attributes in one and none in the other
  elseif keys[1] ~= "data" or keys[2] ~= "attributes" or not keys[3] or not a.forms[resource] then
    return false
  end
  keys = tail(keys, 3)
  local parent = {}
  for i = 1, #keys - 1 do
    parent[i] = keys[i]
  end
  return known(a, resource, keys) ~= known(b, resource, keys)
    and known(a, resource, parent) and known(b, resource, parent)
end

return pointers
