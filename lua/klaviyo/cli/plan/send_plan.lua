-- SPDX-License-Identifier: MIT
--- The sends of a campaign file against what is scheduled in the account: what is to be scheduled or moved, what is
--- there already, and what the account sends that the file does not.

local describe = require "klaviyo.cli.describe"
local file_sends = require "klaviyo.cli.plan.file_sends"
local format_time = require "klaviyo.cli.format_time"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local preflight = require "klaviyo.cli.preflight"
local scheduling = require "klaviyo.model.scheduling"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local send_plan = {}

---@class klaviyo.cli.planned_send
---@field state "new"|"schedule"|"move"|"scheduled"|"over"|"draft"|"unplanned"|"unlisted"
---                     new: apply creates the message; schedule: it is a draft; move: it is scheduled otherwise;
---                     scheduled: as the file says; over: no draft any more; draft: the file does not send it, nor does
---                     the account; unplanned: scheduled, without a send in the file; unlisted: scheduled, and not in
---                     the file at all
---@field file klaviyo.cli.campaign_file
---@field where string|nil             the path of the message in the file
---@field name string                  for people
---@field campaign string              its name, for people
---@field campaign_id string|nil
---@field zone klaviyo.cli.zone        to show its time in
---@field channel string|nil
---@field audience { id: string|nil, name: string, included: any[], excluded: any[] }
---@field message klaviyo.message|nil  of the account
---@field status string|nil            its status
---@field options table|nil            of schedule(), as the file says
---@field plan klaviyo.validated_schedule|nil
---@field send klaviyo.cli.send|nil    as the file says
---@field present klaviyo.cli.send|nil as the account has it
---@field hidden string[]|nil          details that the service does not show and the lock file does not know

local FINAL = { SENDING = true, SENT = true, CANCELLED = true }

-- Details of which the service may not show what they are.
local DETAILS = { "percentage", "unit", "past_timezones_tomorrow" }

-- Whether a message is scheduled as planned, and what of that is not known. What the service does not show, the lock
-- file knows: the details with which klaviyo schedule scheduled it.
local function compare(message, plan, record)
  local info, wanted, hidden = message.scheduling, {}, {}
  for name, value in pairs(plan) do
    wanted[name] = value
  end
  wanted.unit = plan.unit or plan.strategy == "throttled" and "hour" or nil
  if not scheduling.is_as_planned(info, wanted) then
    return false, hidden
  elseif record and record.began and record.move and not scheduling.shows_all(info, plan) then
    return false, hidden -- an interrupted move to the same time: which details it has is not known
  end
  for _, name in ipairs(scheduling.shows_all(info, plan) and {} or DETAILS) do
    if plan[name] ~= nil and record and record[name] ~= plan[name] then
      return false, hidden
    end
    hidden[#hidden + 1] = plan[name] ~= nil and not record and name or nil
  end
  return true, hidden
end

local function state_of(self, record)
  if not self.message then
    return "new"
  elseif FINAL[self.status] then
    return "over"
  elseif self.status ~= "SCHEDULED" then
    return self.options and "schedule" or "draft"
  elseif not self.where then
    return "unlisted"
  elseif not self.options then
    return "unplanned"
  end
  local is_same, hidden = compare(self.message, self.plan, record)
  self.hidden = #hidden > 0 and hidden or nil
  return is_same and "scheduled" or "move"
end

-- The zone in which a send is shown: the one that the file names for it, the campaign's, or the machine's.
local function zone_of(self, made)
  local name = self.options and self.options.timezone
  local settings = made.file.model.send_settings
  name = name or made.file.model.timezone or type(settings) == "table" and settings.send_timezone
  return type(name) == "string" and local_time.zone(name) or made.campaign and describe.zone(made.campaign)
    or local_time.machine()
end

local function channels_of(part)
  local names, seen = {}, {}
  for _, variation in ipairs(part.children) do
    local channel = describe.known(variation.fields["details.channel"])
    if type(channel) == "string" and not seen[channel] then
      seen[channel], names[#names + 1] = true, text.clean(channel)
    end
  end
  return names[1] and table.concat(names, ", ") or nil
end

local function list_of(value)
  return type(value) == "table" and value or {}
end

local function audience_of(part)
  return { id = part.id, name = describe.name(part.name), included = list_of(part.fields.included),
    excluded = list_of(part.fields.excluded) }
end

-- Adds the message of a change: in the file, in the account, or in both.
local function add(list, made, change, audience)
  local wanted, actual = change.wanted, change.actual
  local part = wanted or actual
  local id = actual and actual.id
  local self = { file = made.file, where = wanted and wanted.place, name = describe.name(part.name),
    campaign = describe.name(made.file.model.name), campaign_id = made.campaign and made.campaign.id,
    channel = channels_of(part), audience = audience, message = made.messages[id] }
  self.status = self.message and describe.known(self.message.status) or nil
  self.options = self.where and file_sends.of(made.file, self.where)
  self.zone = zone_of(self, made)
  if self.options then
    self.plan = file_sends.plan(made.file, self.where, made.rules)
    self.send = preflight.send_of(self.plan, made.campaign or made.file.model)
  end
  self.present = self.message and describe.send(self.message) or nil
  self.state = state_of(self, made.lock.entry.sends[id])
  if self.where or self.status == "SCHEDULED" or self.status == "SENDING" then
    list[#list + 1] = self
  end
end

local function add_all(list, made, change, audience)
  if change.kind == "message" then
    return add(list, made, change, audience)
  elseif change.kind == "audience" then
    audience = audience_of(change.wanted or change.actual)
  end
  for _, child in ipairs(change.children) do
    add_all(list, made, child, audience)
  end
  if change.kind == "audience" and not change.wanted then -- its messages have no changes of their own
    for _, part in ipairs(change.actual.children) do
      add(list, made, { actual = part }, audience)
    end
  end
end

---The sends of a file, whose options are valid, in the order of the file.
---@param kl klaviyo.client
---@param planning klaviyo.cli.planning  file, lock, change and, if it exists, campaign
---@return klaviyo.cli.planned_send[]
function send_plan.of(kl, planning)
  local list, messages = {}, {}
  for _, message in ipairs(planning.campaign and planning.campaign.messages or {}) do
    messages[message.id] = message
  end
  add_all(list, { file = planning.file, lock = planning.lock, campaign = planning.campaign, messages = messages,
    rules = file_sends.rules(kl, false) }, planning.change)
  return list
end

---The sends of several files.
---@param kl klaviyo.client
---@param items klaviyo.cli.planning[]
---@return klaviyo.cli.planned_send[]
function send_plan.of_all(kl, items)
  local all = {}
  for _, item in ipairs(items) do
    for _, one in ipairs(send_plan.of(kl, item)) do
      all[#all + 1] = one
    end
  end
  return all
end

-- Writing -------------------------------------------------------------------------------------------------------------

---When and how a send goes out: `Fri 2026-11-27 09:00 America/New_York, 25 % an hour`.
---@param send klaviyo.cli.send
---@param zone klaviyo.cli.zone
---@return string
function send_plan.when(send, zone)
  local time_or_day = send.epoch and ("%s %s"):format(format_time.show(send.epoch, zone), zone.name)
    or describe.when(send, zone)
  return ("%s, %s"):format(time_or_day, describe.how(send))
end

local WORDS = { new = "when it is there", schedule = "to be scheduled", move = "to be moved", scheduled = "scheduled",
  unplanned = "scheduled, and the file has no send for it", unlisted = "scheduled, and not in the file" }
local STYLES = { new = "dim", schedule = "good", move = "odd", scheduled = "SCHEDULED", unplanned = "odd",
  unlisted = "odd", over = "dim" }

-- What is to become of a send, in words.
local function words_of(self)
  if self.state == "over" then
    return self.status
  end
  return WORDS[self.state]
end

---A send in one line: what the file says, and for one that is to be moved, from where.
---@param self klaviyo.cli.planned_send
---@param term klaviyo.cli.terminal
---@return string
function send_plan.line(self, term)
  local send = self.send or self.present
  if self.state == "over" then
    send = self.present or self.send
  end
  local when = send and send_plan.when(send, self.zone) or "?"
  if self.state == "move" and self.present then
    when = ("%s %s %s"):format(term:style("bad", send_plan.when(self.present, self.zone)), term.glyphs.arrow,
      term:style("good", when))
  end
  return ("%s  %s"):format(when, term:style(STYLES[self.state], words_of(self)))
end

---The sends that are worth a line: all but drafts that stay drafts.
---@param list klaviyo.cli.planned_send[]
---@return klaviyo.cli.planned_send[]
function send_plan.shown(list)
  local shown = {}
  for _, one in ipairs(list) do
    local is_sent = one.message and one.state ~= "draft" and (one.state ~= "over" or one.status == "SENDING")
    shown[#shown + 1] = (one.options or is_sent) and one or nil
  end
  return shown
end

---Writes the sends of files, below the plan of them. Without any it writes nothing.
---@param term klaviyo.cli.terminal
---@param list klaviyo.cli.planned_send[]
---@param command string  the command line that schedules them
function send_plan.write(term, list, command)
  local shown, open, file = send_plan.shown(list), false, nil
  local name_of = describe.name_column(shown, term)
  for _, one in ipairs(shown) do
    if one.file ~= file then
      file = one.file
      term:line(term:style("bold", "Sends of " .. one.campaign))
    end
    term:line("  ", name_of(one), "  ", send_plan.line(one, term))
    open = open or one.state == "new" or one.state == "schedule" or one.state == "move"
  end
  if open then
    term:line(term:style("dim", ("%s schedules them; apply never does."):format(text.clean(command))))
  end
end

local function send_as_json(send)
  return send and { send_time = send.epoch and time.format(send.epoch) or nil, send_date = send.date,
    strategy = send.strategy, percentage = send.percentage } or nil
end

---The sends for scripts.
---@param list klaviyo.cli.planned_send[]
---@return table
function send_plan.as_json(list)
  local out = json.array()
  for i, one in ipairs(send_plan.shown(list)) do
    out[i] = { file = one.file.name, message = one.name, id = one.message and one.message.id, campaign = one.campaign,
      campaign_id = one.campaign_id, channel = one.channel, state = one.state, status = one.status,
      planned = send_as_json(one.send), present = send_as_json(one.present) }
  end
  return out
end

return send_plan
