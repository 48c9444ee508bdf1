-- SPDX-License-Identifier: MIT
--- Cancels or reverts messages, one call each: what the commands cancel and revert share.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local as_json = require "klaviyo.cli.as_json"
local selection = require "klaviyo.cli.selection"
local shell = require "klaviyo.cli.terminal.shell"

local stop_messages = {}

local RESULT = { cancel = "CANCELLED", revert = "DRAFT" }
local ACTIVITY = { cancel = "Cancelling", revert = "Reverting" }

-- The command that helps with messages that are not in a status that a command needs.
local function advice(found, id, counts, verb)
  if verb == "cancelled" then
    return counts.DRAFT and "--drafts cancels drafts too" or nil
  elseif counts.SENDING then
    return ("klaviyo cancel %s stops what is sending"):format(id)
  elseif verb == "rescheduled" and counts.DRAFT then
    return ("klaviyo schedule %s schedules the drafts"):format(id)
  end
  return (counts.SENT or counts.CANCELLED) and ("klaviyo clone %s copies it as drafts"):format(found.campaign.id) or nil
end

---Finds the messages with one of these statuses; none ends the command.
---@param ctx klaviyo.cli.context
---@param id string
---@param statuses table<string, boolean>
---@param verb string  "cancelled", "reverted" or "rescheduled"
---@return klaviyo.cli.selection
---@return klaviyo.message[]
function stop_messages.find(ctx, id, statuses, verb)
  local found, chosen = selection.find(ctx, id), {}
  for _, message in ipairs(found.messages) do
    if statuses[message.status] then
      chosen[#chosen + 1] = message
    end
  end
  if #chosen == 0 then
    local counts = describe.statuses(found.messages)
    local hint = advice(found, shell.word(id), counts, verb)
    failure.raise { code = "refused", hint = hint, message = ("There is nothing to be %s in %s: %s."):format(verb,
      describe.name((found.message or found.audience or found.campaign).name), describe.status_line(found.messages)) }
  end
  return found, chosen
end

---@class klaviyo.cli.stop
---@field ctx klaviyo.cli.context
---@field found klaviyo.cli.selection
---@field method "cancel"|"revert"
---@field verb string
---@field name_of fun(message: klaviyo.message): string
---@field before table<string, string>  the statuses before, by id
---@field done table[]           the lines of what worked, for JSON
---@field count integer          how many failed
---@field failed string[]        what became of them
---@field first? klaviyo.error   one whose outcome is not known stands for the others

local function title_of(message)
  return ("%s (%s)"):format(describe.name(message.name), message.id)
end

local function report_done(self, message)
  local ctx, status = self.ctx, describe.status_after(message, self.before[message.id], RESULT[self.method])
  self.done[#self.done + 1] = as_json.message_line(message, status)
  ctx:did(("%s was %s."):format(title_of(message), self.verb))
  local zone = describe.zone(self.found.campaign)
  local delivered = status == "CANCELLED" and delivery.of(ctx, message, zone) or nil
  self.done[#self.done].went_out = delivered and (delivered.share or json.null)
  if not ctx.args.json then
    ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", self.name_of(message), "  ",
      ctx.term:style(status, status), delivered and ": " .. delivery.text(delivered) or "")
  end
end

local function report_failure(self, message, err, text)
  local is_open = err.outcome ~= "none"
  self.count = self.count + 1
  self.first = (not self.first or is_open and self.first.outcome == "none") and err or self.first
  if is_open then
    self.ctx.log:lost(("%s may have been %s."):format(title_of(message), self.verb))
  else
    self.ctx.log:failed()
  end
  self.failed[#self.failed + 1] = ("%s: %s"):format(describe.name(message.name), failure.for_shell(text))
  self.failed[#self.failed + 1] = is_open and failure.look_again(err) or nil
end

-- One after the other.
local function one_by_one(self, messages)
  local ctx = self.ctx
  for i, message in ipairs(messages) do
    ctx.log:begin(("%s %s"):format(ACTIVITY[self.method], title_of(message)))
    local ok, err = message[self.method](message)
    if ok then
      report_done(self, message)
    else
      report_failure(self, message, err, err.message)
    end
    ctx.progress:set(i)
  end
end

-- All of a campaign or an audience at once: the report comes when it is known what became of each.
local function cancel_at_once(self, owner)
  local ctx, ended, texts = self.ctx, {}, {}
  ctx.log:begin(function(event)
    for _, message in ipairs(self.found.messages) do
      if (event.url or ""):find(message.id, 1, true) then
        return ("%s %s"):format(ACTIVITY.cancel, title_of(message))
      end
    end
    return ACTIVITY.cancel
  end)
  local all, err = owner:cancel { drafts = ctx.args.drafts == true, on_result = function(message, problem)
    ended[#ended + 1] = message
    texts[message] = problem and problem.message
    ctx.progress:set(#ended)
  end }
  if not all and not err.failures then
    failure.check(nil, err)
  end
  local failures = {}
  for _, one in ipairs(err and err.failures or {}) do
    failures[one.message] = one.err
  end
  for _, message in ipairs(ended) do
    if failures[message] then
      report_failure(self, message, failures[message], texts[message])
    else
      report_done(self, message)
    end
  end
  if not all and #err.failures == 0 then
    self.unlisted = err -- there may be more messages than these
  end
  return #ended
end

---Cancels or reverts each message. One that fails does not stop the others: this runs in emergencies.
---@param ctx klaviyo.cli.context
---@param found klaviyo.cli.selection
---@param messages klaviyo.message[]
---@param method "cancel"|"revert"
---@param verb string
function stop_messages.perform(ctx, found, messages, method, verb)
  local self = { ctx = ctx, found = found, method = method, verb = verb, before = {}, done = json.array(), count = 0,
    failed = {}, name_of = describe.name_column(messages, ctx.term) }
  for _, message in ipairs(messages) do
    self.before[message.id] = message.status
  end
  local total = #messages
  ctx.term.keep_going = true
  ctx.progress:begin(ACTIVITY[method], total)
  if method == "cancel" and not found.message then
    total = cancel_at_once(self, found.audience or found.campaign)
  else
    one_by_one(self, messages)
  end
  ctx.progress:finish()
  if ctx.args.json then
    ctx:json { account = ctx:account_as_json(), campaign = found.campaign.id, [verb] = self.done }
  end
  if self.first then
    local problem = failure.of(self.first)
    problem.details = self.failed
    problem.message = ("%d of %d could not be %s"):format(self.count, total, verb)
    error(problem, 0)
  end
  failure.check(not self.unlisted, self.unlisted)
end

return stop_messages
