-- SPDX-License-Identifier: MIT
--- klaviyo.lua: what the campaign files of a folder have in common. It is applied to what a file does not say, and each
--- value keeps the line that it comes from.

local evaluate = require "klaviyo.cli.plan.evaluate"
local failure = require "klaviyo.cli.terminal.failure"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local locate = require "klaviyo.cli.plan.locate"
local native = require "klaviyo.terminal"
local normalize = require "klaviyo.model.normalize"
local path = require "klaviyo.model.path"
local reference = require "klaviyo.model.reference"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local variables = require "klaviyo.cli.plan.variables"

local defaults = {}

---@class klaviyo.cli.defaults
---@field name string                   the file, as in messages
---@field model table
---@field read table<string, boolean>   the variables that it reads
---@field private text string
local mt = {}
mt.__index = mt

local NAMES = { lists = "list", segments = "segment", templates = "template" }

-- The fields of a message that a channel's defaults may have beside those of its details.
local OF_MESSAGE = {}
for _, field in ipairs(schema.resources.message.fields) do
  local name = field[1]
  if field.read_only ~= true and name ~= "name" and name ~= "variations" and name ~= "ab_test" then
    OF_MESSAGE[name] = true
  end
end

local OF_CHANNEL = {}
for _, channel in ipairs(schema.channels) do
  OF_CHANNEL[channel] = { template = schema.find(schema.details[channel], "template_id") ~= nil or nil }
  for name in pairs(OF_MESSAGE) do
    OF_CHANNEL[channel][name] = true
  end
  for _, field in ipairs(schema.details[channel]) do
    OF_CHANNEL[channel][field[1]] = field[1] ~= "channel" or nil
  end
end

local OF_AUDIENCE = { included = true, excluded = true }

-- What klaviyo.lua may hold: for each field, whether its value is right, and the sentence about one that is not.
local FIELDS = {}

-- A table of fields. One of a single field, such as { template = ... }, looks like a reference.
local function is_table(value)
  return type(value) == "table" and not json.is_array(value)
end

-- Reports the fields of a table that are not among the allowed ones.
local function check_names(found, where, value, allowed, what)
  if not is_table(value) then
    found(where, ("is a table of fields, found %s"):format(suggest.show(value)))
    return
  end
  local names = suggest.names(allowed)
  for _, name in ipairs(suggest.names(value)) do
    if not allowed[name] then
      found(path.join(where, name), ("is no field of %s%s"):format(what, suggest.phrase(name, names)))
    end
  end
end

for _, channel in ipairs(schema.channels) do
  FIELDS[channel] = function(found, value)
    check_names(found, channel, value, OF_CHANNEL[channel], "a message of this channel")
  end
end

function FIELDS.audience(found, value)
  check_names(found, "audience", value, OF_AUDIENCE, "the defaults of audiences: included, excluded")
end

function FIELDS.timezone(found, value)
  if type(value) ~= "string" then
    found("timezone", "is the name of a time zone, found " .. suggest.show(value))
  end
end

function FIELDS.tags(found, value)
  if type(value) ~= "table" or not normalize.is_list(value) then
    found("tags", "is a list of tags, found " .. suggest.show(value))
  end
end

for names, kind in pairs(NAMES) do
  FIELDS[names] = function(found, value)
    if not is_table(value) then
      found(names, ("is a table of names, found %s"):format(suggest.show(value)))
      return
    end
    for _, name in ipairs(suggest.names(value)) do
      local id = value[name]
      if type(id) ~= "string" and not reference.of(id) then
        found(path.join(names, name), ("is the id of a %s, or a reference to one, found %s"):format(kind,
          suggest.show(id)))
      end
    end
  end
end

function FIELDS.vars(found, value)
  if not is_table(value) then
    found("vars", "is a table of variables, found " .. suggest.show(value))
    return
  end
  for _, name in ipairs(suggest.names(value)) do
    if not variables.is_valid(name, value[name]) then
      found(path.join("vars", name), "is a name of letters, digits and _ with a text, a number, true or false, found "
        .. suggest.show(value[name]))
    end
  end
end

---The line of a default.
---@param where string  path in the file
---@return string place  the file, a colon and the line
function mt:place(where)
  self.lines = self.lines or locate.fields(self.text, locate.returned(self.text), false)
  local line = locate.line(self.lines, path.parse(where))
  return line and ("%s:%d"):format(self.name, line) or self.name
end

-- Ends the command with everything that is wrong with the defaults.
local function check(self)
  local details = {}
  local function found(where, message)
    details[#details + 1] = ("%s: %s %s"):format(self:place(where), where, message)
  end
  for _, name in ipairs(suggest.names(self.model)) do
    if FIELDS[name] then
      FIELDS[name](found, self.model[name])
    else
      found(name, ("is no default%s; there are %s"):format(suggest.phrase(name, suggest.names(FIELDS)),
        suggest.list(suggest.names(FIELDS))))
    end
  end
  if #details == 1 then
    failure.raise { code = "input", message = details[1] }
  elseif #details > 1 then
    failure.raise { code = "input", message = self.name .. " is not valid; nothing was done", details = details }
  end
end

---Reads the defaults of the folder of a file.
---@param name string                   the file, as the user wrote it
---@param set table<string, string>     variables
---@return klaviyo.cli.defaults|nil     nil: there are none
function defaults.of(name, set)
  local shown = (name:match "^.*/" or "") .. file_kinds.DEFAULTS
  if native.file_type(shown) ~= "file" then
    return nil
  end
  local text, message = files.read(shown)
  local real = text and native.real_path(shown)
  if not real then
    failure.raise { code = "input", message = message or shown .. ": cannot be read" }
  end
  local response = evaluate.run { name = shown, text = text, kind = "lua", path = real, is_defaults = true,
    folder = files.folder(shown), set = set,
    output = evaluate.LIMITS.output }
  local self = setmetatable({ name = shown, text = text, model = response.model, read = response.read,
    included = response.included }, mt)
  if response.problem then
    local where = response.problem.path
    failure.raise { code = "input", message = where and ("%s: %s %s"):format(self:place(where), where,
      response.problem.message) or response.problem.message, hint = response.problem.hint }
  end
  check(self)
  return self
end

-- Applying ----------------------------------------------------------------------------------------------------------

-- Fills in a field that is not set; `null` is.
local function fill(self, target, at, name, value, from)
  if value ~= nil and target[name] == nil then
    target[name] = normalize.copy(value)
    self.origins[path.join(path.format(at), name)] = from
  end
end

local function fill_settings(self, model)
  local zone, settings = self.defaults.timezone, model.send_settings
  if zone ~= nil and model.timezone == nil and (settings == nil or is_table(settings)) then
    model.send_settings = settings or {}
    fill(self, model.send_settings, { "send_settings" }, "send_timezone", zone, "timezone")
  end
end

-- The details of a variation as a table that can be filled; nil if there is none.
local function details_of(message, variation)
  local holder = message.short and message.source or variation.source
  if variation.flat then
    return holder
  end
  return is_table(holder.details) and holder.details or nil
end

-- Whether a field names the template of details that name one already, in either way.
local function has_template(details, name)
  return (name == "template" or name == "template_id") and (details.template or details.template_id) ~= nil
end

local function fill_message(self, message)
  for _, variation in ipairs(message.variations or {}) do
    local details = details_of(message, variation)
    local channel = details and details.channel
    for name, value in pairs(self.defaults[channel or false] or {}) do
      local from = channel .. "." .. name
      if OF_MESSAGE[name] then
        fill(self, message.source, message.path, name, value, from)
      elseif not has_template(details, name) then
        fill(self, details, variation.details_path, name, value, from)
      end
    end
  end
end

-- Puts the value that klaviyo.lua gives a name into the place of a reference to it.
local function replace_name(self, target, key, at)
  local kind, name = reference.of(target[key])
  local names = type(name) == "string" and self.defaults[kind .. "s"]
  if names and names[name] ~= nil then
    target[key] = names[name]
    self.origins[path.join(path.format(at), key)] = path.join(kind .. "s", name)
  end
end

local function replace_names(self, list, at, name)
  at = { at[1], at[2], name }
  for i in ipairs(type(list) == "table" and list or {}) do
    replace_name(self, list, i, at)
  end
end

local function apply_to_audience(self, audience)
  for name in pairs(OF_AUDIENCE) do
    fill(self, audience.source, audience.path, name, (self.defaults.audience or {})[name], "audience." .. name)
    replace_names(self, audience.source[name], audience.path, name)
  end
end

local function apply_to_message(self, message)
  fill_message(self, message)
  for _, variation in ipairs(message.variations or {}) do
    local details = details_of(message, variation)
    for _, name in ipairs(details and { "template", "template_id" } or {}) do
      replace_name(self, details, name, variation.details_path)
    end
  end
end

---Fills in what a campaign does not say.
---@param model table  changed
---@return table<string, string> origins  the path in the defaults of each field that comes from there, by its path
function mt:apply(model)
  local application = { defaults = self.model, origins = {} }
  fill_settings(application, model)
  fill(application, model, {}, "tags", self.model.tags, "tags")
  local normalized = normalize.campaign(model)
  for _, audience in ipairs(normalized.audiences or {}) do
    apply_to_audience(application, audience)
  end
  for _, message in ipairs(normalized.messages or {}) do
    apply_to_message(application, message)
  end
  return application.origins
end

return defaults
