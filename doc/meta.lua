-- SPDX-License-Identifier: MIT
-- lua doc/meta.lua: types for language servers of the tables that scripts write, from the descriptions that check
-- them.
-- lua doc/meta.lua collections: those of kl.campaigns, kl.lists and the others, from the annotations of what they
-- have in common.

local annotations = require "doc.annotations"
local builder = require "klaviyo.builder"
local collection = require "klaviyo.collection"
local estimate = require "klaviyo.calls.estimate"
local preview = require "klaviyo.calls.preview"
local of_results = require "klaviyo.calls.results"
local oauth = require "klaviyo.oauth"
local options = require "klaviyo.model.options"
local raw_request = require "klaviyo.calls.raw_request"
local schema = require "klaviyo.model.schema"
local wait = require "klaviyo.calls.wait"

local meta = {}

local TYPES = { seconds = "number", span = "number", count = "integer", datetime = "string", date = "string",
  object = "table<string, klaviyo.json>", array = "klaviyo.json[]", any = "klaviyo.json" }

-- Where the description of an option says no more than "function" or "table".
local PRECISE = {
  access_token = "string|klaviyo.oauth|fun(context: klaviyo.token_context): string|nil, string|nil",
  on_token = "fun(token: string)",
  on_event = "fun(event: klaviyo.event)",
  limits = "false|klaviyo.limits",
  loop = '"blocking"|"nginx"|"uv"|klaviyo.loop',
  store = "fun(tokens: { access_token: string, refresh_token: string, expires_at: number|nil })",
  until_status = "klaviyo.status|klaviyo.status[]",
  on_change = "fun(message: klaviyo.message, status: klaviyo.status, before: klaviyo.status)",
  query = "string|table<string|integer, klaviyo.json>",
  body = "string|klaviyo.json",
  headers = "table<string, string>",
  rate = "{ [1]: integer, [2]: integer }",
  tracking_params = "klaviyo.tracking_param[]",
  ab_test = "klaviyo.ab_test",
  context = "table<string, klaviyo.json>",
  statistics = "string[]",
  conversion_metric = "string|klaviyo.object",
  by = "klaviyo.dimension|klaviyo.dimension[]",
}

-- Types without a description that checks them: of results, and of options that one method reads itself.
local HEAD = [[
---@class klaviyo.null  klaviyo.null, a light userdata

---@alias klaviyo.json string|number|boolean|klaviyo.null|klaviyo.json[]|table<string, klaviyo.json>
---@alias klaviyo.value klaviyo.json|klaviyo.object|klaviyo.object[]
---@alias klaviyo.changes table<string, klaviyo.json>
---@alias klaviyo.status "DRAFT"|"SCHEDULED"|"SENDING"|"SENT"|"CANCELLED"
---@alias klaviyo.details %s
---@alias klaviyo.new klaviyo.campaign_builder|klaviyo.new_campaign|klaviyo.new_part
---@alias klaviyo.new_part klaviyo.new_audience|klaviyo.new_message|klaviyo.new_variation
---@alias klaviyo.related klaviyo.object|klaviyo.object[]|string|string[]
---@alias klaviyo.filter.value string|number|boolean|string[]|number[]
---@alias klaviyo.results klaviyo.value[]
---@alias klaviyo.dimension "campaign"|"message"|"variation"|"channel"
---@alias klaviyo.responses klaviyo.response[]|{ [1]: klaviyo.response|nil, [2]: klaviyo.error|nil }[]

---@class klaviyo.errors
---@field is fun(value: any): boolean  whether it is an error object of this library

---@class klaviyo.error.item
---@field code? string
---@field title? string
---@field detail? string
---@field path? string  the place in the table that was given
---@field source? { pointer: string|nil, parameter: string|nil }
---@field candidates? klaviyo.candidate[]  what the name in that place may mean

---@class klaviyo.tracking_param
---@field name string
---@field value string
---@field type? "dynamic"|"static"

---@class klaviyo.limits
---@field scale? number  shortens the windows
---@field shdict? string  a lua_shared_dict that shares the budget between nginx workers
---@field shared? string  a Redis that shares it between machines: "redis://user:password@host:6379/0"
---@field on_lost? "local"|"wait"|"error"  without that Redis: a share of the budget, no call, or an error
---@field ca_file? string  certificates to trust for a rediss:// address instead of the system's
---@field [string] { [1]: integer, [2]: integer }  an operation's calls a second and a minute

---@class klaviyo.functions
---@field [integer] fun(): ...
---@field limit? integer  how many at once (default 32)
---@field all? boolean  every result with its error (default false)
---@field loop? "blocking"|"nginx"|"uv"|klaviyo.loop  default: the host's own

---@class klaviyo.requests
---@field [integer] klaviyo.request_options
---@field limit? integer  how many at once; default: the client's concurrency
---@field all? boolean  every response with its error (default false)

]]

local ALL_RESULTS = [[
---@class klaviyo.all_results_options : klaviyo.results_options
---@field campaigns? (klaviyo.campaign|string)[]  objects or ids; default: all that were sent in the period
---@field messages? (klaviyo.message|string)[]    instead: objects or ids
]]
local OPTIONS = [[
---@class klaviyo.read_options : klaviyo.call_options
---@field include? string|string[]  relationships to read along: "audiences", "messages", ...
---@field fields? table<string, string|string[]>  by resource: { campaign = { "name", "created_at" } }
---@field additional_fields? string|string[]  "profile_count" of one list or segment

---@class klaviyo.list_options : klaviyo.read_options
---@field filter? klaviyo.filter|string
---@field sort? string  "-updated_at"
---@field page_size? integer
---@field cursor? string

---@class klaviyo.each_options : klaviyo.list_options
---@field limit? integer  objects at most
---@field prefetch? boolean  read the next page ahead (default true)

---@class klaviyo.trees_options : klaviyo.call_options
---@field filter? klaviyo.filter|string
---@field sort? "created_at"|"-created_at"|string  (default "created_at")
---@field limit? integer  campaigns at most
---@field page_size? integer
---@field prefetch? boolean  read the next page ahead (default true)

---@class klaviyo.related_options : klaviyo.each_options
---@field ids? boolean  the ids alone (default false)

---@class klaviyo.write_options : klaviyo.call_options
---@field fields? table<string, string|string[]>  by resource, of the response

---@class klaviyo.clone_options : klaviyo.write_options
---@field name? string
---@field campaign? string|klaviyo.campaign  of an audience; default: its own
---@field audience? string|klaviyo.audience  of a message; default: its own

---@class klaviyo.schedule_all_options : klaviyo.schedule_options
---@field undo? boolean  revert those already scheduled if one fails (default false)

---@class klaviyo.cancel_options : klaviyo.call_options
---@field drafts? boolean  cancel drafts too (default true)
---@field on_result? fun(message: klaviyo.message, err: klaviyo.error|nil)

---@class klaviyo.lease_options
---@field client klaviyo.client  with limits.shared; while it holds the lease, its writes need it
---@field ttl? number   seconds until the lease ends unless it is renewed (default 60)
---@field wait? number  seconds to wait for another holder (default 0)

---@class klaviyo.recheck_options : klaviyo.call_options
---@field reconcile? number  seconds to look for; 0: once (default 0)
]]

local function quoted(list)
  local out = {}
  for i, item in ipairs(list) do
    out[i] = type(item) == "string" and ("%q"):format(item) or tostring(item)
  end
  return table.concat(out, "|")
end

local function type_of(entry)
  if PRECISE[entry[1]] then
    return PRECISE[entry[1]]
  elseif entry.enum then
    return quoted(entry.enum)
  elseif entry[2] == "array" and entry.of and entry.of[2] == "string" then
    return entry.of.reference and "(string|klaviyo.reference)[]" or "string[]"
  elseif entry.reference then
    return "string|klaviyo.reference"
  end
  return (entry[2]:gsub("%a+", TYPES))
end

local function default_of(entry)
  return entry.default ~= nil and (" (default %s)"):format(type(entry.default) == "string"
    and ("%q"):format(entry.default) or tostring(entry.default)) or ""
end

local function class(lines, name, entries, special, parent, is_read)
  lines[#lines + 1] = "---@class " .. name .. (parent and " : " .. parent or "")
  for _, entry in ipairs(entries) do
    if is_read or not (entry.read_only == true or entry[1] == "id") then
      local kind = special and special[entry[1]] or type_of(entry)
      local words = entry.doc or entry[3] or ""
      lines[#lines + 1] = ("---@field %s? %s  %s%s"):format(entry[1], kind, words, default_of(entry))
    end
  end
  lines[#lines + 1] = ""
end

local function names_of_details()
  local names = {}
  for i, channel in ipairs(schema.channels) do
    names[i] = "klaviyo.details." .. channel
  end
  return names
end

local function of_a_call()
  local list = {}
  for _, option in ipairs(options.client) do
    list[#list + 1] = option.call and option or nil
  end
  return list
end

-- Parents that a new part names, which its description does not have.
local function add_parents(lines, ...)
  lines[#lines] = nil
  for _, name in ipairs { ... } do
    lines[#lines + 1] = ("---@field %s? string|klaviyo.%s  of one that is made alone: its id, or the object"):format(
      name, name)
  end
  lines[#lines + 1] = ""
end

-- The options of schedule(), and the names of message.scheduling that will do as well.
local function with_names_as_read(fields)
  local all = {}
  for _, field in ipairs(fields) do
    all[#all + 1] = field
  end
  for _, field in ipairs(fields) do
    if field.as_read then
      local is_flag = field.as_read == "past_timezones_tomorrow"
      all[#all + 1] = { field.as_read, is_flag and "boolean" or field[2], enum = not is_flag and field.enum or nil,
        doc = ("The same as `%s`, as `message.scheduling` has it."):format(field[1]) }
    end
  end
  return all
end

local function add_resources(lines)
  local resources, details = schema.resources, names_of_details()
  class(lines, "klaviyo.send_settings", schema.find(resources.campaign.fields, "send_settings").fields)
  class(lines, "klaviyo.new_campaign", resources.campaign.fields, { send_settings = "klaviyo.send_settings",
    audiences = "klaviyo.new_audience[]", messages = "klaviyo.new_message[]" })
  class(lines, "klaviyo.new_audience", resources.audience.fields)
  lines[#lines] = "---@field messages? klaviyo.new_message[]"
  lines[#lines + 1] = ""
  add_parents(lines, "campaign")
  for i, channel in ipairs(schema.channels) do
    class(lines, details[i], schema.details[channel])
    if schema.find(schema.details[channel], "template_id") then
      lines[#lines] = "---@field template? klaviyo.reference  instead of template_id: the template by its name"
      lines[#lines + 1] = ""
    end
  end
  class(lines, "klaviyo.ab_test", schema.find(resources.message.fields, "ab_test").fields)
  class(lines, "klaviyo.new_variation", resources.variation.fields, { details = "klaviyo.details" })
  add_parents(lines, "message")
  class(lines, "klaviyo.new_message", resources.message.fields, { variations = "klaviyo.new_variation[]" })
  add_parents(lines, "campaign", "audience")
  for i, channel in ipairs(schema.channels) do
    lines[#lines + 1] = ("---@class klaviyo.new_%s : klaviyo.new_message, %s"):format(channel, details[i])
    lines[#lines + 1] = ""
  end
  class(lines, "klaviyo.scheduling", schema.find(resources.message.fields, "scheduling").fields, nil, nil, true)
  class(lines, "klaviyo.schedule_options", with_names_as_read(resources.schedule.fields), nil, "klaviyo.call_options")
end

-- Callbacks, by what they get.
local function add_callbacks(lines)
  local results = { boolean = "boolean", integer = "integer", report = "klaviyo.report",
    response = "klaviyo.response", page = "klaviyo.page",
    responses = "klaviyo.responses", related = "klaviyo.related", messages = "klaviyo.message[]",
    object = "klaviyo.object", preview = "klaviyo.preview", previews = "klaviyo.preview[]",
    model = "klaviyo.new_campaign|klaviyo.new_campaign[]" }
  for _, name in ipairs { "campaign", "audience", "message", "variation", "tag" } do
    results[name] = "klaviyo." .. name
  end
  local names = {}
  for name in pairs(results) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    lines[#lines + 1] = ("---@alias klaviyo.done.%s fun(result: %s|nil, err: klaviyo.error|nil)"):format(name,
      results[name])
  end
end

---The meta file of tables.
---@return string
function meta.file()
  local lines = { "---@meta klaviyo.tables", "-- SPDX-License-Identifier: MIT",
    "-- Written by doc/meta.lua; `make man` renews it. Never loaded.", "" }
  lines[#lines + 1] = HEAD:format(table.concat(names_of_details(), "|")):gsub("\n$", "")
  class(lines, "klaviyo.options", options.client)
  class(lines, "klaviyo.call_options", of_a_call())
  lines[#lines + 1] = OPTIONS
  class(lines, "klaviyo.estimate_options", estimate.options, nil, "klaviyo.call_options")
  class(lines, "klaviyo.preview_options", preview.options, nil, "klaviyo.call_options")
  class(lines, "klaviyo.results_options", of_results.options, nil, "klaviyo.call_options")
  lines[#lines + 1] = ALL_RESULTS
  class(lines, "klaviyo.wait_options", wait.options)
  class(lines, "klaviyo.request_options", raw_request.options)
  class(lines, "klaviyo.validate_options", builder.validate_options)
  class(lines, "klaviyo.oauth_options", oauth.options)
  add_resources(lines)
  add_callbacks(lines)
  return table.concat(lines, "\n") .. "\n"
end

-- Collections ---------------------------------------------------------------------------------------------------------

-- The type of a parameter or result in the collection of one resource.
local function specific(kind, resource)
  if kind:find "klaviyo.related" then
    return kind
  end
  local made = (resource == "campaign" and "klaviyo.campaign_builder|" or "") .. "klaviyo.new_" .. resource
  return (kind:gsub("klaviyo%.new%f[^%w_]", made):gsub("klaviyo%.changes", "klaviyo.new_" .. resource)
    :gsub("klaviyo%.object", "klaviyo." .. resource)
    :gsub("klaviyo%.page", ("klaviyo.%s_page"):format(resource)):gsub("done%.object", "done." .. resource)
    :gsub("done%.page", ("done.%s_page"):format(resource)))
end

local function add_method(lines, found, resource)
  for _, line in ipairs(found.block.doc == "" and {} or { found.block.doc }) do
    lines[#lines + 1] = "---" .. line:gsub("\n", "\n---")
  end
  for _, param in ipairs(found.block.params) do
    lines[#lines + 1] = ("---@param %s%s %s  %s"):format(param.name, param.optional and "?" or "",
      specific(param.type, resource), param.text):gsub("%s+$", "")
  end
  for _, result in ipairs(found.block.returns) do
    lines[#lines + 1] = ("---@return %s  %s"):format(specific(result.type, resource), result.text)
      :gsub("%s+$", "")
  end
  for _, overload in ipairs(found.block.overloads) do
    lines[#lines + 1] = "---@overload " .. specific(overload, resource)
  end
  lines[#lines + 1] = ("function %ss:%s(%s) end"):format(resource, found.name, table.concat(found.arguments, ", "))
  lines[#lines + 1] = ""
end

-- The class of what a collection lists, for those that no module of their own describes.
local function add_class(lines, resource)
  lines[#lines + 1] = ("---@class klaviyo.%s : klaviyo.object"):format(resource)
  for _, field in ipairs(schema.resources[resource].fields) do
    if field[1] ~= "id" then
      lines[#lines + 1] = ("---@field %s %s|nil  %s"):format(field[1], TYPES[field[2]] or field[2], field.doc)
    end
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("---@alias klaviyo.done.%s fun(result: klaviyo.%s|nil, err: klaviyo.error|nil)"):format(resource,
    resource)
  lines[#lines + 1] = ""
end

local function add_page(lines, resource)
  local page = ("klaviyo.%s_page"):format(resource)
  local follow = ("fun(self: %s, done?: klaviyo.done.%s_page): %s|nil, klaviyo.error|nil"):format(page, resource, page)
  for _, line in ipairs { "---@class " .. page .. " : klaviyo.page",
    ("---@field data klaviyo.%s[]"):format(resource),
    "---@field next " .. follow, "---@field prev " .. follow,
    ("---@field items fun(self: %s): fun(): klaviyo.%s|nil"):format(page, resource), "",
    ("---@alias klaviyo.done.%s_page fun(result: %s|nil, err: klaviyo.error|nil)"):format(resource, page), "" } do
    lines[#lines + 1] = line
  end
end

-- A collection with the methods of lua/klaviyo/collection.lua that `is_of` has for an owner and a name.
local function add_collection(lines, resource, base, is_of)
  add_page(lines, resource)
  lines[#lines + 1] = ("---@class klaviyo.%ss : %s"):format(resource, base)
  lines[#lines + 1] = ("local %ss = {}"):format(resource)
  lines[#lines + 1] = ""
  for _, found in ipairs((annotations.file "lua/klaviyo/collection.lua")) do
    if found.block and is_of(found.owner, found.name) and collection.methods[resource][found.name] then
      add_method(lines, found, resource)
    end
  end
end

---The meta file of collections.
---@return string
function meta.collections()
  local lines = { "---@meta klaviyo.collections", "-- SPDX-License-Identifier: MIT",
    "-- Written by doc/meta.lua; `make man` renews it. Never loaded.", "" }
  for _, resource in ipairs { "campaign", "audience", "message", "variation" } do
    add_collection(lines, resource, "klaviyo.collection", function(owner)
      return owner == "collection" or owner == resource .. "s"
    end)
  end
  for _, resource in ipairs { "account", "list", "segment", "template", "metric" } do
    add_class(lines, resource)
  end
  for _, resource in ipairs { "list", "segment", "template", "metric", "tag" } do
    add_collection(lines, resource, "klaviyo.named", function(owner, name)
      return owner == "named" or owner == "collection" and (name == "list" or name == "each" or name == "get")
    end)
  end
  lines[#lines] = nil
  return table.concat(lines, "\n") .. "\n"
end

if arg and arg[0] and arg[0]:find "meta%.lua$" then
  io.write(arg[1] == "collections" and meta.collections() or meta.file())
end

return meta
