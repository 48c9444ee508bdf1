-- SPDX-License-Identifier: MIT
--- Campaigns made up from the description of the fields: whole ones, with every field there is, and random ones.

local json = require "klaviyo.model.json"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"

local models = {}

---The revision whose fields there are; nil: the newest.
---@type string|nil
models.revision = nil

local WORDS = { "Summer", "Mother's Day", "\"quoted\"", "back\\slash", "Straße", "夏のセール", "line\nbreak", "a/b~c", "🎉" }
local ZONES = { "UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe" }

local fill

local function object(r, fields, dialect, form, all)
  local value = {}
  for _, field in ipairs(fields) do
    if models.writable(field, dialect, form) and (all or r.chance(2) or schema.holds(field.required, dialect)) then
      value[field[1]] = fill(r, field, dialect, form, all)
    end
  end
  return value
end

-- A value that the field may have.
function fill(r, field, dialect, form, all)
  local kind = field[2]
  if not all and schema.holds(field.nullable, dialect) and r.chance(5) then
    return json.null
  elseif field.enum and (not field.enum_in or field.enum_in == dialect) then
    return r.pick(field.enum)
  elseif field.format == "timezone" then
    return r.pick(ZONES)
  elseif kind == "string" then
    return (schema.holds(field.not_empty, dialect) or not r.chance(6)) and r.pick(WORDS) .. r.int(1, 99) or ""
  elseif kind == "boolean" then
    return r.chance(2)
  elseif kind == "integer" then
    return field.range and r.int(field.range[1], field.range[2]) or r.int(0, 2000000000)
  elseif kind == "number" then
    return r.int(0, 1000) / 8
  elseif kind == "array" then
    local list = json.array()
    for i = 1, all and 2 or r.int(0, 3) do
      list[i] = fill(r, field.of, dialect, form, all)
    end
    return list
  elseif kind == "object" then
    return field.fields and object(r, field.fields, dialect, form, all) or { [r.pick { "a", "b c" }] = r.pick(WORDS) }
  end
  return r.pick { "any", 1, true }
end

---Whether a field can be given in a form of writing.
---@param field klaviyo.schema.field
---@param dialect string
---@param form "inline"|"create"|"update"
---@return boolean
function models.writable(field, dialect, form)
  return schema.has(field, dialect) and not schema.holds(field.read_only, dialect)
    and not (field.not_in and schema.holds(field.not_in[form], dialect))
    and revisions.reaches(models.revision, schema.since(field, dialect))
end

local CHILDREN = { audiences = true, messages = true, variations = true, details = true, tags = true }

local function own_fields(resource)
  local fields = {}
  for _, field in ipairs(schema.resources[resource].fields) do
    if not CHILDREN[field[1]] then
      fields[#fields + 1] = field
    end
  end
  return fields
end

---Details of a channel.
---@param r spec.random
---@param channel string
---@param dialect string
---@param form "inline"|"create"|"update"
---@param all? boolean  every field there is
---@return table
function models.details(r, channel, dialect, form, all)
  local details = object(r, schema.details[channel], dialect, form, all)
  details.channel = channel
  return details
end

---A resource without its children.
---@param r spec.random
---@param resource "campaign"|"audience"|"message"|"variation"
---@param dialect string
---@param form "inline"|"create"|"update"
---@param all? boolean
---@return table
function models.resource(r, resource, dialect, form, all)
  local value = object(r, own_fields(resource), dialect, form, all)
  local settings = resource == "campaign" and value.send_settings
  if type(settings) == "table" and type(settings.throttle_percentage) == "number" then
    settings.send_strategy = "THROTTLED"
  end
  return value
end

local function variation(r, dialect, form, channel, all)
  local value = models.resource(r, "variation", dialect, form, all)
  value.details = models.details(r, channel, dialect, form, all)
  return value
end

---A message in one of its forms.
---@param r spec.random
---@param dialect string
---@param form "inline"|"create"
---@param channel string
---@param all? boolean
---@return table
function models.message(r, dialect, form, channel, all)
  local message = models.resource(r, "message", dialect, form, all)
  local shape = all and 4 or r.int(1, 4)
  if shape == 2 then
    for name, value in pairs(models.details(r, channel, dialect, form)) do
      message[name] = value
    end
  elseif shape == 3 then
    message.details = models.details(r, channel, dialect, form)
  elseif shape == 4 then
    message.variations = { variation(r, dialect, form, channel, all) }
    if dialect == "openapi" and r.chance(2) then
      message.variations[2] = variation(r, dialect, form, r.pick(schema.channels), all)
    end
  end
  return message
end

---A campaign with audiences and messages.
---@param r spec.random
---@param dialect string
---@param all? boolean  every field there is, on every channel
---@return table
function models.campaign(r, dialect, all)
  local campaign = models.resource(r, "campaign", dialect, "create", all)
  campaign.audiences = {}
  for i = 1, all and 2 or r.int(1, 3) do
    local audience = models.resource(r, "audience", dialect, "inline", all)
    audience.messages = {}
    for j = 1, all and #schema.channels or r.int(0, 3) do
      audience.messages[j] = models.message(r, dialect, "inline", all and schema.channels[j]
        or r.pick(schema.channels), all)
    end
    campaign.audiences[i] = audience
  end
  return campaign
end

return models
