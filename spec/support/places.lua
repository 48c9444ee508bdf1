-- SPDX-License-Identifier: MIT
--- The places of fields in requests and responses, dotted from `attributes`, as the library's tables have them and as
--- an OpenAPI file has them: `definition.send_options.send_time`, `messages[].name`, `definition.details:sms.body`.

local fields_of_wire = require "klaviyo.wire.dialect.fields"
local openapi = require "spec.support.openapi"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"

local places = {}

---@class support.place
---@field type? string       "string", "date-time", "date", "integer", ...; nil: any
---@field words? table<string, boolean>  an enumeration
---@field read_only? boolean
---@field decode? fun(word: string): string  from a word of the file to ours
---@field prose? boolean     the words are known from the prose of the documents alone

local TYPES = { datetime = "date-time", any = false }
local PROSE = { ["definition.builder"] = true, ["throttled_options.throttling_percentage"] = true }

local function join(base, name)
  return base == "" and name or base .. "." .. name
end

local function has(field, revision)
  return schema.has(field, "openapi") and revisions.reaches(revision, schema.since(field, "openapi"))
end

-- A place from the description of its field.
local function described(field, path, encode, decode)
  local place = { type = TYPES[field[2]] == nil and field[2] or TYPES[field[2]] or nil, read_only = field.read_only,
    decode = decode, prose = PROSE[path] }
  for _, word in ipairs(field.enum and field.enum_in ~= "guide" and field.enum or {}) do
    place.words = place.words or {}
    place.words[encode and encode(word) or word] = true
  end
  return place
end

-- Adds a field at its place, and what is in it: the parts of an object, the items of an array.
local function add(found, field, path, revision, encode)
  found[path] = described(field, path, encode)
  local parts = field[2] == "object" and field.fields or field[2] == "array" and field.of and field.of.fields
  for _, part in ipairs(parts or {}) do
    if has(part, revision) then
      add(found, part, join(field[2] == "array" and path .. "[]" or path, part[1]), revision)
    end
  end
end

-- The objects on the way to the places that are there.
local function add_parents(found)
  local paths = {}
  for path in pairs(found) do
    paths[#paths + 1] = path
  end
  for _, path in ipairs(paths) do
    for stop in path:gmatch "()%." do
      local parent = path:sub(1, stop - 1)
      if not parent:find "%[%]$" and not parent:find ":%a+$" then
        found[parent] = found[parent] or { type = "object" }
      end
    end
  end
  return found
end

local function add_details(found, base, revision, form)
  for channel, details in pairs(schema.details) do
    for _, field in ipairs(details) do
      if has(field, revision) and not (form and field.not_in and schema.holds(field.not_in[form], "openapi")) then
        add(found, field, ("%s:%s.%s"):format(base, channel, field[1]), revision)
      end
    end
  end
  found[base] = {}
end

-- Responses ----------------------------------------------------------------------------------------------------------

local function add_read(found, resource, list, revision, above)
  for _, field in ipairs(list) do
    local name = above and above .. "." .. field[1] or field[1]
    local place = fields_of_wire.of[resource][name]
    if name ~= "id" and place and place.openapi and has(field, revision) then
      found[place.openapi] = described(field, place.openapi, nil, place.decode)
      if field[2] == "object" and field.fields then
        add_read(found, resource, field.fields, revision, name)
      end
    end
  end
end

local function reads(resource)
  return function(revision)
    local found, resources = {}, schema.resources[resource]
    add_read(found, resource, resources.response or resources.fields, revision)
    if resource == "variation" then
      found["definition.details.channel"] = nil -- it is in the details of each channel
      found["definition.details"] = {}
    end
    return add_parents(found)
  end
end

-- Requests -----------------------------------------------------------------------------------------------------------

local function is_written(field, form, revision)
  return field[1] ~= "id" and has(field, revision) and not schema.holds(field.read_only, "openapi")
    and not (field.not_in and schema.holds(field.not_in[form], "openapi"))
end

local add_written

-- What stands in an array of children, or in relationships.
local function add_children(found, resource, name, base, form, revision)
  if resource == "campaign" and name ~= "tags" then
    local child = name == "audiences" and "audience" or "message"
    found[join(base, name)] = { type = "array" }
    add_written(found, child, join(base, name) .. "[]", "inline", revision)
  elseif resource == "message" and form ~= "update" then
    found[join(base, name)] = { type = "array" }
    add_written(found, "variation", join(base, name) .. "[]", "variation", revision)
  end
end

local CHILDREN = { audiences = true, messages = true, variations = true, tags = true }

function add_written(found, resource, base, form, revision)
  local inline = form == "inline"
  local shape = fields_of_wire.form("openapi", resource, inline)
  local lists = { schema.resources[resource].fields, inline and schema.resources[resource].inline or {} }
  for _, list in ipairs(lists) do
    for _, field in ipairs(list) do
      local name = field[1]
      local path = join(base, table.concat(shape.places[name] or shape.home, ".") .. (shape.places[name] and "" or "."
        .. name)):gsub("%.%.", ".")
      if CHILDREN[name] and is_written(field, form, revision) then
        add_children(found, resource, name, base, form, revision)
      elseif resource == "variation" and name == "details" then
        add_details(found, path, revision, form == "variation" and "create" or form)
      elseif is_written(field, form, revision) then
        add(found, field, path, revision, shape.encode[name])
      end
    end
  end
end

local function writes(resource, form)
  return function(revision)
    local found = {}
    add_written(found, resource, "", form, revision)
    return add_parents(found)
  end
end

local function schedules(revision)
  local found = { ["timezone_options.send_past_timezones_tomorrow"] = { type = "boolean" } }
  for _, field in ipairs(schema.resources.schedule.fields) do
    local path = fields_of_wire.schedule_options[field[1]]
    local missing = field[1] == "unit" and not revisions.has(revision, "capabilities", "throttle_unit")
    if path ~= "send_time" and not found[path] and not missing then
      found[path] = described(field, path)
    end
  end
  found.send_time = { type = "date-time" }
  return add_parents(found)
end

-- The file ------------------------------------------------------------------------------------------------------------

-- What scripts cannot write: the service sets it, though the file does not say so.
local UNSAID = { "send_options%.send_", "send_options%.throttle_unit$", "definition%.status$", ":sms%.cost$" }

local function is_unsaid(path, case)
  for _, pattern in ipairs(case.request and UNSAID or {}) do
    if path:find(pattern) and not (pattern:find "cost" and case.form == "update") then
      return true
    end
  end
  return false
end

local function place_of(rule)
  local dated = rule.format == "date-time" or rule.format == "date"
  local words
  for _, word in ipairs(rule.enum or {}) do
    words = words or {}
    words[word] = true
  end
  return { type = dated and rule.format or rule.type, words = words }
end

local function walk(file, rule, path, case, found)
  rule = openapi.resolve(file, rule)
  if path ~= "" and not path:find "%[%]$" then
    found[path] = place_of(rule)
  end
  for name, child in pairs(rule.properties or {}) do
    if not is_unsaid(join(path, name), case) then
      walk(file, child, join(path, name), case, found)
    end
  end
  if rule.items then
    walk(file, rule.items, path .. "[]", case, found)
  end
  for _, option in ipairs(case.request and rule.oneOf or {}) do
    option = openapi.resolve(file, option)
    local words = option.properties and option.properties.channel and option.properties.channel.enum
    local channel = words and words[1] or "unknown"
    for name, child in pairs(option.properties or {}) do
      if not is_unsaid(("%s:%s.%s"):format(path, channel, name), case) then
        walk(file, child, ("%s:%s.%s"):format(path, channel, name), case, found)
      end
    end
  end
end

---The schema of `attributes` in the request or response of an operation.
---@param file table
---@param their support.openapi.operation
---@param case table
---@return table|nil
function places.schema(file, their, case)
  local holder = case.request and their.operation.requestBody or their.operation.responses[case.status]
  local root = openapi.content(holder)
  local document = root and openapi.resolve(file, root)
  local data = document and openapi.resolve(file, document.properties.data)
  data = data and data.items and openapi.resolve(file, data.items) or data
  return data and data.properties.attributes
end

---The places that a schema of the file has.
---@param file table
---@param rule table
---@param case table
---@return table<string, support.place>
function places.theirs(file, rule, case)
  local found = {}
  walk(file, rule, "", case, found)
  return found
end

---What is compared: the fields of each resource as they are read, and as they are written.
places.cases = {
  { name = "field of a campaign", operation = "get_campaign", status = "200", ours = reads "campaign" },
  { name = "field of an audience", operation = "get_campaign_audience", status = "200", ours = reads "audience" },
  { name = "field of a message", operation = "get_campaign_message", status = "200", ours = reads "message" },
  { name = "field of a variation", operation = "get_campaign_variation", status = "200", ours = reads "variation" },
  { name = "field of a tag", operation = "get_tags_for_campaign_message", status = "200", ours = reads "tag" },
  { name = "field of an image", operation = "get_image_for_campaign_variation", status = "200", ours = reads "image" },
  { name = "field of a translation", operation = "get_translation_for_campaign_variation", status = "200",
    ours = reads "translation" },
  { name = "field of a schedule", operation = "schedule_campaign_message", status = "201", ours = reads "schedule" },
  { name = "field to schedule with", operation = "schedule_campaign_message", request = true, ours = schedules },
}

for _, resource in ipairs { "campaign", "audience", "message", "variation" } do
  local suffix = resource == "campaign" and "campaign" or "campaign_" .. resource
  for _, form in ipairs { "create", "update" } do
    table.insert(places.cases, { name = ("field to %s a %s with"):format(form, resource), form = form,
      operation = form .. "_" .. suffix, request = true, ours = writes(resource, form) })
  end
end

return places
