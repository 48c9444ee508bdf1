-- SPDX-License-Identifier: MIT
--- The pre-flight of what files send: each message with its time, the week, who gets what, and what is missing or odd,
--- of all campaigns together.

local account_checks = require "klaviyo.cli.account_checks"
local allow = require "klaviyo.cli.allow"
local checks = require "klaviyo.cli.checks"
local describe = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"
local names = require "klaviyo.cli.names"
local orphans = require "klaviyo.cli.plan.orphans"
local preflight = require "klaviyo.cli.preflight"
local scheduling = require "klaviyo.model.scheduling"
local send_plan = require "klaviyo.cli.plan.send_plan"
local send_week = require "klaviyo.cli.send_week"
local sends = require "klaviyo.cli.sends"
local text = require "klaviyo.cli.terminal.text"

local send_flight = {}

local STATUS = { schedule = "PLANNED", move = "PLANNED" }

-- What goes out: planned, scheduled, and sent already.
local function week_of(all)
  local items = {}
  for _, one in ipairs(all) do
    local is_planned = STATUS[one.state]
    local send = is_planned and one.send or one.status ~= "CANCELLED" and one.present or nil
    items[#items + 1] = send and send_week.item(one, send, is_planned or one.status) or nil
  end
  return items
end

local function audience_of(campaign, message)
  for _, audience in ipairs(campaign.audiences) do
    for _, other in ipairs(audience.messages) do
      if other.id == message.id then
        return audience
      end
    end
  end
end

local UNKNOWN = "the service does not show its %s: it may be another than the file's"

-- What is said of a send besides what its content and its time are.
local function remarks_of(program, one, findings)
  local find = checks.finder(findings)
  local function say(name, what)
    find(name, one.name, "%s", what)
  end
  if one.state == "unplanned" then
    say("not-in-file", ("it is scheduled, and the file has no send for it: %s revert %s makes it a draft"):format(
      program, one.message.id))
  elseif one.state == "unlisted" then
    say("not-in-file", ("it is scheduled, and not in the file: %s revert %s makes it a draft"):format(program,
      one.message.id))
  elseif one.status == "CANCELLED" then
    say("differs", "it is CANCELLED, and stays so")
  elseif one.state == "over" and not one.options and one.status == "SENDING" then
    say("not-in-file", ("it is sending, and the file has no send for it: %s cancel %s stops it"):format(program,
      one.message.id))
  elseif one.state == "over" and one.plan and not scheduling.is_as_planned(one.message.scheduling, one.plan) then
    say("differs", ("it is %s, not as the file says: that is too late now"):format(one.status))
  elseif one.hidden then
    say("not-shown", UNKNOWN:format(table.concat(one.hidden, " and "):gsub("_tomorrow", "")))
  end
end

-- What was changed in a file after its message had left draft.
local function blocked_of(made, findings)
  local function visit(change)
    if change.reason and change.wanted and (change.actual or {}).status ~= "SENT" then
      checks.finder(findings)("differs", text.clean(change.title), "%s",
        "the file differs from what the account has, which stays: it " .. text.clean(change.reason))
    end
    for _, child in ipairs(change.children) do
      visit(child)
    end
  end
  visit(made.change)
end

-- All findings, each once, and a function that adds more. With several campaigns each names its own.
local function findings_of(self)
  local list, seen = {}, {}
  local function add(found, campaign, name)
    for _, finding in ipairs(found) do
      local about = finding.about == "the send" and name or finding.about
      about = campaign and #self.list > 1 and ("%s / %s"):format(campaign, about) or about
      local key = table.concat({ finding.kind, about, finding.text }, "\n")
      if not seen[key] then
        seen[key] = true
        list[#list + 1] = { kind = finding.kind, code = finding.code, about = about, text = finding.text }
      end
    end
  end
  for _, one in ipairs(self.todo) do
    local view = { zone = one.zone, zones = self.zones, now = self.now, glyphs = {} }
    add(checks.all({ campaign = one.made.campaign, audiences = { audience_of(one.made.campaign, one.message) },
      messages = { one.message }, send = one.send, steps = sends.steps(one.send, view) }, view), one.campaign, one.name)
  end
  for _, one in ipairs(self.all) do
    local found = {}
    remarks_of(self.program, one, found)
    add(found, one.campaign)
  end
  for _, made in ipairs(self.list) do
    local found = {}
    blocked_of(made, found)
    add(found, describe.name(made.file.model.name))
  end
  add(send_week.conflicts(self.week, self))
  return list, add
end

local function add_once(list, name)
  for _, other in ipairs(list) do
    if other == name then
      return
    end
  end
  list[#list + 1] = name
end

---@class klaviyo.cli.send_flight
---@field list table[]                        the files: file, lock, campaign, change
---@field all klaviyo.cli.planned_send[]
---@field todo klaviyo.cli.planned_send[]     to be scheduled or moved
---@field week klaviyo.cli.week_send[]
---@field zone klaviyo.cli.zone               of the picture
---@field zones klaviyo.cli.zone[]            recipients'
---@field now number
---@field names klaviyo.cli.names|nil         to be written beside ids
---@field program string                      the beginning of a command line for the same account
---@field findings klaviyo.cli.finding[]      without those that are silenced
---@field silenced string[]                    the names of those
---@field sizes table<string, integer>         of lists and segments, by id
---@field unknown klaviyo.cli.unknown[]        what the service did not say

local function campaigns_of(list)
  local campaigns = {}
  for i, made in ipairs(list) do
    campaigns[i] = made.campaign
  end
  return campaigns
end

-- The same thing may be asked for several campaigns.
local function add_unknown(self, one)
  for _, other in ipairs(self.unknown) do
    if other.about == one.about and other.reason == one.reason then
      return
    end
  end
  table.insert(self.unknown, one)
end

-- Asks the service about what is to be sent, campaign by campaign.
local function ask(ctx, self, allowed, add)
  for _, made in ipairs(self.list) do
    local flight = { campaign = made.campaign, messages = {}, audiences = {}, sends = {}, peers = self.list,
      view = { zone = self.zone, zones = self.zones, now = self.now, names = self.names } }
    for _, one in ipairs(self.todo) do
      if one.made == made then
        table.insert(flight.messages, one.message)
        table.insert(flight.audiences, audience_of(made.campaign, one.message))
        table.insert(flight.sends, one.send)
      end
    end
    if #flight.messages > 0 then
      local asked = account_checks.read(ctx, flight, allowed)
      made.recipients = asked.recipients
      add(asked.findings, describe.name(made.campaign.name))
      for id, size in pairs(asked.sizes) do
        self.sizes[id] = size
      end
      for _, one in ipairs(asked.unknown) do
        add_unknown(self, one)
      end
      for _, name in ipairs(asked.skipped) do
        self.skipped[name] = true
      end
    end
  end
end

---Collects the pre-flight.
---@param ctx klaviyo.cli.context
---@param list table[]                     the files: file, lock, campaign, change
---@param all klaviyo.cli.planned_send[]   each with `made`, its file
---@param todo klaviyo.cli.planned_send[]
---@param zones klaviyo.cli.zone[]
---@return klaviyo.cli.send_flight
function send_flight.new(ctx, list, all, todo, zones)
  local self = { list = list, all = all, todo = todo, week = week_of(all), now = ctx:now(), zones = zones,
    program = ctx:program(), unknown = {}, skipped = {}, sizes = {} }
  local is_shown, allowed = not ctx.args.json or ctx.args.dry_run, allow.of(ctx)
  self.names = is_shown and names.fresh(ctx, campaigns_of(list)) or nil
  self.zone = ctx.args.timezone and ctx:zone() or send_week.zone(all, ctx:zone())
  local findings, add = findings_of(self)
  local known = {}
  for _, made in ipairs(list) do
    known[made.id] = true
  end
  add(orphans.findings(ctx, ctx.args.files, known))
  if is_shown then
    ask(ctx, self, allowed, add)
  end
  self.findings, self.silenced = allow.apply(findings, allowed)
  for name in pairs(self.skipped) do
    add_once(self.silenced, name)
  end
  return self
end

local function write_campaign(term, self, made)
  local own = {}
  for _, one in ipairs(send_plan.shown(self.all)) do
    own[#own + 1] = one.made == made and one or nil
  end
  term:line(term:style("title", describe.name(made.campaign.name)), "  ", term:style("dim", text.clean(made.id)), "  ",
    term:style("dim", text.clean(made.file.name)), made.recipients and term:style("dim",
      ("  about %s, by estimate"):format(text.count(made.recipients, "recipient"))) or "")
  local name_of = describe.name_column(own, term)
  for _, one in ipairs(own) do
    term:line("  ", text.pad(one.channel or "?", 8), "  ", name_of(one), "  ", send_plan.line(one, term))
    local words = one.message and describe.each(one.message, function(details)
      return describe.content(details, self.names)
    end)
    if words and (one.state == "schedule" or one.state == "move") then
      term:line((" "):rep(12), term:style("dim", term:cut(words, term:columns() - 12)))
    end
  end
end

---Writes the pre-flight for a person.
---@param self klaviyo.cli.send_flight
---@param ctx klaviyo.cli.context
function send_flight.write(self, ctx)
  local term = ctx.term
  preflight.section(term, "Account", { term:style("bold", text.clean(ctx:account_title())) })
  for _, made in ipairs(self.list) do
    write_campaign(term, self, made)
  end
  if #self.week > 0 then
    term:line("")
    for _, line in ipairs(send_week.draw(self.week, self, term)) do
      term:line(line)
    end
    term:line(term:style("dim", "times in " .. self.zone.name))
    preflight.section(term, "Who", send_week.who(self.week, self))
  end
  preflight.write_findings(self.findings, term)
  preflight.write_silenced(self.silenced, term)
  preflight.write_unknown(self.unknown, term)
end

---The pre-flight for scripts.
---@param self klaviyo.cli.send_flight
---@param account table  klaviyo.cli.context:account_as_json()
---@return table
function send_flight.as_json(self, account)
  return { account = account, sends = send_plan.as_json(self.all), lists = send_week.as_json(self.week, self.sizes),
    findings = preflight.findings_as_json(self.findings), allowed = json.array(self.silenced),
    not_known = json.array(self.unknown) }
end

return send_flight
