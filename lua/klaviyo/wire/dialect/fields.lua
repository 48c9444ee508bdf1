-- SPDX-License-Identifier: MIT
--- The places of fields on the wire, in either dialect: the only table of them. Reading, writing, sparse fields, error
--- pointers and the detection of a dialect are derived from it. A field that is not named here stands in the home of
--- its resource under its own name, so that it needs its entry in schema.lua alone.

local schema = require "klaviyo.model.schema"

local fields = {}

-- Where the fields of a resource stand, counted from `attributes`, unless PLACES says otherwise.
local HOMES = {
  campaign = { guide = "definition", openapi = "definition" },
  audience = { guide = "", openapi = "definition" },
  message = { guide = "definition", openapi = "definition" },
  variation = { guide = "definition", openapi = "definition" },
  tag = { guide = "", openapi = "" },
  image = { guide = "", openapi = "" },
  translation = { guide = "", openapi = "" },
  schedule = { guide = "", openapi = "" },
  list = { guide = "", openapi = "" },
  segment = { guide = "", openapi = "" },
  template = { guide = "", openapi = "" },
  metric = { guide = "", openapi = "" },
  account = { guide = "", openapi = "" },
  estimation = { guide = "", openapi = "" },
  estimation_job = { guide = "", openapi = "" },
  values_report = { guide = "", openapi = "" },
}

-- The same within a new campaign.
local INLINE_HOMES = {
  audience = { guide = "", openapi = "" },
  message = { guide = "definition", openapi = "" },
}

-- Values in the canonical form ---------------------------------------------------------------------------------------

local function upper(value)
  return type(value) == "string" and value:upper() or value
end

local STRATEGIES = { STATIC = true, LOCAL_TIMEZONE = true, THROTTLED = true, SMART_SEND_TIME = true }

local function campaign_strategy(value)
  return STRATEGIES[upper(value)] and upper(value) or value
end

local function message_strategy(value)
  if value == "send_time_optimization" or value == "personalized_send_time_optimization" then
    return "smart_send_time"
  end
  return STRATEGIES[upper(value)] and value:lower() or value
end

local function send_settings(value)
  if type(value) == "table" and value.send_strategy ~= nil then
    value.send_strategy = campaign_strategy(value.send_strategy)
  end
  return value
end

-- The same choice has two spellings: FOR_FLOWS in a new campaign, throttle-for-flows in send_options.
local function throttling_type(value)
  if type(value) ~= "string" then
    return value
  end
  return (value:upper():gsub("^THROTTLE%-", ""):gsub("%-", "_"))
end

local function throttling_type_on_wire(value)
  if type(value) ~= "string" or value == "NONE" then
    return value == "NONE" and "none" or value
  end
  return "throttle-" .. value:lower():gsub("_", "-")
end

-- The table ----------------------------------------------------------------------------------------------------------

---@class klaviyo.field.place
---@field guide? string|false    where it stands in a response, dotted, from `attributes`; false: nowhere
---@field openapi? string|false
---@field written? table<string, string>  by dialect: where a request has it, if not where a response has it
---@field inline? table<string, string>   by dialect: where it stands within a new campaign
---@field also? string[]         further places that are read
---@field sparse? table<string, string>   by dialect: what `fields[...]` calls it, if not by its place
---@field decode? fun(value: any): any    from the wire, for values other than null
---@field encode? table<string, fun(value: any): any>  by dialect, to the wire; not within a new campaign
---@field composite? string[]    an object whose parts stand at places of their own: it is null unless one of these
---                              parts is known
---@field set_later? string      the dialect that has no place for it within a new campaign: it is set afterwards

local function at(guide, openapi)
  return { guide = guide, openapi = openapi or guide }
end

local function time(name, guide, openapi)
  local place = at(guide, openapi)
  place.also = { name, (name:gsub("_at$", "")) }
  return place
end

local TRACKING, SENDING, INFO = "definition.tracking_options.", "definition.send_options.", "scheduling_info."

---@type table<string, table<string, klaviyo.field.place>>
local PLACES = {
  campaign = {
    created_at = time("created_at", "created_at"),
    updated_at = time("updated_at", "updated_at"),
    send_settings = { decode = send_settings },
    ["send_settings.send_strategy"] = { decode = campaign_strategy },
  },
  audience = {
    name = { guide = "audience_name", also = { "name" }, inline = at("audience_name", "name"), set_later = "guide" },
    archived = { also = { "definition.archived" } },
    created_at = time("created_at", "created_at", "created"),
    updated_at = time("updated_at", "updated_at", "updated"),
  },
  message = {
    name = { guide = "name", written = { guide = "definition.name" } },
    status = { guide = "status", decode = upper },
    tracking_options = at(false, "definition.tracking_options"),
    is_tracking_opens = { openapi = TRACKING .. "is_tracking_opens" },
    is_tracking_clicks = { openapi = TRACKING .. "is_tracking_clicks" },
    is_add_utm = { openapi = TRACKING .. "is_add_utm" },
    throttling_type = { openapi = SENDING .. "throttling_type", decode = throttling_type,
      encode = { openapi = throttling_type_on_wire } },
    recipient_percentage = { openapi = SENDING .. "recipient_percentage" },
    is_ignoring_unsubscribes = { openapi = SENDING .. "is_ignoring_unsubscribes" },
    tracking_params = { guide = "tracking_params", openapi = TRACKING .. "tracking_params",
      inline = { openapi = "tracking_params" } },
    variations = { openapi = "variations" },
    audience_temporary_id = { inline = at "audience_temporary_id" },
    created_at = time("created_at", "created"),
    updated_at = time("updated_at", "updated"),
    scheduling = { guide = "scheduling_info", openapi = "definition.send_options",
      composite = { "send_time", "send_date", "send_times" } },
    ["scheduling.send_time"] = at(INFO .. "send_time", SENDING .. "send_time"),
    ["scheduling.send_date"] = { guide = false, openapi = false,
      also = { INFO .. "send_date", SENDING .. "send_date" } },
    ["scheduling.send_times"] = { openapi = SENDING .. "send_times" },
    ["scheduling.strategy"] = { guide = INFO .. "strategy", openapi = SENDING .. "send_strategy",
      decode = message_strategy },
    ["scheduling.throttle_percentage"] = { guide = INFO .. "throttled_options.throttling_percentage", openapi = false,
      sparse = { guide = INFO .. "throttled_options" },
      also = { INFO .. "throttling_percentage", SENDING .. "throttling_percentage" } },
    ["scheduling.throttle_unit"] = { guide = false, openapi = SENDING .. "throttle_unit",
      also = { INFO .. "throttled_options.throttle_unit", INFO .. "throttle_unit" } },
    ["scheduling.past_timezones_tomorrow"] = { guide = INFO .. "timezone_options.send_past_timezones_tomorrow",
      openapi = false, sparse = { guide = INFO .. "timezone_options" } },
  },
  variation = {
    channel = at "definition.details.channel",
    created_at = time("created_at", "created"),
    updated_at = time("updated_at", "updated"),
  },
  translation = {
    created_at = time("created_at", "created"),
    updated_at = time("updated_at", "updated"),
  },
  image = { updated_at = time("updated_at", "updated_at") },
  list = { created_at = time("created_at", "created"), updated_at = time("updated_at", "updated") },
  segment = { created_at = time("created_at", "created"), updated_at = time("updated_at", "updated") },
  template = { created_at = time("created_at", "created"), updated_at = time("updated_at", "updated") },
  metric = { created_at = time("created_at", "created"), updated_at = time("updated_at", "updated") },
  schedule = {
    strategy = { decode = message_strategy },
    throttle_percentage = at(false, "throttling_percentage"),
    throttle_unit = at(false, "throttle_unit"),
  },
}

---Where the options of schedule() stand in its request, from `attributes`.
---@type table<string, string>
fields.schedule_options = {
  at = "send_time", timezone = "send_time", date = "send_date", strategy = "strategy",
  percentage = "throttled_options.throttling_percentage", unit = "throttled_options.throttle_unit",
  past_timezones = "timezone_options.send_past_timezones_tomorrow", action = "action",
}

-- Children stand in relationships, not in attributes.
local CHILDREN = { audiences = true, messages = true, variations = true, tags = true }

-- Derived from the table ----------------------------------------------------------------------------------------------

local DIALECTS = { "openapi", "guide" }
local NOTHING = {}

local function join(base, name)
  return base == "" and name or base .. "." .. name
end

---@class klaviyo.field
---@field guide? string          where it stands in a response, from `attributes`; nil: the dialect has no such field
---@field openapi? string
---@field paths string[]         all places that are read, from the resource object; the first that holds a value counts
---@field decode? fun(value: any): any
---@field composite? string[]    an object that is read part by part; nothing unless one of these parts is known
---@field parts? string[]        of a composite
---@field since? string|table    the revision that it came with, see schema.since
---@field additional? boolean    a parameter of its own asks for it
---@field sparse? table<string, string>
---@field written? table<string, string>

local function place_in(dialect, resource, name, described, above)
  local place = PLACES[resource] and PLACES[resource][name] or NOTHING
  if place[dialect] == false or described and not schema.has(described, dialect) then
    return nil
  elseif place[dialect] then
    return place[dialect]
  elseif above then
    return above[dialect] and above[dialect] .. name:match "%.[^%.]+$"
  end
  return join(HOMES[resource][dialect], name)
end

local function new_field(resource, name, described, above)
  local place = PLACES[resource] and PLACES[resource][name] or NOTHING
  local field = { decode = place.decode, sparse = place.sparse, written = place.written, composite = place.composite,
    since = described and described.since, additional = described and described.additional, paths = {} }
  local seen = {}
  local function add(path)
    if path and not seen[path] then
      seen[path] = true
      field.paths[#field.paths + 1] = "attributes." .. path
    end
  end
  for _, dialect in ipairs(DIALECTS) do
    field[dialect] = place_in(dialect, resource, name, described, above)
    add(field[dialect])
    add(place.written and place.written[dialect])
  end
  for _, path in ipairs(place.also or NOTHING) do
    add(path)
  end
  return field
end

local function add_described(all, resource, described, above)
  local name = above and above.name .. "." .. described[1] or described[1]
  all[name] = new_field(resource, name, described, above)
  if described[2] == "object" and described.fields then
    all[name].parts = all[name].composite and schema.names(described.fields)
    for _, part in ipairs(described.fields) do
      add_described(all, resource, part, { name = name, guide = all[name].guide, openapi = all[name].openapi })
    end
  end
end

local function fields_of(resource)
  local all = { id = { guide = "id", openapi = "id", paths = { "id" } } }
  local described = schema.resources[resource]
  for _, field in ipairs(described.response or described.fields) do
    if field[1] ~= "id" and not CHILDREN[field[1]] then
      add_described(all, resource, field)
    end
  end
  return all
end

---The fields of each resource that a response may hold, by name; parts of objects by dotted names.
---@type table<string, table<string, klaviyo.field>>
fields.of = setmetatable({}, {
  __index = function(self, resource)
    if not schema.resources[resource] then
      return nil
    end
    rawset(self, resource, fields_of(resource)) -- on first use: most programs read one or two of the resources
    return rawget(self, resource)
  end,
})

---The place of what no description names, wherever the service keeps such things.
---@param name string
---@return string[] paths
function fields.unknown(name)
  return { "attributes.definition." .. name, "attributes." .. name }
end

local function details_place(dialect)
  return fields.of.variation.details[dialect]
end

---The names that `fields[...]` can choose, short ones and those of the wire.
---@param resource string
---@param dialect "guide"|"openapi"
---@param revision? string  leaves out what came later than it
---@param with_additional? boolean  those too that additional_fields asks for
---@return table<string, string>  short name -> name on the wire
function fields.sparse(resource, dialect, revision, with_additional)
  local reaches = require("klaviyo.model.revisions").reaches
  local names = {}
  for name, field in pairs(fields.of[resource]) do
    local is_offered = with_additional or not field.additional
    local wire = is_offered and (field.sparse and field.sparse[dialect] or field[dialect])
    if wire and reaches(revision, schema.since(field, dialect)) then
      names[name] = wire
      local written = field.written and field.written[dialect]
      names[written or name] = written or wire
    end
  end
  for name, place in pairs(PLACES[resource] or NOTHING) do
    if place[dialect] and not fields.of[resource][name] and not CHILDREN[name] then
      names[name] = place[dialect] -- an object of the wire that is no field of ours, such as tracking_options
    end
  end
  for _, details in pairs(resource == "variation" and schema.details or NOTHING) do
    for _, field in ipairs(details) do
      if schema.has(field, dialect) and reaches(revision, schema.since(field, dialect)) then
        names["details." .. field[1]] = join(details_place(dialect), field[1])
      end
    end
  end
  if HOMES[resource][dialect] ~= "" then
    names[HOMES[resource][dialect]] = HOMES[resource][dialect]
  end
  return names
end

-- All places of a dialect, each object on the way to one included.
local function places_with_parents(resource, dialect)
  local places = {}
  local function add(path)
    for stop in path:gmatch "()%." do
      places[path:sub(1, stop - 1)] = true
    end
    places[path] = true
  end
  for name, field in pairs(fields.of[resource]) do
    if field[dialect] and name ~= "id" then
      add(field[dialect])
      add(field.written and field.written[dialect] or field[dialect])
    end
  end
  for _, details in pairs(resource == "variation" and schema.details or NOTHING) do
    for _, field in ipairs(details) do
      if schema.has(field, dialect) then
        add(join(details_place(dialect), field[1]))
      end
    end
  end
  return places
end

---The places that one dialect alone has, from the resource object: a dialect is detected by them.
---@param resource string
---@return { [1]: string, [2]: "guide"|"openapi" }[]
function fields.signs(resource)
  local places = { guide = places_with_parents(resource, "guide"), openapi = places_with_parents(resource, "openapi") }
  local signs = {}
  for dialect, other in pairs { openapi = "guide", guide = "openapi" } do
    for path in pairs(places[dialect]) do
      local parent = path:match "^(.*)%."
      -- The members of an object that is a sign itself say no more than that.
      if not places[other][path] and (not parent or places[other][parent]) then
        signs[#signs + 1] = { "attributes." .. path, dialect }
      end
    end
  end
  return signs
end

-- Writing ------------------------------------------------------------------------------------------------------------

---@class klaviyo.dialect.form
---@field home klaviyo.path                     where fields stand unless said otherwise, from `attributes`
---@field places table<string, klaviyo.path>    the others
---@field encode table<string, fun(value: any): any>
---@field set_later table<string, boolean>      fields that this form has no place for, and that are set afterwards
---@field needs? string                         an object of `attributes` that must be there, if only empty

local function keys_of(path)
  local keys = {}
  for key in path:gmatch "[^%.]+" do
    keys[#keys + 1] = key
  end
  return keys
end

-- Where a request of this form has a field; nil: in the home, by its own name.
local function written_place(place, dialect, inline)
  if inline then
    return place.inline and place.inline[dialect]
  end
  return place.written and place.written[dialect] or place[dialect] or nil
end

---How a resource is written in a dialect.
---@param dialect "guide"|"openapi"
---@param resource string
---@param inline? boolean  within a new campaign
---@return klaviyo.dialect.form
function fields.form(dialect, resource, inline)
  local home = (inline and INLINE_HOMES or HOMES)[resource][dialect]
  local form = { home = keys_of(home), places = {}, encode = {}, set_later = {}, needs = home ~= "" and home or nil }
  for name, place in pairs(PLACES[resource] or NOTHING) do
    local described = schema.find(schema.resources[resource].fields, name)
    local read_only = described and described.read_only == true -- if given all the same, the service says so
    local written = not read_only and written_place(place, dialect, inline)
    if written and written ~= join(home, name) and not name:find(".", 1, true) then
      form.places[name] = keys_of(written)
    end
    form.encode[name] = not inline and place.encode and place.encode[dialect] or nil
    form.set_later[name] = inline and place.set_later == dialect or nil
  end
  return form
end

return fields
