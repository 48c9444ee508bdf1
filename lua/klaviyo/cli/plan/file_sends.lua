-- SPDX-License-Identifier: MIT
--- The sends of a campaign file: `send = { at = ..., ... }` of a message, or of the campaign for all its messages. They
--- are the options of schedule(), and no part of the campaign that is created.

local json = require "klaviyo.model.json"
local path = require "klaviyo.model.path"
local problems = require "klaviyo.model.problems"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"
local revisions = require "klaviyo.model.revisions"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local validate = require "klaviyo.model.validate"

local file_sends = {}

local function copy_of(list)
  local copy = setmetatable({}, getmetatable(list))
  for key, value in pairs(list) do
    copy[key] = value
  end
  return copy
end

-- Copies a part of a model without its send, which is noted under its path.
local function without_send(part, where, sends)
  if type(part) ~= "table" then
    return part
  end
  local copy = copy_of(part)
  sends[where], copy.send = part.send, nil
  return copy
end

-- Copies a part with the messages in it.
local function with_messages(part, where, sends)
  if type(part) ~= "table" or type(part.messages) ~= "table" then
    return part
  end
  local copy = copy_of(part)
  copy.messages = copy_of(part.messages)
  for i, message in pairs(part.messages) do
    copy.messages[i] = without_send(message, path.join(path.join(where, "messages"), i), sends)
  end
  return copy
end

---Takes the sends out of a campaign. Messages have no part of their own for it in the API.
---@param model table
---@return table model                a copy, if there are any
---@return table<string, any> sends   by the path of the message; "" for the campaign's, which all its messages have
function file_sends.split(model)
  local sends = {}
  local copy = with_messages(without_send(model, "", sends), "", sends)
  if type(copy.audiences) == "table" then
    copy.audiences = copy_of(copy.audiences)
    for i, audience in pairs(copy.audiences) do
      copy.audiences[i] = with_messages(audience, path.join("audiences", i), sends)
    end
  end
  return copy, sends
end

local function has_no_offset(options)
  for _, name in ipairs { "at", "send_time" } do
    local parts = time.parts(options[name])
    if parts and not parts.offset then
      return true
    end
  end
  return false
end

-- The zone that a campaign of a file has.
local function zone_of(model)
  local settings = type(model.send_settings) == "table" and model.send_settings or {}
  local zone = model.timezone or settings.send_timezone
  return type(zone) == "string" and zone or nil
end

local function given(sends, where)
  local options = sends[where]
  if type(options) == "table" and options ~= json.null then
    return options
  end
end

---The options with which a message of a file is to be scheduled: its own; what these do not name is the campaign's; and
---the zone of a local time, where none is named, is that of the campaign.
---@param file klaviyo.cli.campaign_file
---@param where string  the path of the message
---@return table|nil options  nil: the file says nothing, or null, and the message stays a draft
function file_sends.of(file, where)
  if file.sends[where] == json.null then
    return nil
  end
  local own, common = given(file.sends, where), given(file.sends, "")
  if not own and not common then
    return nil
  end
  local options = own and reschedule_options.complete(own, common or {}) or copy_of(common)
  if options.timezone == nil and has_no_offset(options) then
    options.timezone = common and common.timezone or zone_of(file.model)
  end
  return options
end

-- The path at which an option stands in the file: of the message, or of the campaign.
local function place_of(file, where, name)
  local own, common = given(file.sends, where), given(file.sends, "")
  local owner = where
  if common and not (own and own[name] ~= nil) and (not own or common[name] ~= nil) then
    owner = ""
  end
  return path.join(path.join(owner, "send"), name)
end

---Gives problems of schedule options their paths in the file.
---@param file klaviyo.cli.campaign_file
---@param where string
---@param found klaviyo.problem[]
---@return klaviyo.problem[]
function file_sends.placed(file, where, found)
  for _, problem in ipairs(found) do
    problem.path = place_of(file, where, problem.path)
  end
  return found
end

---@class klaviyo.cli.send_rules  whose rules apply
---@field dialect string
---@field revision string
---@field open? boolean  the revision leaves the dialect open
---@field now number|false  false: a time in the past is allowed, as of what was sent

---The rules of the client's revision.
---@param kl klaviyo.client
---@param now number|false
---@return klaviyo.cli.send_rules
function file_sends.rules(kl, now)
  local revision = kl._dispatch.revision
  return { dialect = (kl._dispatch:dialect(revision)), revision = revision, now = now,
    open = revisions.dialect(revision) == "auto" }
end

---Validates the send of a message.
---@param file klaviyo.cli.campaign_file
---@param where string
---@param rules klaviyo.cli.send_rules
---@return klaviyo.validated_schedule|nil
---@return klaviyo.problem[]|nil problems  with paths of the file
function file_sends.plan(file, where, rules)
  local ctx = { dialect = rules.dialect, revision = rules.revision, now = rules.now,
    send_settings = type(file.model.send_settings) == "table" and file.model.send_settings or nil }
  local options = file_sends.of(file, where)
  local plan, found = validate.schedule(options, ctx)
  if not plan and rules.open and problems.elsewhere(found) then
    ctx.dialect = "openapi"
    plan = validate.schedule(options, ctx)
  end
  return plan, not plan and file_sends.placed(file, where, found) or nil
end

local function in_order(paths)
  local list = {}
  for where in pairs(paths) do
    list[#list + 1] = where
  end
  table.sort(list)
  return list
end

-- The paths of all messages of a file.
local function messages_of(model)
  local places = {}
  local function add(list, base)
    for i in ipairs(type(list) == "table" and list or {}) do
      places[path.join(path.join(base, "messages"), i)] = true
    end
  end
  add(model.messages, "")
  for i, audience in ipairs(type(model.audiences) == "table" and model.audiences or {}) do
    add(type(audience) == "table" and audience.messages, path.join("audiences", i))
  end
  return in_order(places)
end

---Everything that is wrong with the sends of a file, each once.
---@param file klaviyo.cli.campaign_file
---@param rules klaviyo.cli.send_rules
---@return klaviyo.problem[]
function file_sends.problems(file, rules)
  local list, seen = {}, {}
  local function add(problem)
    local key = problem.path .. " " .. problem.message
    list[#list + 1] = not seen[key] and problem or nil
    seen[key] = true
  end
  for _, where in ipairs(in_order(file.sends)) do
    local value = file.sends[where]
    if type(value) ~= "table" and value ~= json.null then
      add { path = path.join(where, "send"), found = value,
        message = 'must be a table such as { at = "2026-11-27T09:00", timezone = "America/New_York" }, found '
          .. suggest.show(value) }
    end
  end
  for _, where in ipairs(messages_of(file.model)) do
    if file_sends.of(file, where) then
      for _, problem in ipairs(select(2, file_sends.plan(file, where, rules)) or {}) do
        add(problem)
      end
    end
  end
  return list
end

---Ends the command with what is wrong with the sends of a file.
---@param file klaviyo.cli.campaign_file
---@param rules klaviyo.cli.send_rules
function file_sends.check(file, rules)
  local found = file_sends.problems(file, rules)
  if #found > 0 then
    file:refuse(problems.error(found, file.name))
  end
end

return file_sends
