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
local math_type = rawget(math, "type") -- Lua 5.4 alone

local validate = {}

---@class klaviyo.validate.context
---@field dialect? "guide"|"openapi"|"auto"  default and `auto`: guide
---@field now? number|false                  epoch seconds, default the system's; false: times may lie in the past
---@field revision? string
---@field parents? table<string, string>     ids of the parents of what is created
---@field present? fun(path: string): boolean  whether the object has such a field already, for names never heard of
---@field send_settings? table               the campaign's, for schedule()

-- One validation under way.
---@class klaviyo.validation
---@field dialect klaviyo.dialect
---@field resource string
---@field form "inline"|"create"|"update"
---@field model table
---@field problems klaviyo.problem[]
---@field present? fun(path: string): boolean

local OTHER = {
  guide = 'exists in the openapi dialect alone (revision 2026-07-15.pre and later, or dialect = "openapi")',
  openapi = 'exists in the guide dialect alone (revision 2026-04-15.pre, or dialect = "guide")',
}

local function report(v, keys, message, found, allowed)
  local where = path.format(keys)
  v.problems[#v.problems + 1] = {
    path = where, pointer = v.dialect.pointer(v.resource, where, v.model),
    message = message, found = found, allowed = allowed,
    elsewhere = message == OTHER[v.dialect.name] or nil,
  }
end

local function child(keys, ...)
  local longer = {}
  for i = 1, #keys do
    longer[i] = keys[i]
  end
  for _, key in ipairs { ... } do
    longer[#longer + 1] = key
  end
  return longer
end

local KINDS = {
  string = "a string", boolean = "true or false", integer = "a whole number", number = "a number",
  datetime = "an ISO 8601 date and time", date = "a day such as 2026-12-01", object = "a table of named fields",
  array = "a list",
}

local function is_integer(value)
  return type(value) == "number" and value == math.floor(value)
    and (math_type and math_type(value) == "integer" or math.abs(value) <= 2 ^ 53)
end

local function is_list(value)
  local count = 0
  for key in next, value do
    if type(key) ~= "number" then
      return false
    end
    count = count + 1
  end
  return count == #value
end

local function has_kind(value, kind)
  if kind == "integer" then
    return is_integer(value)
  elseif kind == "number" then
    return type(value) == "number" and value == value and math.abs(value) ~= math.huge
  elseif kind == "array" then
    return type(value) == "table" and is_list(value)
  elseif kind == "object" then
    return type(value) == "table" and not json.is_array(value) and (next(value) == nil or #value == 0)
  elseif kind == "any" then
    return type(value) ~= "function" and type(value) ~= "thread"
  end
  return type(value) == (kind == "boolean" and "boolean" or "string")
end

local function contains(list, item)
  for _, other in ipairs(list) do
    if other == item then
      return true
    end
  end
  return false
end

local FORMS = {
  inline = "cannot be set on what is created inside a new campaign; set it afterwards",
  create = "cannot be set on create",
  update = "cannot be changed once it exists",
}

-- Why a known field cannot be given here; nil if it can.
local function refusal(v, field)
  local name = v.dialect.name
  if not schema.has(field, name) then
    return OTHER[name]
  elseif field[1] == "tracking_params" then
    return "is read-only: UTM parameters are set in the Klaviyo app or for the whole account"
  elseif schema.holds(field.read_only, name) then
    return "is read-only: the service sets it"
  elseif field.not_in and schema.holds(field.not_in[v.form], name) then
    if field[1] == "variations" then
      return v.form == "create" and "cannot be set on create: create the message, then its variation"
        or "cannot be changed through the message: change the variation itself"
    end
    return FORMS[v.form]
  end
end

local check_fields

local function check_scalar(v, keys, field, value)
  local name = v.dialect.name
  if field.enum and (not field.enum_in or field.enum_in == name) and not contains(field.enum, value) then
    report(v, keys, ("cannot be %s%s; allowed: %s"):format(suggest.show(value),
      suggest.phrase(value, field.enum), suggest.list(field.enum)), value, field.enum)
  elseif value == "" and schema.holds(field.not_empty, name) then
    report(v, keys, "cannot be empty", value)
  elseif field.format == "timezone" then
    local known, message = time.has_zone(value)
    if known == false then
      report(v, keys, message, value)
    end
  end
end

local function check_value(v, keys, field, value)
  if value == null then
    if not schema.holds(field.nullable, v.dialect.name) then
      report(v, keys, "cannot be null", value)
    end
  elseif not has_kind(value, field[2]) then
    report(v, keys, ("must be %s, found %s"):format(KINDS[field[2]] or "a JSON value", suggest.show(value)), value)
  elseif field[2] == "array" then
    for i, item in ipairs(field.of and value or {}) do
      check_value(v, child(keys, i), field.of, item)
    end
  elseif field[2] == "object" then
    if field.fields then
      check_fields(v, keys, field.fields, value, { what = field[1] })
    end
  else
    check_scalar(v, keys, field, value)
  end
end

local function check_extra(v, keys, extra)
  if type(extra) ~= "table" or not has_kind(extra, "object") then
    report(v, keys, "must be a table of field names of the service and their values, found " .. suggest.show(extra),
      extra)
  end
end

local function sorted_keys(t)
  local keys = {}
  for key in next, t do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return type(a) == type(b) and type(a) ~= "table" and a < b or tostring(a) < tostring(b)
  end)
  return keys
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

-- A name that is not known. On an object that exists, one that resembles no known field, or that the object has, is
-- taken to be newer than this library.
local function check_unknown(v, keys, name, value, fields, options)
  local where = child(keys, name)
  local names = writable_names(v, fields, options.more)
  local near = suggest.nearest(name, names)
  if v.form == "update" and type(name) == "string"
    and (not near or v.present and v.present(path.format(where))) then
    return
  end
  local hint = near and (' (did you mean "%s"?)'):format(near) or ""
  report(v, where, ("is no field of %s%s; what this library does not know goes in extra = { ... }")
    :format(options.what or v.resource, hint), value, names)
end

---@param options { what?: string, more?: string[], skip?: (fun(key: any): boolean), changes?: boolean }
function check_fields(v, keys, fields, source, options)
  for _, name in ipairs(sorted_keys(source)) do
    local value, field = source[name], schema.find(fields, name)
    local where = child(keys, name)
    if options.skip and options.skip(name) then -- luacheck: ignore 542
      -- somebody else's business
    elseif name == "extra" then
      check_extra(v, where, value)
    elseif not field then
      check_unknown(v, keys, name, value, fields, options)
    elseif refusal(v, field) then
      report(v, where, refusal(v, field), value)
    else
      check_value(v, where, field, value)
    end
  end
  if v.form == "update" and options.changes then
    return -- what is there stays there
  end
  for _, field in ipairs(fields) do
    if schema.holds(field.required, v.dialect.name) and source[field[1]] == nil and not (options.skip
      and options.skip(field[1])) then
      report(v, child(keys, field[1]), "is missing", nil, field.enum)
    end
  end
end

local function article(name)
  return (name:find("^[aeiou]") and "an " or "a ") .. name
end

-- Details of one channel: their fields are that channel's, and a field of another says whose it is.
local function check_details(v, keys, details)
  local channel = details.channel
  local fields = schema.details[channel]
  if not fields then
    local message = channel == nil and "is missing: it says which fields there are"
      or ("cannot be %s%s"):format(suggest.show(channel), suggest.phrase(channel, schema.channels))
    report(v, child(keys, "channel"), message .. "; allowed: " .. suggest.list(schema.channels), channel,
      schema.channels)
    return
  end
  local own = {}
  for name, value in next, details do
    local others = not schema.find(fields, name) and schema.channels_with(name) or {}
    if #others > 0 then
      report(v, child(keys, name), ("belongs to %s, not to %s"):format(suggest.list(others):gsub('"', ""), channel),
        value, writable_names(v, fields))
    else
      own[name] = value
    end
  end
  check_fields(v, keys, fields, own, { what = channel .. " details", changes = true })
end

---@param variation klaviyo.tree.variation
local function check_content(v, variation)
  local details = variation.details
  if details == nil or details == null then
    return
  elseif not has_kind(details, "object") then
    report(v, variation.details_path, "must be a table of named fields, found " .. suggest.show(details), details)
  else
    check_details(v, variation.details_path, details)
  end
end

-- Detail names that stand beside a table of details already.
local function check_stray(v, keys, source, holder)
  for _, name in ipairs(sorted_keys(source)) do
    if tree.is_detail(name) then
      report(v, child(keys, name), ("stands beside %s; put it inside"):format(holder), source[name])
    end
  end
end

---@param variation klaviyo.tree.variation
local function check_variation(v, variation)
  local source = variation.source
  check_fields(v, variation.path, schema.resources.variation.fields, source, { what = "a variation",
    skip = function(name)
      return name == "details" or name == "message" or tree.is_detail(name)
    end })
  if not variation.flat then
    check_stray(v, variation.path, source, "details")
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

local function check_variations(v, message)
  local keys, source = message.path, message.source
  if type(source.variations) == "table" then
    check_stray(v, keys, source, "variations")
    if source.details ~= nil then
      report(v, child(keys, "details"), "stands beside variations; put it inside", source.details)
    end
    for i, item in ipairs(source.variations) do
      if type(item) ~= "table" then
        report(v, child(keys, "variations", i), "must be a table, found " .. suggest.show(item), item)
      end
    end
  elseif message.short and not message.variations[1].flat then
    check_stray(v, keys, source, "details")
  end
  if v.dialect.name == "guide" and message.variations and #message.variations > 1 then
    report(v, child(keys, "variations"), ("holds %d variations; a message has one, for one channel")
      :format(#message.variations), #message.variations)
  end
end

---@param message klaviyo.tree.message
local function check_message(v, message, what, skip)
  local source = message.source
  local fields = schema.resources.message.fields
  local variations = schema.find(fields, "variations")
  check_fields(v, message.path, fields, source, { what = what, more = flat_names(v, source), changes = true,
    skip = function(name)
      return name == "details" or name == "campaign" or name == "audience" or tree.is_detail(name)
        or (name == "variations" and type(source.variations) == "table") or (skip and skip(name))
    end })
  local why = message.variations and refusal(v, variations)
  if why then
    for _, name in ipairs(sorted_keys(source)) do
      if name == "variations" or name == "details" or tree.is_detail(name) then
        report(v, child(message.path, name), why, source[name])
      end
    end
    return
  elseif type(source.variations) == "table" and not is_list(source.variations) then
    report(v, child(message.path, "variations"), "must be a list, found " .. suggest.show(source.variations))
  end
  check_variations(v, message)
  for _, variation in ipairs(message.variations or {}) do
    if message.short then
      check_content(v, variation)
    else
      check_variation(v, variation)
    end
  end
end

local function is_audience_part(name)
  return name == "messages" or name == "temporary_id"
end

local function check_list_of_tables(v, keys, value)
  if value == nil or value == null and v.dialect.name == "openapi" then
    return
  elseif value == null then
    report(v, keys, "cannot be null", value)
  elseif type(value) ~= "table" or not is_list(value) then
    report(v, keys, "must be a list, found " .. suggest.show(value), value)
  else
    for i, item in ipairs(value) do
      if type(item) ~= "table" then
        report(v, child(keys, i), "must be a table, found " .. suggest.show(item), item)
      end
    end
  end
end

local function check_audiences(v, parts)
  local seen = {}
  for _, audience in ipairs(parts.audiences or {}) do
    local source, keys = audience.source, audience.path
    check_fields(v, keys, schema.resources.audience.fields, source,
      { what = "an audience", skip = is_audience_part, more = { "temporary_id", "messages" } })
    local id = source.temporary_id
    if id ~= nil then
      check_value(v, child(keys, "temporary_id"), schema.find(schema.resources.audience.inline, "temporary_id"), id)
      if type(id) == "string" and seen[id] then
        report(v, child(keys, "temporary_id"), ("is %s, as that of another audience"):format(suggest.show(id)), id)
      end
      seen[id] = true
    end
    check_list_of_tables(v, child(keys, "messages"), source.messages)
  end
  return seen
end

-- A message inside an audience belongs to it; one beside the audiences names the audience it belongs to.
local function check_link(v, message, temporary_ids)
  local id, keys = message.source.audience_temporary_id, child(message.path, "audience_temporary_id")
  if #message.path > 2 then
    if id ~= nil then
      report(v, keys, "is not needed: the message stands inside its audience", id)
    end
  elseif id == nil then
    report(v, keys, "is missing: it names the temporary_id of an audience")
  elseif type(id) ~= "string" then
    report(v, keys, "must be a string, found " .. suggest.show(id), id)
  elseif not temporary_ids[id] then
    local names = sorted_keys(temporary_ids)
    report(v, keys, ("names no audience: %s%s"):format(suggest.show(id), suggest.phrase(id, names)), id, names)
  end
end

local CAMPAIGN_PARTS = { audiences = true, messages = true, timezone = true }

local function check_timezone(v, model)
  if model.timezone == nil then
    return
  end
  local field = schema.find(schema.find(schema.resources.campaign.fields, "send_settings").fields, "send_timezone")
  check_value(v, { "timezone" }, field, model.timezone)
  if type(model.send_settings) == "table" and model.send_settings.send_timezone ~= nil then
    report(v, { "timezone" }, "is given twice: here and as send_settings.send_timezone", model.timezone)
  end
end

local function check_campaign(v)
  local model = v.model
  local parts = tree.campaign(model)
  check_fields(v, {}, schema.resources.campaign.fields, model, { what = "a campaign", more = { "timezone" },
    skip = function(name)
      return CAMPAIGN_PARTS[name]
    end })
  check_timezone(v, model)
  check_list_of_tables(v, { "audiences" }, model.audiences)
  if v.dialect.name == "guide" and (model.audiences == nil
    or type(model.audiences) == "table" and #model.audiences == 0) then
    report(v, { "audiences" }, "is missing: a campaign needs at least one audience", model.audiences)
  end
  check_list_of_tables(v, { "messages" }, model.messages)
  v.form = "inline"
  local temporary_ids = check_audiences(v, parts)
  for _, message in ipairs(parts.messages or {}) do
    check_link(v, message, temporary_ids)
    local channel = schema.details[message.source.channel] and message.source.channel .. " " or ""
    check_message(v, message, article(channel .. "message"), function(name)
      return name == "audience_temporary_id"
    end)
  end
end

local PARENTS = { audience = { "campaign" }, message = { "campaign", "audience" }, variation = { "message" } }

local function check_parents(v, parents)
  for _, name in ipairs(parents and PARENTS[v.resource] or {}) do
    if type(parents[name]) ~= "string" or parents[name] == "" then
      report(v, { name }, ("is missing: %s belongs to %s"):format(article(v.resource), article(name)), parents[name])
    end
  end
end

local function is_parent(name)
  return name == "campaign" or name == "audience" or name == "message"
end

local function begin(resource, form, model, ctx)
  ctx = ctx or {}
  if type(model) ~= "table" then
    error(("%s: a table is needed, found %s"):format(resource, suggest.show(model)), 3)
  end
  local name = ctx.dialect == "openapi" and "openapi" or "guide"
  return { dialect = dialects.get(name), resource = resource, form = form, model = model, problems = {},
    present = ctx.present }
end

local function finish(v)
  return #v.problems > 0 and v.problems or nil
end

---Checks what is to be created.
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table                      canonical plain table
---@param ctx? klaviyo.validate.context
---@return klaviyo.problem[]|nil problems   nil if nothing is wrong
function validate.create(resource, model, ctx)
  local v = begin(resource, "create", model, ctx)
  if resource == "campaign" then
    check_campaign(v)
  elseif resource == "audience" then
    check_fields(v, {}, schema.resources.audience.fields, model, { what = "an audience", skip = is_parent })
  elseif resource == "message" then
    check_message(v, tree.message(model, {}), "a message")
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
    check_message(v, tree.message(changes, {}), "a message")
  else
    check_fields(v, {}, schema.resources[resource].fields, changes, { what = article(resource), changes = true })
  end
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
