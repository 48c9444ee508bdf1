-- SPDX-License-Identifier: MIT
--- Validates models before anything is sent, and reports all problems together. The rules are those of schema.lua and
-- those that the published specs state in prose: what the service would reject is rejected, and nothing else.

local values = require "klaviyo.model.validate.value"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local normalize = require "klaviyo.model.normalize"
local reference = require "klaviyo.model.reference"

local null = json.null
local is_list = normalize.is_list
local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

local validate = {}

---@class klaviyo.validate.context
---@field dialect? "guide"|"openapi"|"auto"  default and `auto`: guide
---@field now? number|false                  epoch seconds, default the system's; false: times may lie in the past
---@field revision? string                    nil: the newest
---@field exists? boolean                     a new campaign: it is there, and its parts are written one by one
---@field parents? table<string, string>     ids of the parents of what is created
---@field present? fun(path: string): boolean  whether the object has a field, for unknown names
---@field more? string[]                     further options that schedule() takes, for messages
---@field references? klaviyo.found_reference[]  a list to which the references by name are added
---@field syntax? "json"                      how messages write what is to be written instead; nil: as Lua
---@field send_settings? table               the campaign's, as it is: for schedule() and for changes of a campaign

local function report_channel(v, channel)
  local message = channel == nil and "is missing: it says which fields there are"
    or ("cannot be %s%s"):format(suggest.show(channel), suggest.phrase(channel, schema.channels))
  values.report(v, "channel", message .. "; allowed: " .. suggest.list(schema.channels), channel, schema.channels)
end

-- `template` is `template_id` for a template that is referred to by its name.
local function validate_template(v, field, details)
  if not field then
    values.report(v, "template", ("belongs to %s, not to %s"):format(suggest.list(schema.channels_with "template_id")
      :gsub('"', ""), details.channel), details.template)
  elseif details.template_id ~= nil then
    values.report(v, "template", "is given twice: here and as template_id", details.template)
  elseif type(details.template) == "string" then
    values.report(v, "template", ("is given by its name as %s; its id goes in template_id"):format(
      reference.show("template", details.template, v.syntax)), details.template)
  else
    values.validate(v, "template", field, details.template)
  end
end

-- Details have the fields of one channel; for a field of another, the message names that channel.
local function validate_details(v, details)
  local channel = details.channel
  local fields = schema.details[channel]
  if not fields then
    report_channel(v, channel)
    return
  end
  local by_name = schema.by_name(fields)
  local named, reported = type(details.template) == "string" or reference.of(details.template) ~= nil, nil
  for name, value in next, details do
    if not by_name[name] and name ~= "template" and normalize.is_detail(name) then
      reported = reported or {}
      reported[name] = true
      values.report(v, name, ("belongs to %s, not to %s"):format(suggest.list(schema.channels_with(name)):gsub('"', ""),
        channel), value, values.writable_names(v, fields))
    end
  end
  if named then
    validate_template(v, by_name.template_id, details)
  end
  values.fields(v, fields, details, { what = channel .. " details", whole = true, skip = (named or reported)
    and function(name)
      return reported and reported[name] or named and name == "template"
    end })
end

---@param variation klaviyo.normalized.variation
local function validate_content(v, variation)
  local details = variation.details
  if details == nil or details == null then
    return
  elseif variation.flat then
    validate_details(v, details)
  elseif not json.is_object(details) then
    values.report(v, "details", "must be a table of named fields, found " .. suggest.show(details), details)
  else
    values.enter(v, "details")
    validate_details(v, details)
    values.leave(v)
  end
end

-- Reports detail names that stand beside a table of details.
local function validate_stray(v, source, holder)
  for name, value in next, source do
    if normalize.is_detail(name) then
      values.report(v, name, ("is outside of %s; put it inside"):format(holder), value)
    end
  end
end

local function is_variation_part(name)
  return name == "details" or name == "message" or normalize.is_detail(name)
end

---@param variation klaviyo.normalized.variation
local function validate_variation(v, variation)
  values.fields(v, schema.resources.variation.fields, variation.source,
    { what = "a variation", skip = is_variation_part })
  if not variation.flat then
    validate_stray(v, variation.source, "details")
  end
  validate_content(v, variation)
end

-- Names that a flat message can have besides its own: those of its channel, or of all channels while it names none.
local function flat_names(v, source)
  local names = { "channel" }
  for _, channel in ipairs(schema.channels) do
    if source.channel == nil or source.channel == channel then
      for _, name in ipairs(values.writable_names(v, schema.details[channel])) do
        names[#names + 1] = name
      end
    end
  end
  return names
end

local VARIATIONS_FIELD = schema.find(schema.resources.message.fields, "variations")

-- Reports each part of a message's content, where content cannot be given at all.
local function report_content(v, source, why, elsewhere)
  for name, value in next, source do
    if name == "variations" or name == "details" or normalize.is_detail(name) then
      values.report(v, name, why, value).elsewhere = elsewhere
    end
  end
end

local function validate_variations(v, message)
  local source, variations = message.source, message.variations
  validate_stray(v, source, "variations")
  if source.details ~= nil then
    values.report(v, "details", "is outside of variations; put it inside", source.details)
  end
  if not is_list(source.variations) then
    values.report(v, "variations", "must be a list, found a table of names", source.variations)
    return
  elseif v.name == "guide" and #variations > 1 then
    values.report(v, "variations", ("holds %d variations; a message has one, for one channel"):format(#variations),
      #variations).elsewhere = true
  end
  values.enter(v, "variations")
  for i, variation in ipairs(variations) do
    if type(source.variations[i]) ~= "table" then
      values.report(v, i, "must be a table, found " .. suggest.show(source.variations[i]), source.variations[i])
    else
      values.enter(v, i)
      validate_variation(v, variation)
      values.leave(v)
    end
  end
  values.leave(v)
end

local MESSAGE_PARTS = { details = true, campaign = true, audience = true }

---@param message klaviyo.normalized.message
local function validate_message(v, message, linked)
  local source = message.source
  local listed = type(source.variations) == "table"
  values.fields(v, schema.resources.message.fields, source, {
    what = message.short and schema.details[source.channel] and source.channel .. " messages" or "messages",
    more = function()
      return flat_names(v, source)
    end,
    skip = function(name)
      return MESSAGE_PARTS[name] or normalize.is_detail(name) or name == "variations" and listed
        or linked and name == "audience_temporary_id"
    end,
  })
  local why, elsewhere
  if message.variations then
    why, elsewhere = values.rejection(v, VARIATIONS_FIELD)
  end
  if why then
    report_content(v, source, why, elsewhere)
  elseif listed then
    validate_variations(v, message)
  elseif message.short then
    if not message.variations[1].flat then
      validate_stray(v, source, "details")
    end
    validate_content(v, message.variations[1])
  end
end

-- Validates a list that must hold tables, where the schema does not describe its items.
local function validate_list_of_tables(v, key, value, nullable)
  if value == nil or value == null and nullable then
    return
  elseif value == null then
    values.report(v, key, "cannot be null", value)
  elseif type(value) ~= "table" or not is_list(value) then
    values.report(v, key, "must be a list, found " .. suggest.show(value), value)
  else
    values.enter(v, key)
    for i, item in ipairs(value) do
      if type(item) ~= "table" then
        values.report(v, i, "must be a table, found " .. suggest.show(item), item)
      end
    end
    values.leave(v)
  end
end

local function is_audience_part(name)
  return name == "messages" or name == "temporary_id"
end

local function audience_parts()
  return { "temporary_id", "messages" }
end

local TEMPORARY_ID = schema.find(schema.resources.audience.inline, "temporary_id")

-- Validates the audiences; returns the temporary ids that they name.
local function validate_audiences(v, parts)
  local seen = {}
  for _, audience in ipairs(parts.audiences or {}) do
    local source, id = audience.source, audience.source.temporary_id
    v.keys = { "audiences", audience.path[2] }
    values.fields(v, schema.resources.audience.fields, source,
      { what = "audiences", skip = is_audience_part, more = audience_parts })
    if id ~= nil then
      values.validate(v, "temporary_id", TEMPORARY_ID, id)
      if seen[id] then
        values.report(v, "temporary_id", ("is %s, as that of another audience"):format(suggest.show(id)), id)
      end
      seen[id] = true
    end
    validate_list_of_tables(v, "messages", source.messages)
  end
  v.keys = {}
  return seen
end

-- A message inside an audience belongs to it; one beside the audiences names the audience it belongs to.
local function validate_link(v, message, temporary_ids)
  local key, id = "audience_temporary_id", message.source.audience_temporary_id
  if #message.path > 2 then
    if id ~= nil then
      values.report(v, key, "is not needed: the message is inside its audience", id)
    end
  elseif id == nil then
    values.report(v, key, "is missing: it names the temporary_id of an audience")
  elseif type(id) ~= "string" then
    values.report(v, key, "must be a string, found " .. suggest.show(id), id)
  elseif not temporary_ids[id] then
    local names = {}
    for name in pairs(temporary_ids) do
      names[#names + 1] = tostring(name)
    end
    table.sort(names)
    values.report(v, key, ("names no audience: %s%s"):format(suggest.show(id), suggest.phrase(id, names)), id,
      names)
  end
end

local SEND_TIMEZONE = schema.find(schema.find(schema.resources.campaign.fields, "send_settings").fields,
  "send_timezone")

local function validate_timezone(v, model)
  if model.timezone == nil then
    return
  end
  values.validate(v, "timezone", SEND_TIMEZONE, model.timezone)
  if type(model.send_settings) == "table" and model.send_settings.send_timezone ~= nil then
    values.report(v, "timezone", "is given twice: here and as send_settings.send_timezone", model.timezone)
  end
end

-- The guide says of it "not applicable for other send strategies". `strategy` is the one that the campaign has unless
-- `settings` change it; for an existing campaign it may not be known.
local function validate_throttle(v, settings, strategy)
  if type(settings) ~= "table" or type(settings.throttle_percentage) ~= "number" or v.name ~= "guide" then
    return
  end
  if settings.send_strategy ~= nil then
    strategy = settings.send_strategy
  end
  if type(strategy) == "string" and strategy ~= "THROTTLED" then
    values.enter(v, "send_settings")
    values.report(v, "throttle_percentage", ('goes with send_strategy = "THROTTLED" alone, not with %s')
      :format(suggest.show(strategy)), settings.throttle_percentage)
    values.leave(v)
  end
end

local function is_timezone(name)
  return name == "timezone"
end

local function is_campaign_part(name)
  return name == "timezone" or name == "audiences" or name == "messages"
end

local function campaign_parts()
  return { "timezone" }
end

local function validate_campaign(v, model)
  local parts = normalize.campaign(model)
  values.fields(v, schema.resources.campaign.fields, model,
    { what = "campaigns", skip = is_campaign_part, more = campaign_parts })
  validate_timezone(v, model)
  validate_throttle(v, model.send_settings, "STATIC")
  validate_list_of_tables(v, "audiences", model.audiences, v.name == "openapi")
  if v.name == "guide" and (model.audiences == nil or type(model.audiences) == "table" and #model.audiences == 0) then
    values.report(v, "audiences", "is missing: a campaign needs at least one audience", model.audiences)
  end
  validate_list_of_tables(v, "messages", model.messages, v.name == "openapi")
  v.form = v.exists and "apart" or "inline"
  local temporary_ids = validate_audiences(v, parts)
  for _, message in ipairs(parts.messages or {}) do
    v.keys = { unpack(message.path) }
    validate_link(v, message, temporary_ids)
    validate_message(v, message, true)
  end
  v.keys = {}
end

local PARENTS = { audience = { "campaign" }, message = { "campaign", "audience" }, variation = { "message" } }
local ARTICLE = { campaign = "a campaign", audience = "an audience", message = "a message", variation = "a variation" }

local function validate_parents(v, parents)
  for _, name in ipairs(parents and PARENTS[v.resource] or {}) do
    local id = parents[name]
    if id == nil or id == "" then
      values.report(v, name, ("is missing: %s belongs to %s"):format(ARTICLE[v.resource], ARTICLE[name]), id)
    elseif type(id) ~= "string" then
      values.report(v, name, ("must be %s or the id of one, found %s"):format(ARTICLE[name], suggest.show(id)), id)
    end
  end
end

-- A parent is given on create and cannot be changed.
local function report_parents(v, changes)
  for _, name in ipairs(PARENTS[v.resource] or {}) do
    if changes[name] ~= nil then
      local instead = v.resource == "variation" and "" or "; clone it to where it is wanted"
      values.report(v, name, values.FORMS.update .. instead, changes[name])
    end
  end
end

local function is_campaign(name)
  return name == "campaign"
end

local function begin(resource, form, model, ctx)
  ctx = ctx or {}
  if type(model) ~= "table" then
    error(("%s: a table is needed, found %s"):format(resource, suggest.show(model)), 3)
  end
  local name = ctx.dialect == "openapi" and "openapi" or "guide"
  return { name = name, revision = ctx.revision, resource = resource, form = form, model = model, keys = {},
    problems = {}, present = ctx.present, exists = ctx.exists, references = ctx.references, syntax = ctx.syntax }
end

-- Orders problems as the model reads: list items by number, names by letter.
local function sort_key(problem)
  return (problem.path:gsub("%d+", function(number)
    return ("%08d"):format(number)
  end))
end

local function finish(v)
  if #v.problems == 0 then
    return nil
  end
  table.sort(v.problems, function(a, b)
    local x, y = sort_key(a), sort_key(b)
    return x < y or x == y and a.message < b.message
  end)
  return v.problems
end

---Validates a resource to be created.
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table                      canonical plain table
---@param ctx? klaviyo.validate.context
---@return klaviyo.problem[]|nil problems   nil if nothing is wrong
function validate.create(resource, model, ctx)
  local v = begin(resource, "create", model, ctx)
  if resource == "campaign" then
    validate_campaign(v, model)
  elseif resource == "audience" then
    values.fields(v, schema.resources.audience.fields, model, { what = "audiences", skip = is_campaign })
  elseif resource == "message" then
    validate_message(v, normalize.message(model, {}))
  else
    validate_variation(v, normalize.variation(model, {}))
  end
  validate_parents(v, ctx and ctx.parents)
  return finish(v)
end

---Validates a change. An unknown field passes if it resembles no known one, or if the object has it (`ctx.present`);
---fields in `extra` always pass.
---@param resource "campaign"|"audience"|"message"|"variation"
---@param changes table                    the changed leaves alone
---@param ctx? klaviyo.validate.context
---@return klaviyo.problem[]|nil problems   nil if nothing is wrong
function validate.update(resource, changes, ctx)
  local v = begin(resource, "update", changes, ctx)
  if resource == "variation" then
    validate_variation(v, normalize.variation(changes, {}))
  elseif resource == "message" then
    validate_message(v, normalize.message(changes, {}))
  elseif resource == "audience" then
    values.fields(v, schema.resources.audience.fields, changes, { what = "audiences", skip = is_campaign })
  else
    values.fields(v, schema.resources.campaign.fields, changes,
      { what = "campaigns", skip = is_timezone, more = campaign_parts })
    validate_timezone(v, changes)
    local current = ctx and ctx.send_settings
    validate_throttle(v, changes.send_settings, type(current) == "table" and current.send_strategy)
  end
  report_parents(v, changes)
  return finish(v)
end

---Validates the options of schedule().
---@param options table
---@param ctx? klaviyo.validate.context
---@return klaviyo.validated_schedule|nil
---@return klaviyo.problem[]|nil problems
function validate.schedule(options, ctx)
  return require("klaviyo.model.validate.schedule_options").validate(options, ctx or {})
end

return validate
