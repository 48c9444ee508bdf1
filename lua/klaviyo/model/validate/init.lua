-- SPDX-License-Identifier: MIT
--- What is wrong with a model, all of it at once, before anything goes out. It follows schema.lua and the rules that
-- the documents state in prose; it is meant to refuse what the service would, and nothing else.

local check = require "klaviyo.model.validate.value"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local tree = require "klaviyo.model.normalize"

local null = json.null
local is_list = tree.is_list
local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

local validate = {}

---@class klaviyo.validate.context
---@field dialect? "guide"|"openapi"|"auto"  default and `auto`: guide
---@field now? number|false                  epoch seconds, default the system's; false: times may lie in the past
---@field revision? string                    nil: the newest
---@field parents? table<string, string>     ids of the parents of what is created
---@field present? fun(path: string): boolean  whether the object has such a field already, for names never heard of
---@field more? string[]                     further options that schedule() takes, for messages
---@field send_settings? table               the campaign's, as it is: for schedule() and for changes of a campaign

local function refuse_channel(v, channel)
  local message = channel == nil and "is missing: it says which fields there are"
    or ("cannot be %s%s"):format(suggest.show(channel), suggest.phrase(channel, schema.channels))
  check.report(v, "channel", message .. "; allowed: " .. suggest.list(schema.channels), channel, schema.channels)
end

-- Details of one channel: their fields are that channel's, and a field of another says whose it is.
local function check_details(v, details)
  local channel = details.channel
  local fields = schema.details[channel]
  if not fields then
    refuse_channel(v, channel)
    return
  end
  local by_name = schema.by_name(fields)
  local function foreign(name)
    return not by_name[name] and tree.is_detail(name)
  end
  for name, value in next, details do
    if foreign(name) then
      check.report(v, name, ("belongs to %s, not to %s"):format(suggest.list(schema.channels_with(name)):gsub('"', ""),
        channel), value, check.writable_names(v, fields))
    end
  end
  check.fields(v, fields, details, { what = channel .. " details", skip = foreign, whole = true })
end

---@param variation klaviyo.tree.variation
local function check_content(v, variation)
  local details = variation.details
  if details == nil or details == null then
    return
  elseif variation.flat then
    check_details(v, details)
  elseif not json.is_object(details) then
    check.report(v, "details", "must be a table of named fields, found " .. suggest.show(details), details)
  else
    check.enter(v, "details")
    check_details(v, details)
    check.leave(v)
  end
end

-- Detail names that stand beside a table of details already.
local function check_stray(v, source, holder)
  for name, value in next, source do
    if tree.is_detail(name) then
      check.report(v, name, ("stands beside %s; put it inside"):format(holder), value)
    end
  end
end

local function is_variation_part(name)
  return name == "details" or name == "message" or tree.is_detail(name)
end

---@param variation klaviyo.tree.variation
local function check_variation(v, variation)
  check.fields(v, schema.resources.variation.fields, variation.source,
    { what = "a variation", skip = is_variation_part })
  if not variation.flat then
    check_stray(v, variation.source, "details")
  end
  check_content(v, variation)
end

-- Names that a flat message can have besides its own: those of its channel, or of all while it names none.
local function flat_names(v, source)
  local names = { "channel" }
  for _, channel in ipairs(schema.channels) do
    if source.channel == nil or source.channel == channel then
      for _, name in ipairs(check.writable_names(v, schema.details[channel])) do
        names[#names + 1] = name
      end
    end
  end
  return names
end

local VARIATIONS_FIELD = schema.find(schema.resources.message.fields, "variations")

-- The contents of a message cannot be given here: each place where some of it stands.
local function refuse_content(v, source, why, elsewhere)
  for name, value in next, source do
    if name == "variations" or name == "details" or tree.is_detail(name) then
      check.report(v, name, why, value).elsewhere = elsewhere
    end
  end
end

local function check_variations(v, message)
  local source, variations = message.source, message.variations
  check_stray(v, source, "variations")
  if source.details ~= nil then
    check.report(v, "details", "stands beside variations; put it inside", source.details)
  end
  if not is_list(source.variations) then
    check.report(v, "variations", "must be a list, found a table of names", source.variations)
    return
  elseif v.name == "guide" and #variations > 1 then
    check.report(v, "variations", ("holds %d variations; a message has one, for one channel"):format(#variations),
      #variations).elsewhere = true
  end
  check.enter(v, "variations")
  for i, variation in ipairs(variations) do
    if type(source.variations[i]) ~= "table" then
      check.report(v, i, "must be a table, found " .. suggest.show(source.variations[i]), source.variations[i])
    else
      check.enter(v, i)
      check_variation(v, variation)
      check.leave(v)
    end
  end
  check.leave(v)
end

local MESSAGE_PARTS = { details = true, campaign = true, audience = true }

---@param message klaviyo.tree.message
local function check_message(v, message, linked)
  local source = message.source
  local listed = type(source.variations) == "table"
  check.fields(v, schema.resources.message.fields, source, {
    what = message.short and schema.details[source.channel] and source.channel .. " messages" or "messages",
    more = function()
      return flat_names(v, source)
    end,
    skip = function(name)
      return MESSAGE_PARTS[name] or tree.is_detail(name) or name == "variations" and listed
        or linked and name == "audience_temporary_id"
    end,
  })
  local why, elsewhere
  if message.variations then
    why, elsewhere = check.refusal(v, VARIATIONS_FIELD)
  end
  if why then
    refuse_content(v, source, why, elsewhere)
  elseif listed then
    check_variations(v, message)
  elseif message.short then
    if not message.variations[1].flat then
      check_stray(v, source, "details")
    end
    check_content(v, message.variations[1])
  end
end

-- A list that must hold tables, in a place where the schema's own walk does not go.
local function check_list_of_tables(v, key, value, nullable)
  if value == nil or value == null and nullable then
    return
  elseif value == null then
    check.report(v, key, "cannot be null", value)
  elseif type(value) ~= "table" or not is_list(value) then
    check.report(v, key, "must be a list, found " .. suggest.show(value), value)
  else
    check.enter(v, key)
    for i, item in ipairs(value) do
      if type(item) ~= "table" then
        check.report(v, i, "must be a table, found " .. suggest.show(item), item)
      end
    end
    check.leave(v)
  end
end

local function is_audience_part(name)
  return name == "messages" or name == "temporary_id"
end

local function audience_parts()
  return { "temporary_id", "messages" }
end

local TEMPORARY_ID = schema.find(schema.resources.audience.inline, "temporary_id")

-- The audiences; gives back the temporary ids that they name.
local function check_audiences(v, parts)
  local seen = {}
  for _, audience in ipairs(parts.audiences or {}) do
    local source, id = audience.source, audience.source.temporary_id
    v.keys = { "audiences", audience.path[2] }
    check.fields(v, schema.resources.audience.fields, source,
      { what = "audiences", skip = is_audience_part, more = audience_parts })
    if id ~= nil then
      check.value(v, "temporary_id", TEMPORARY_ID, id)
      if seen[id] then
        check.report(v, "temporary_id", ("is %s, as that of another audience"):format(suggest.show(id)), id)
      end
      seen[id] = true
    end
    check_list_of_tables(v, "messages", source.messages)
  end
  v.keys = {}
  return seen
end

-- A message inside an audience belongs to it; one beside the audiences names the audience it belongs to.
local function check_link(v, message, temporary_ids)
  local key, id = "audience_temporary_id", message.source.audience_temporary_id
  if #message.path > 2 then
    if id ~= nil then
      check.report(v, key, "is not needed: the message stands inside its audience", id)
    end
  elseif id == nil then
    check.report(v, key, "is missing: it names the temporary_id of an audience")
  elseif type(id) ~= "string" then
    check.report(v, key, "must be a string, found " .. suggest.show(id), id)
  elseif not temporary_ids[id] then
    local names = {}
    for name in pairs(temporary_ids) do
      names[#names + 1] = tostring(name)
    end
    table.sort(names)
    check.report(v, key, ("names no audience: %s%s"):format(suggest.show(id), suggest.phrase(id, names)), id,
      names)
  end
end

local SEND_TIMEZONE = schema.find(schema.find(schema.resources.campaign.fields, "send_settings").fields,
  "send_timezone")

local function check_timezone(v, model)
  if model.timezone == nil then
    return
  end
  check.value(v, "timezone", SEND_TIMEZONE, model.timezone)
  if type(model.send_settings) == "table" and model.send_settings.send_timezone ~= nil then
    check.report(v, "timezone", "is given twice: here and as send_settings.send_timezone", model.timezone)
  end
end

-- "Not applicable for other send strategies", says the guide: held against the strategy that will be. Of a campaign
-- that exists it may not be known here.
local function check_throttle(v, settings, strategy)
  if type(settings) ~= "table" or type(settings.throttle_percentage) ~= "number" or v.name ~= "guide" then
    return
  end
  if settings.send_strategy ~= nil then
    strategy = settings.send_strategy
  end
  if type(strategy) == "string" and strategy ~= "THROTTLED" then
    check.enter(v, "send_settings")
    check.report(v, "throttle_percentage", ('goes with send_strategy = "THROTTLED" alone, not with %s')
      :format(suggest.show(strategy)), settings.throttle_percentage)
    check.leave(v)
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

local function check_campaign(v, model)
  local parts = tree.campaign(model)
  check.fields(v, schema.resources.campaign.fields, model,
    { what = "campaigns", skip = is_campaign_part, more = campaign_parts })
  check_timezone(v, model)
  check_throttle(v, model.send_settings, "STATIC")
  check_list_of_tables(v, "audiences", model.audiences, v.name == "openapi")
  if v.name == "guide" and (model.audiences == nil or type(model.audiences) == "table" and #model.audiences == 0) then
    check.report(v, "audiences", "is missing: a campaign needs at least one audience", model.audiences)
  end
  check_list_of_tables(v, "messages", model.messages, v.name == "openapi")
  v.form = "inline"
  local temporary_ids = check_audiences(v, parts)
  for _, message in ipairs(parts.messages or {}) do
    v.keys = { unpack(message.path) }
    check_link(v, message, temporary_ids)
    check_message(v, message, true)
  end
  v.keys = {}
end

local PARENTS = { audience = { "campaign" }, message = { "campaign", "audience" }, variation = { "message" } }
local ARTICLE = { campaign = "a campaign", audience = "an audience", message = "a message", variation = "a variation" }

local function check_parents(v, parents)
  for _, name in ipairs(parents and PARENTS[v.resource] or {}) do
    local id = parents[name]
    if id == nil or id == "" then
      check.report(v, name, ("is missing: %s belongs to %s"):format(ARTICLE[v.resource], ARTICLE[name]), id)
    elseif type(id) ~= "string" then
      check.report(v, name, ("must be %s or the id of one, found %s"):format(ARTICLE[name], suggest.show(id)), id)
    end
  end
end

-- What something belongs to is said once, when it is made.
local function refuse_parents(v, changes)
  for _, name in ipairs(PARENTS[v.resource] or {}) do
    if changes[name] ~= nil then
      local instead = v.resource == "variation" and "" or "; clone it to where it is wanted"
      check.report(v, name, check.FORMS.update .. instead, changes[name])
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
    problems = {}, present = ctx.present }
end

-- Problems in the order of a model as people read it: places by number, names by letter.
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

---Checks what is to be created.
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table                      canonical plain table
---@param ctx? klaviyo.validate.context
---@return klaviyo.problem[]|nil problems   nil if nothing is wrong
function validate.create(resource, model, ctx)
  local v = begin(resource, "create", model, ctx)
  if resource == "campaign" then
    check_campaign(v, model)
  elseif resource == "audience" then
    check.fields(v, schema.resources.audience.fields, model, { what = "audiences", skip = is_campaign })
  elseif resource == "message" then
    check_message(v, tree.message(model, {}))
  else
    check_variation(v, tree.variation(model, {}))
  end
  check_parents(v, ctx and ctx.parents)
  return finish(v)
end

---Checks what is to be changed. A field never heard of is let through if it resembles none that is known, or if the
---object has it (`ctx.present`); what is in `extra` always is.
---@param resource "campaign"|"audience"|"message"|"variation"
---@param changes table                    the changed leaves alone
---@param ctx? klaviyo.validate.context
---@return klaviyo.problem[]|nil problems   nil if nothing is wrong
function validate.update(resource, changes, ctx)
  local v = begin(resource, "update", changes, ctx)
  if resource == "variation" then
    check_variation(v, tree.variation(changes, {}))
  elseif resource == "message" then
    check_message(v, tree.message(changes, {}))
  elseif resource == "audience" then
    check.fields(v, schema.resources.audience.fields, changes, { what = "audiences", skip = is_campaign })
  else
    check.fields(v, schema.resources.campaign.fields, changes,
      { what = "campaigns", skip = is_timezone, more = campaign_parts })
    check_timezone(v, changes)
    local current = ctx and ctx.send_settings
    check_throttle(v, changes.send_settings, type(current) == "table" and current.send_strategy)
  end
  refuse_parents(v, changes)
  return finish(v)
end

---Checks the options of schedule() and makes the plan that a dialect writes.
---@param options table
---@param ctx? klaviyo.validate.context
---@return klaviyo.validated_schedule|nil
---@return klaviyo.problem[]|nil problems
function validate.schedule(options, ctx)
  return require("klaviyo.model.validate.schedule_options").make(options, ctx or {})
end

return validate
