-- SPDX-License-Identifier: MIT
--- What is wrong with a model, all of it at once, before anything goes out. It follows schema.lua and the rules that
-- the documents state in prose; it is meant to refuse what the service would, and nothing else.

local dialects = require "klaviyo.dialect"
local json = require "klaviyo.json"
local path = require "klaviyo.path"
local schema = require "klaviyo.schema"
local suggest = require "klaviyo.suggest"
local time = require "klaviyo.time"
local tree = require "klaviyo.dialect.tree"

local null = json.null
local is_list = tree.is_list
local math_type = rawget(math, "type") -- Lua 5.4 alone
local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

local validate = {}

---@class klaviyo.validate.context
---@field dialect? "guide"|"openapi"|"auto"  default and `auto`: guide
---@field now? number|false                  epoch seconds, default the system's; false: times may lie in the past
---@field revision? string
---@field parents? table<string, string>     ids of the parents of what is created
---@field present? fun(path: string): boolean  whether the object has such a field already, for names never heard of
---@field more? string[]                     further options that schedule() takes, for messages
---@field send_settings? table               the campaign's, as it is: for schedule() and for changes of a campaign

-- One validation under way. `keys` leads to the value at hand: one list that grows and shrinks, because most values
-- are right and need no path.
---@class klaviyo.validation
---@field dialect klaviyo.dialect
---@field name "guide"|"openapi"   the dialect's
---@field resource string
---@field form "inline"|"create"|"update"
---@field model table
---@field keys klaviyo.path
---@field problems klaviyo.problem[]
---@field present? fun(path: string): boolean

-- A problem at a key of the value at hand, or at the value itself.
local function report(v, key, message, found, allowed)
  local keys = v.keys
  keys[#keys + 1] = key
  local where = path.format(keys)
  if key ~= nil then
    keys[#keys] = nil
  end
  local problem = { path = where, pointer = v.dialect.pointer(v.resource, where, v.model), message = message,
    found = found, allowed = allowed }
  v.problems[#v.problems + 1] = problem
  return problem
end

local function enter(v, key)
  v.keys[#v.keys + 1] = key
end

local function leave(v)
  v.keys[#v.keys] = nil
end

local KINDS = {
  string = "a string", boolean = "true or false", integer = "a whole number", number = "a number",
  object = "a table of named fields", array = "a list",
}

local function is_integer(value)
  return type(value) == "number" and value == math.floor(value)
    and (math_type and math_type(value) == "integer" or math.abs(value) <= 2 ^ 53)
end

local function is_object(value)
  return type(value) == "table" and #value == 0 and not json.is_array(value)
end

local function has_kind(value, kind)
  if kind == "string" or kind == "boolean" then
    return type(value) == kind
  elseif kind == "integer" then
    return is_integer(value)
  elseif kind == "number" then
    return type(value) == "number" and value == value and math.abs(value) ~= math.huge
  elseif kind == "array" then
    return type(value) == "table" and is_list(value) or json.is_empty_array(value)
  elseif kind == "object" then
    return is_object(value)
  end
  return type(value) ~= "function" and type(value) ~= "thread"
end

local ELSEWHERE = {
  guide = 'exists in the openapi dialect alone (revision 2026-07-15.pre and later, or dialect = "openapi")',
  openapi = 'exists in the guide dialect alone (revision 2026-04-15.pre, or dialect = "guide")',
}

local FORMS = {
  inline = "cannot be set on what is created inside a new campaign; set it afterwards",
  create = "cannot be set on create",
  update = "cannot be changed once it exists",
}

local VARIATIONS = {
  create = "cannot be set on create: create the message, then its variation",
  update = "cannot be changed through the message: change the variation itself",
}

-- Why a known field cannot be given here; nil if it can. The second value: the other dialect has a place for it.
local function refusal(v, field)
  local no_place = field.not_in and field.not_in[v.form]
  if not schema.has(field, v.name) then
    return ELSEWHERE[v.name], true
  elseif field[1] == "tracking_params" then
    return "is read-only: UTM parameters are set in the Klaviyo app or for the whole account"
  elseif schema.holds(field.read_only, v.name) then
    return "is read-only: the service sets it", field.read_only == v.name
  elseif schema.holds(no_place, v.name) then
    return field[1] == "variations" and VARIATIONS[v.form] or FORMS[v.form], no_place == v.name
  end
end

local function writable_names(v, fields, more)
  local names = {}
  for _, field in ipairs(fields) do
    if not refusal(v, field) then
      names[#names + 1] = field[1]
    end
  end
  for _, name in ipairs(more or {}) do
    names[#names + 1] = name
  end
  return names
end

local check_fields

local function check_scalar(v, key, field, value)
  if field.enum and (not field.enum_in or field.enum_in == v.name) and not suggest.contains(field.enum, value) then
    report(v, key, ("cannot be %s%s; allowed: %s"):format(suggest.show(value), suggest.phrase(value, field.enum),
      suggest.list(field.enum)), value, field.enum)
  elseif field.range and (value < field.range[1] or value > field.range[2]) then
    report(v, key, ("must be from %d to %d, found %s"):format(field.range[1], field.range[2], tostring(value)), value)
  elseif value == "" and schema.holds(field.not_empty, v.name) then
    report(v, key, "cannot be empty", value)
  elseif field.format == "timezone" then
    local known, message = time.has_zone(value)
    if known == false then
      report(v, key, message, value)
    end
  end
end

local function check_value(v, key, field, value)
  local kind = field[2]
  if value == null then
    if not schema.holds(field.nullable, v.name) then
      report(v, key, "cannot be null", value)
    end
  elseif not has_kind(value, kind) then
    report(v, key, ("must be %s, found %s"):format(KINDS[kind] or "a JSON value", suggest.show(value)), value)
  elseif kind == "array" then
    enter(v, key)
    for i = 1, field.of and type(value) == "table" and #value or 0 do
      check_value(v, i, field.of, value[i])
    end
    leave(v)
  elseif kind == "object" then
    if field.fields then
      enter(v, key)
      check_fields(v, field.fields, value, { what = field[1], whole = true })
      leave(v)
    end
  else
    check_scalar(v, key, field, value)
  end
end

local function check_extra(v, extra)
  if not is_object(extra) then
    report(v, "extra", "must be a table of field names of the service and their values, found " .. suggest.show(extra),
      extra)
  end
end

-- Whether this library knows a name, of anything.
local function is_known(name)
  for _, resource in pairs(schema.resources) do
    if schema.find(resource.fields, name) or resource.inline and schema.find(resource.inline, name) then
      return true
    end
  end
  return tree.is_detail(name)
end

-- A name that is not known. On an object that exists, one that resembles no known field and is none of something else,
-- or that the object has, is taken to be newer than this library.
local function check_unknown(v, name, value, fields, options)
  local names = writable_names(v, fields, options.more and options.more())
  local near = suggest.nearest(name, names)
  if v.form == "update" and type(name) == "string" then
    enter(v, name)
    local present = v.present and v.present(path.format(v.keys))
    leave(v)
    if present or not near and not is_known(name) then
      return
    end
  end
  local hint = near and (' (did you mean "%s"?)'):format(near) or ""
  report(v, name, ("is no field of %s%s; what this library does not know goes in extra = { ... }")
    :format(options.what, hint), value, names)
end

-- How a table of fields is looked at.
---@class klaviyo.validate.options
---@field what string                       for messages: "an audience"
---@field more? fun(): string[]             names besides those of the fields, for "did you mean"
---@field skip? fun(key: any): boolean      keys that are somebody else's business
---@field whole? boolean                    it replaces what is there, so that on update too nothing may be missing

---@param options klaviyo.validate.options
function check_fields(v, fields, source, options)
  local skip, by_name = options.skip, schema.by_name(fields)
  for name, value in next, source do
    local field = by_name[name]
    if not (skip and skip(name)) then
      if name == "extra" then
        check_extra(v, value)
      elseif not field then
        check_unknown(v, name, value, fields, options)
      else
        local why, elsewhere = refusal(v, field)
        if why then
          report(v, name, why, value).elsewhere = elsewhere
        else
          check_value(v, name, field, value)
        end
      end
    end
  end
  if v.form == "update" and not options.whole then
    return -- what is there stays there
  end
  local required = schema.required(fields)
  for i = 1, #required do
    local field = required[i]
    local name = field[1]
    if source[name] == nil and schema.holds(field.required, v.name) and not (skip and skip(name)) then
      report(v, name, "is missing", nil, field.enum)
    end
  end
end

local function refuse_channel(v, channel)
  local message = channel == nil and "is missing: it says which fields there are"
    or ("cannot be %s%s"):format(suggest.show(channel), suggest.phrase(channel, schema.channels))
  report(v, "channel", message .. "; allowed: " .. suggest.list(schema.channels), channel, schema.channels)
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
      report(v, name, ("belongs to %s, not to %s"):format(suggest.list(schema.channels_with(name)):gsub('"', ""),
        channel), value, writable_names(v, fields))
    end
  end
  check_fields(v, fields, details, { what = channel .. " details", skip = foreign, whole = true })
end

---@param variation klaviyo.tree.variation
local function check_content(v, variation)
  local details = variation.details
  if details == nil or details == null then
    return
  elseif variation.flat then
    check_details(v, details)
  elseif not is_object(details) then
    report(v, "details", "must be a table of named fields, found " .. suggest.show(details), details)
  else
    enter(v, "details")
    check_details(v, details)
    leave(v)
  end
end

-- Detail names that stand beside a table of details already.
local function check_stray(v, source, holder)
  for name, value in next, source do
    if tree.is_detail(name) then
      report(v, name, ("stands beside %s; put it inside"):format(holder), value)
    end
  end
end

local function is_variation_part(name)
  return name == "details" or name == "message" or tree.is_detail(name)
end

---@param variation klaviyo.tree.variation
local function check_variation(v, variation)
  check_fields(v, schema.resources.variation.fields, variation.source,
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
      for _, name in ipairs(writable_names(v, schema.details[channel])) do
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
      report(v, name, why, value).elsewhere = elsewhere
    end
  end
end

local function check_variations(v, message)
  local source, variations = message.source, message.variations
  check_stray(v, source, "variations")
  if source.details ~= nil then
    report(v, "details", "stands beside variations; put it inside", source.details)
  end
  if not is_list(source.variations) then
    report(v, "variations", "must be a list, found a table of names", source.variations)
    return
  elseif v.name == "guide" and #variations > 1 then
    report(v, "variations", ("holds %d variations; a message has one, for one channel"):format(#variations),
      #variations).elsewhere = true
  end
  enter(v, "variations")
  for i, variation in ipairs(variations) do
    if type(source.variations[i]) ~= "table" then
      report(v, i, "must be a table, found " .. suggest.show(source.variations[i]), source.variations[i])
    else
      enter(v, i)
      check_variation(v, variation)
      leave(v)
    end
  end
  leave(v)
end

local MESSAGE_PARTS = { details = true, campaign = true, audience = true }

---@param message klaviyo.tree.message
local function check_message(v, message, linked)
  local source = message.source
  local listed = type(source.variations) == "table"
  check_fields(v, schema.resources.message.fields, source, {
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
    why, elsewhere = refusal(v, VARIATIONS_FIELD)
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
    report(v, key, "cannot be null", value)
  elseif type(value) ~= "table" or not is_list(value) then
    report(v, key, "must be a list, found " .. suggest.show(value), value)
  else
    enter(v, key)
    for i, item in ipairs(value) do
      if type(item) ~= "table" then
        report(v, i, "must be a table, found " .. suggest.show(item), item)
      end
    end
    leave(v)
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
    check_fields(v, schema.resources.audience.fields, source,
      { what = "audiences", skip = is_audience_part, more = audience_parts })
    if id ~= nil then
      check_value(v, "temporary_id", TEMPORARY_ID, id)
      if seen[id] then
        report(v, "temporary_id", ("is %s, as that of another audience"):format(suggest.show(id)), id)
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
      report(v, key, "is not needed: the message stands inside its audience", id)
    end
  elseif id == nil then
    report(v, key, "is missing: it names the temporary_id of an audience")
  elseif type(id) ~= "string" then
    report(v, key, "must be a string, found " .. suggest.show(id), id)
  elseif not temporary_ids[id] then
    local names = {}
    for name in pairs(temporary_ids) do
      names[#names + 1] = tostring(name)
    end
    table.sort(names)
    report(v, key, ("names no audience: %s%s"):format(suggest.show(id), suggest.phrase(id, names)), id, names)
  end
end

local SEND_TIMEZONE = schema.find(schema.find(schema.resources.campaign.fields, "send_settings").fields,
  "send_timezone")

local function check_timezone(v, model)
  if model.timezone == nil then
    return
  end
  check_value(v, "timezone", SEND_TIMEZONE, model.timezone)
  if type(model.send_settings) == "table" and model.send_settings.send_timezone ~= nil then
    report(v, "timezone", "is given twice: here and as send_settings.send_timezone", model.timezone)
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
    enter(v, "send_settings")
    report(v, "throttle_percentage", ('goes with send_strategy = "THROTTLED" alone, not with %s')
      :format(suggest.show(strategy)), settings.throttle_percentage)
    leave(v)
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
  check_fields(v, schema.resources.campaign.fields, model,
    { what = "campaigns", skip = is_campaign_part, more = campaign_parts })
  check_timezone(v, model)
  check_throttle(v, model.send_settings, "STATIC")
  check_list_of_tables(v, "audiences", model.audiences, v.name == "openapi")
  if v.name == "guide" and (model.audiences == nil or type(model.audiences) == "table" and #model.audiences == 0) then
    report(v, "audiences", "is missing: a campaign needs at least one audience", model.audiences)
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
      report(v, name, ("is missing: %s belongs to %s"):format(ARTICLE[v.resource], ARTICLE[name]), id)
    elseif type(id) ~= "string" then
      report(v, name, ("must be %s or the id of one, found %s"):format(ARTICLE[name], suggest.show(id)), id)
    end
  end
end

-- What something belongs to is said once, when it is made.
local function refuse_parents(v, changes)
  for _, name in ipairs(PARENTS[v.resource] or {}) do
    if changes[name] ~= nil then
      report(v, name, FORMS.update .. (v.resource == "variation" and "" or "; clone it to where it is wanted"),
        changes[name])
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
  return { dialect = dialects.get(name), name = name, resource = resource, form = form, model = model, keys = {},
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
    check_fields(v, schema.resources.audience.fields, model, { what = "audiences", skip = is_campaign })
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
    check_fields(v, schema.resources.audience.fields, changes, { what = "audiences", skip = is_campaign })
  else
    check_fields(v, schema.resources.campaign.fields, changes,
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
---@return klaviyo.plan|nil
---@return klaviyo.problem[]|nil problems
function validate.schedule(options, ctx)
  return require("klaviyo.plan").make(options, ctx or {})
end

return validate
