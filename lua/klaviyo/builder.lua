-- SPDX-License-Identifier: MIT
--- The builder: describes a campaign step by step, and makes the plain table that `campaigns:create` takes as well.
--    klaviyo.campaign "Summer Sale"
--      :timezone "America/New_York"
--      :audience("VIP", { included = { "LIST" } })
--        :email { name = "Blast", subject = "It starts now" }

local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local normalize = require "klaviyo.model.normalize"

local copy = normalize.copy

local builder = {}

---@class klaviyo.campaign_builder
---@field private data table
---@field description fun(self: klaviyo.campaign_builder, value: string): klaviyo.campaign_builder
---@field color fun(self: klaviyo.campaign_builder, value: string): klaviyo.campaign_builder
---@field builder fun(self: klaviyo.campaign_builder, value: "wizard"|"canvas"): klaviyo.campaign_builder
---@field send_settings fun(self: klaviyo.campaign_builder, settings: klaviyo.send_settings): klaviyo.campaign_builder
---@field extra fun(self: klaviyo.campaign_builder, fields: klaviyo.changes): klaviyo.campaign_builder
local campaign_methods = {}

---@class klaviyo.audience_builder
---@field private data table
---@field private parent klaviyo.campaign_builder
---@field email fun(self: klaviyo.audience_builder, fields: klaviyo.new_email): klaviyo.audience_builder
---@field sms fun(self: klaviyo.audience_builder, fields: klaviyo.new_sms): klaviyo.audience_builder
---@field push fun(self: klaviyo.audience_builder, fields: klaviyo.new_push): klaviyo.audience_builder
---@field whatsapp fun(self: klaviyo.audience_builder, fields: klaviyo.new_whatsapp): klaviyo.audience_builder
---@field model fun(self: klaviyo.audience_builder): klaviyo.new_campaign
---@field validate fun(self: klaviyo.audience_builder, options?: klaviyo.validate_options): true|nil, klaviyo.error|nil
local audience_methods = {}

-- Misuse of a builder raises at the line of the script that made the mistake.
local function misuse(level, what, ...)
  error(what:format(...), level + 1)
end

local function unknown(builder_name, methods, key)
  local names = suggest.names(methods)
  misuse(3, "%s has no %s%s; there are %s", builder_name, suggest.show(key), suggest.phrase(key, names),
    suggest.list(names))
end

local function metatable(name, methods)
  return {
    __name = name,
    __index = function(_, key)
      return methods[key] or unknown(name, methods, key)
    end,
    __newindex = function(_, key)
      if methods[key] == nil then
        unknown(name, methods, key)
      end
      misuse(2, "%s: call %s(...) instead of assigning it", name, key)
    end,
  }
end

local campaign_mt = metatable("campaign builder", campaign_methods)
local audience_mt = metatable("audience builder", audience_methods)

local function is_campaign(value)
  return type(value) == "table" and getmetatable(value) == campaign_mt
end

local function receiver(self, mt, method)
  if type(self) ~= "table" or getmetatable(self) ~= mt then
    misuse(3, "%s: call it with a colon, builder:%s(...)", method, method)
  end
  return rawget(self, "data")
end

local function need(value, kind, method, what)
  if type(value) ~= kind and not (kind == "string" and value == json.null) then
    misuse(3, "%s: %s must be a %s, found %s", method, what, kind, suggest.show(value))
  end
  return value
end

-- Settings of the campaign that are one value each.
for _, name in ipairs { "description", "color", "builder" } do
  campaign_methods[name] = function(self, value)
    receiver(self, campaign_mt, name)[name] = need(value, "string", name, "the value")
    return self
  end
end

-- Tables that may be given in several calls: `send_settings`, and `extra` for fields that this library does not know,
-- by their names on the wire. A later call replaces single names.
for _, name in ipairs { "send_settings", "extra" } do
  campaign_methods[name] = function(self, fields)
    local data = receiver(self, campaign_mt, name)
    data[name] = data[name] or {}
    for key, value in pairs(need(fields, "table", name, "the argument")) do
      data[name][key] = copy(value)
    end
    return self
  end
end

---Sets the time zone of local send times.
---@param self klaviyo.campaign_builder
---@param name string  IANA name
---@return klaviyo.campaign_builder
function campaign_methods.timezone(self, name)
  local data = receiver(self, campaign_mt, "timezone")
  data.send_settings = data.send_settings or {}
  data.send_settings.send_timezone = need(name, "string", "timezone", "the zone")
  return self
end

---Sets the tags of the new campaign, by id.
---@param self klaviyo.campaign_builder
---@param ids string[]
---@return klaviyo.campaign_builder
function campaign_methods.tags(self, ids)
  receiver(self, campaign_mt, "tags").tags = copy(need(ids, "table", "tags", "the argument"))
  return self
end

---Adds an audience and returns its builder, which takes the messages.
---@param self klaviyo.campaign_builder
---@param name? string
---@param fields? klaviyo.new_audience  included, excluded
---@return klaviyo.audience_builder
function campaign_methods.audience(self, name, fields)
  local data = receiver(self, campaign_mt, "audience")
  if type(name) == "table" and fields == nil then
    name, fields = nil, name
  end
  local audience = copy(need(fields or {}, "table", "audience", "the second argument"))
  if name ~= nil then
    audience.name = need(name, "string", "audience", "the name")
  end
  audience.messages = audience.messages or {}
  data.audiences[#data.audiences + 1] = audience
  return setmetatable({ data = audience, parent = self }, audience_mt)
end

---Returns the campaign as a plain table: a copy, so that changing it does not change the builder.
---@param self klaviyo.campaign_builder
---@return klaviyo.new_campaign
function campaign_methods.model(self)
  return copy(receiver(self, campaign_mt, "model"))
end

local VALIDATE = {
  { "dialect", "string", "whose rules: default: those of the revision", enum = { "guide", "openapi" } },
  { "revision", "string", "revision of the API; default: KLAVIYO_REVISION, or that of a client" },
}

-- The dialect whose rules hold; the guide's where both describe the revision.
local function dialect_of(given)
  local options = require("klaviyo.model.options").check(given or {}, VALIDATE, "validate", 3)
  local revisions = require "klaviyo.model.revisions"
  local revision = options.revision or revisions.chosen()
  local name, message = revisions.dialect(revision)
  if not name then
    misuse(3, "validate: %s", message)
  end
  return options.dialect or name, revision
end

---Checks the campaign without sending it.
---@param self klaviyo.campaign_builder
---@param options? klaviyo.validate_options  whose rules apply; default: the guide's
---@return true|nil
---@return klaviyo.error|nil
function campaign_methods.validate(self, options)
  local model = copy(receiver(self, campaign_mt, "validate"))
  local name, revision = dialect_of(options) -- required on use, as the rules are: building needs neither
  local problems = require("klaviyo.model.validate").create("campaign", model, { dialect = name, revision = revision })
  if not problems then
    return true
  end
  require("klaviyo.wire.dialect").add_pointers(problems, name == "openapi" and name or "guide", "campaign", model)
  return nil, require("klaviyo.model.problems").error(problems, "the campaign")
end

-- Names the channel in the content of a variation, which may stand flat or in `details`.
local function set_channel(content, channel, level)
  if type(content) ~= "table" then
    return -- the validator says so
  elseif type(content.details) == "table" then
    content = content.details
  end
  if content.channel ~= nil and content.channel ~= channel then
    misuse(level + 1, "%s: channel is %s here, found %s", channel, suggest.show(channel), suggest.show(content.channel))
  end
  content.channel = channel
end

local function message_of(channel)
  return function(self, fields)
    local data = receiver(self, audience_mt, channel)
    local message = copy(need(fields, "table", channel, "the argument"))
    if message.channel ~= nil and message.channel ~= channel then
      misuse(2, "%s: channel is %s here, found %s", channel, suggest.show(channel), suggest.show(message.channel))
    end
    for _, variation in ipairs(type(message.variations) == "table" and message.variations or {}) do
      set_channel(variation, channel, 2)
    end
    if message.details == nil and message.variations == nil then
      message.channel = channel
    end
    data.messages[#data.messages + 1] = message
    return self
  end
end
for _, channel in ipairs(schema.channels) do
  audience_methods[channel] = message_of(channel)
end

---Adds a message in any form: with `channel`, with `details`, with `variations`, or with none of them.
---@param self klaviyo.audience_builder
---@param fields klaviyo.new_message
---@return klaviyo.audience_builder
function audience_methods.message(self, fields)
  local data = receiver(self, audience_mt, "message")
  data.messages[#data.messages + 1] = copy(need(fields, "table", "message", "the argument"))
  return self
end

---Adds another audience to the campaign.
---@param self klaviyo.audience_builder
---@param name? string
---@param fields? klaviyo.new_audience
---@return klaviyo.audience_builder
function audience_methods.audience(self, name, fields)
  receiver(self, audience_mt, "audience")
  return rawget(self, "parent"):audience(name, fields)
end

---Returns the builder of the campaign.
---@param self klaviyo.audience_builder
---@return klaviyo.campaign_builder
function audience_methods.campaign(self)
  receiver(self, audience_mt, "campaign")
  return rawget(self, "parent")
end

for _, name in ipairs { "model", "validate" } do
  audience_methods[name] = function(self, ...)
    receiver(self, audience_mt, name)
    return campaign_methods[name](rawget(self, "parent"), ...)
  end
end

---Starts a campaign.
---@param name string
---@return klaviyo.campaign_builder
function builder.campaign(name)
  if type(name) ~= "string" then
    misuse(2, "campaign: the name must be a string, found %s", suggest.show(name))
  end
  return setmetatable({ data = { name = name, audiences = {} } }, campaign_mt)
end

---Returns the plain table of a builder of either kind; a plain table as it is; nil for anything else.
---@param value any
---@return table|nil
function builder.model(value)
  if is_campaign(value) or type(value) == "table" and getmetatable(value) == audience_mt then
    return value:model()
  end
  return type(value) == "table" and value or nil
end

---The options of validate, for the reference.
builder.validate_options = VALIDATE

return builder
