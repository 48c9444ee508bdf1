-- SPDX-License-Identifier: MIT
--- Request bodies from canonical models, in either dialect.

local fields = require "klaviyo.wire.dialect.fields"
local json = require "klaviyo.model.json"
local normalize = require "klaviyo.model.normalize"
local path = require "klaviyo.model.path"
local pointers = require "klaviyo.wire.dialect.pointers"
local schema = require "klaviyo.model.schema"
local types = require "klaviyo.wire.dialect.types"

local writer = {}

---@class klaviyo.dialect
---@field name "guide"|"openapi"
---@field names_clones boolean  whether a clone of a campaign can be given a name
---@field forms table<string, klaviyo.dialect.form>  by resource, and as inline_audience and inline_message

-- Keys of a model that are written elsewhere in the body. Any other key goes out: with validation switched off, it is
-- for the service to reject.
local STRUCTURE = {
  campaign = { audiences = true, messages = true, tags = true, timezone = true },
  audience = {},
  message = { variations = true, details = true },
  variation = { details = true },
}

-- The same for an audience within a new campaign, and for a change.
local INLINE_AUDIENCE = { messages = true, temporary_id = true }
local CHANGE = { campaign = { timezone = true }, audience = {}, message = {} }

local function set(target, keys, value)
  for i = 1, #keys - 1 do
    if type(target[keys[i]]) ~= "table" then
      target[keys[i]] = {}
    end
    target = target[keys[i]]
  end
  target[keys[#keys]] = value
end

-- The table at `home`; created if it is missing.
local function open_home(attributes, home)
  local target = attributes
  for i = 1, #home do
    local key = home[i]
    target[key] = target[key] or {}
    target = target[key]
  end
  return target
end

-- Puts one field where the form has it: under home, or at a place of its own.
local function put(attributes, form, name, value)
  local place = form.places[name]
  if place then
    set(attributes, place, value)
  else
    open_home(attributes, form.home)[name] = value
  end
end

-- A name that can be set once the object exists. Anything else goes out, for the service to reject.
local function can_wait(value)
  return type(value) == "string" and value ~= ""
end

-- Puts the fields of a model into attributes, each where the form has it.
---@param form klaviyo.dialect.form
local function put_fields(attributes, form, resource, source, structure, skip)
  local described = schema.resources[resource].fields
  if form.needs then
    attributes[form.needs] = attributes[form.needs] or {}
  end
  for key, value in next, source do
    if key == "extra" then
      normalize.merge(open_home(attributes, form.home), value)
    elseif not structure[key] and not (skip and skip(key)) and not (form.set_later[key] and can_wait(value)) then
      local encode = form.encode[key]
      local copy = type(value) == "table" and normalize.copy(value, schema.find(described, key)) or value
      put(attributes, form, key, encode and encode(copy) or copy)
    end
  end
  return attributes
end

-- The fields of details are known by channel; those of an unknown channel are copied as they are.
local function details_body(details)
  if type(details) ~= "table" then
    return details
  end
  return normalize.copy(details, { "details", "object", fields = schema.details[details.channel] or {} })
end

-- With validation switched off, what should be a list and is none goes out as it is, for the service to reject.
local function is_list(value)
  return type(value) == "table" and normalize.is_list(value)
end

local function is_table(part)
  return part.given == nil or type(part.given) == "table"
end

local function variation_attributes(self, variation)
  local attributes = put_fields({}, self.forms.variation, "variation", variation.source, STRUCTURE.variation,
    variation.flat and normalize.is_detail or nil)
  if variation.details ~= nil then
    put(attributes, self.forms.variation, "details", details_body(variation.details))
  end
  return attributes
end

local function message_attributes(self, form, message)
  local flat = message.short and message.variations[1].flat
  local attributes = put_fields({}, form, "message", message.source, STRUCTURE.message,
    flat and normalize.is_detail or nil)
  if message.variations and (message.short or is_list(message.source.variations)) then
    local list = json.array()
    for i, variation in ipairs(message.variations) do
      list[i] = is_table(variation) and variation_attributes(self, variation) or variation.given
    end
    put(attributes, form, "variations", list)
  elseif message.source.variations ~= nil then
    put(attributes, form, "variations", message.source.variations)
  end
  if message.source.details ~= nil and not message.short then
    put(attributes, form, "details", message.source.details)
  end
  return attributes
end

local function to_one(resource, id)
  return { data = { type = types.wire[resource], id = id } }
end

local function body(resource, id, attributes, relationships)
  return { data = { type = types.wire[resource], id = id, attributes = attributes, relationships = relationships } }
end

local create = {}

local function audience_item(self, audience)
  local item = put_fields({}, self.forms.inline_audience, "audience", audience.source, INLINE_AUDIENCE)
  item.temporary_id = audience.temporary_id
  if audience.source.messages ~= nil and not is_list(audience.source.messages) then
    item.messages = audience.source.messages
  end
  return item
end

local function tag_identifiers(tags)
  if not is_list(tags) then
    return tags
  end
  local list = json.array()
  for i, id in ipairs(tags) do
    list[i] = { type = types.wire.tag, id = id }
  end
  return list
end

local function message_item(self, message)
  local item = message_attributes(self, self.forms.inline_message, message)
  if item.audience_temporary_id == nil then
    item.audience_temporary_id = message.audience
  end
  return item
end

-- The zone has a short name beside the other settings.
local function put_timezone(self, attributes, model)
  if model.timezone ~= nil then
    local home = open_home(attributes, self.forms.campaign.home)
    home.send_settings = type(home.send_settings) == "table" and home.send_settings or {}
    home.send_settings.send_timezone = model.timezone
  end
end

function create.campaign(self, model)
  local parts = normalize.campaign(model)
  local attributes = put_fields({}, self.forms.campaign, "campaign", model, STRUCTURE.campaign)
  put_timezone(self, attributes, model)
  attributes.audiences, attributes.messages = model.audiences, model.messages -- null where the script says null
  if parts.audiences and is_list(model.audiences) then
    attributes.audiences = json.array()
    for i, audience in ipairs(parts.audiences) do
      attributes.audiences[i] = is_table(audience) and audience_item(self, audience) or audience.given
    end
  end
  if parts.messages and (model.messages == nil or model.messages == json.null or is_list(model.messages)) then
    attributes.messages = json.array()
    for i, message in ipairs(parts.messages) do
      attributes.messages[i] = is_table(message) and message_item(self, message) or message.given
    end
  end
  local relationships
  if model.tags ~= nil then
    relationships = { tags = { data = tag_identifiers(model.tags) } }
  end
  return body("campaign", nil, attributes, relationships)
end

function create.audience(self, model, parents)
  return body("audience", nil, put_fields({}, self.forms.audience, "audience", model, STRUCTURE.audience),
    { campaign = to_one("campaign", parents.campaign) })
end

function create.message(self, model, parents)
  local attributes = message_attributes(self, self.forms.message, normalize.message(model, {}))
  return body("message", nil, attributes, {
    campaign = to_one("campaign", parents.campaign),
    ["campaign-audience"] = to_one("audience", parents.audience),
  })
end

function create.variation(self, model, parents)
  return body("variation", nil, variation_attributes(self, normalize.variation(model, {})),
    { ["campaign-message"] = to_one("message", parents.message) })
end

---Creates a dialect.
---@param given { name: "guide"|"openapi", names_clones: boolean }
---@return klaviyo.dialect
function writer.new(given)
  local function form(resource, inline)
    return fields.form(given.name, resource, inline)
  end
  local d = { name = given.name, names_clones = given.names_clones, forms = {
    campaign = form "campaign", audience = form "audience", message = form "message", variation = form "variation",
    inline_audience = form("audience", true), inline_message = form("message", true),
  } }

  ---The body that creates a resource. A campaign is written with its whole tree and temporary ids of its own.
  ---@param resource "campaign"|"audience"|"message"|"variation"
  ---@param model table    canonical plain table
  ---@param parents? { campaign: string?, audience: string?, message: string? }  ids
  ---@return table
  function d.create(resource, model, parents)
    return create[resource](d, model, parents or {})
  end

  ---The body that changes a resource: `changes` holds the changed leaves alone, json.null clears one, and a change
  ---of details repeats `channel`.
  ---@param resource "campaign"|"audience"|"message"|"variation"
  ---@param id string
  ---@param changes table
  ---@return table
  function d.update(resource, id, changes)
    local attributes
    if resource == "variation" then
      attributes = variation_attributes(d, normalize.variation(changes, {}))
    else
      attributes = put_fields({}, d.forms[resource], resource, changes, CHANGE[resource])
    end
    if resource == "campaign" then
      put_timezone(d, attributes, changes)
    end
    return body(resource, id, attributes)
  end

  ---The body that schedules a message.
  ---@param message_id string
  ---@param schedule klaviyo.validated_schedule  what validate.schedule returned
  ---@return table
  function d.schedule(message_id, schedule)
    local attributes = {}
    for option, value in pairs { strategy = schedule.strategy, at = schedule.send_time, date = schedule.send_date,
      percentage = schedule.percentage, unit = schedule.unit, past_timezones = schedule.past_timezones_tomorrow } do
      set(attributes, path.parse(fields.schedule_options[option]), value)
    end
    return body("schedule", nil, attributes, { ["campaign-message"] = to_one("message", message_id) })
  end

  ---The body that cancels a message or reverts it to draft.
  ---@param id string  the message's id, which is the schedule's id too
  ---@param action "cancel"|"revert"
  ---@return table
  function d.schedule_action(id, action)
    return body("schedule", id, { action = action })
  end

  ---The body that starts an estimation of recipients.
  ---@param id string  the campaign's, which is the job's too
  ---@return table
  function d.estimation_job(id)
    return body("estimation_job", id)
  end

  ---The body that gives the content of a message a copy of a template.
  ---@param id string  the message's
  ---@param template string
  ---@return table
  function d.assign_template(id, template)
    return body("message", id, nil, { template = { data = { type = "template", id = template } } })
  end

  ---The body that has a template rendered.
  ---@param id string
  ---@param context table  the values of its variables
  ---@return table
  function d.render_template(id, context)
    return body("template", id, { context = context })
  end

  ---The body that clones a campaign. The guide has no place for a name in it: there the name is set afterwards.
  ---@param id string
  ---@param attributes? { name: string? }  without a name the service makes one
  ---@return table body
  ---@return boolean unnamed  whether a name was given and the body does not hold it
  function d.clone_campaign(id, attributes)
    local name = attributes and attributes.name
    if d.names_clones then
      return body("campaign", id, { name = name }), false
    end
    return body("campaign", id), name ~= nil
  end

  ---@param id string
  ---@param attributes? { name: string? }
  ---@param campaign_id? string  default: the campaign it is in
  ---@return table
  function d.clone_audience(id, attributes, campaign_id)
    local clone = body("audience_clone", id, { id = id, name = attributes and attributes.name })
    if campaign_id ~= nil then
      clone.data.relationships = { campaign = to_one("campaign", campaign_id) }
    end
    return clone
  end

  ---@param id string
  ---@param attributes? { name: string? }
  ---@param audience_id string
  ---@return table
  function d.clone_message(id, attributes, audience_id)
    return body("message", id, { id = id, name = attributes and attributes.name },
      { ["campaign-audience"] = to_one("audience", audience_id) })
  end

  ---Where a field of a model stands in the body made from it.
  ---@param resource string
  ---@param where string      `audiences[1].messages[2].subject`
  ---@param model? table      the model; without it messages are counted as if each audience held none
  ---@return string pointer
  function d.pointer(resource, where, model)
    return pointers.to_pointer(d, resource, where, model)
  end

  ---The field that a JSON pointer of a server's error means.
  ---@param resource string
  ---@param pointer string
  ---@param model? table
  ---@return string|nil where  nil if it points at nothing that a model has
  function d.path(resource, pointer, model)
    return pointers.to_path(d, resource, pointer, model)
  end

  return d
end

return writer
