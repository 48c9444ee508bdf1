-- SPDX-License-Identifier: MIT
--- klaviyo reschedule: moves scheduled messages to another time, each by a revert and a schedule as one operation.

local allow = require "klaviyo.cli.allow"
local as_json = require "klaviyo.cli.as_json"
local checks = require "klaviyo.cli.checks"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local format_time = require "klaviyo.cli.format_time"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local preflight = require "klaviyo.cli.preflight"
local rescheduling = require "klaviyo.cli.rescheduling"
local selection = require "klaviyo.cli.selection"
local timing = require "klaviyo.cli.timing"
local stop_messages = require "klaviyo.cli.stop_messages"
local text = require "klaviyo.cli.terminal.text"

local reschedule = { summary = "Move scheduled messages to another time.", examples = {
  'reschedule "Summer Sale 2026" --at 2026-12-01T11:00 --timezone America/New_York',
  'reschedule "Summer Sale 2026/Blast" --at +2h',
  "reschedule 01HABCDEFGHJKMNPQRSTVWXYZ0 --percentage 10 --yes",
} }

function reschedule.define(command)
  selection.define(command)
  timing.define(command)
  timing.define_zones(command)
  allow.define(command)
  command:flag("-n --dry-run", "Show what would be moved, and stop.")
  command:flag("-y --yes", "Do not ask; for scripts.")
end

---@class klaviyo.cli.move
---@field message klaviyo.message
---@field send klaviyo.cli.send  the new one
---@field before string
---@field after string
---@field title string

local function as_text(send, zone)
  return send.epoch and format_time.stamp(send.epoch, zone) or describe.when(send, zone)
end

-- The new time of each message. All are validated before the first is moved.
local function moves_of(ctx, found, messages, options, zone)
  local list, name_of = {}, describe.name_column(messages, ctx.term)
  for i, message in ipairs(messages) do
    local plan = timing.move(ctx, found.campaign, message, options)
    if i == 1 then
      timing.echo(ctx, plan, zone)
    end
    local old, new = describe.send(message), preflight.send_of(plan, found.campaign)
    list[i] = { message = message, title = ("%s (%s)"):format(describe.name(message.name), message.id),
      name = name_of(message), send = new, before = old and as_text(old, zone) or "?",
      after = ("%s, %s"):format(as_text(new, zone), describe.how(new)) }
  end
  return list
end

local function show(ctx, list)
  for _, move in ipairs(list) do
    ctx.term:note(("%s  %s -> %s"):format(move.name, move.before, move.after))
  end
end

-- Warns of the new times, as the pre-flight of schedule does. Returns the warnings, and which were silenced, for JSON.
local function warn(ctx, list, zone, allowed)
  local new = {}
  for i, move in ipairs(list) do
    new[i] = move.send
  end
  local view = { zone = zone, zones = timing.zones(ctx), now = ctx:now(), glyphs = ctx.term.glyphs }
  local findings, silenced = allow.apply(checks.times(new, view), allowed)
  if not ctx.args.json then
    preflight.write_findings(findings, ctx.term)
    preflight.write_silenced(silenced, ctx.term)
  end
  return { findings = preflight.findings_as_json(findings), allowed = json.array(silenced) }
end

local function give_up(ctx, list, number, err)
  local code = rescheduling.record_failure(ctx, list[number].title, err)
  local failed = failure.of(err, code and ("klaviyo schedule %s --at TIME schedules it again"):format(
    list[number].message.id) or nil)
  failed.code = code and failure.codes[code] or failed.code
  failed.details = failed.details or {}
  for i, move in ipairs(list) do
    if i ~= number then
      table.insert(failed.details, move.title .. (i < number and " has the new time" or " was not tried"))
    end
  end
  ctx.progress:finish()
  error(failed, 0)
end

local function perform(ctx, list, options)
  ctx.term.keep_going = true
  ctx.progress:begin("Rescheduling", #list)
  for i, move in ipairs(list) do
    interrupt.check()
    ctx.log:begin("Rescheduling " .. move.title)
    local done, err = interrupt.hold(function()
      return move.message:reschedule(options)
    end)
    if not done then
      give_up(ctx, list, i, err)
    end
    ctx:did(("Rescheduled %s."):format(move.title))
    ctx.progress:set(i)
  end
  ctx.progress:finish()
end

-- What was moved, or would be, for scripts.
local function write_json(ctx, found, list, warnings)
  local lines, moves = json.array(), json.array()
  for i, move in ipairs(list) do
    lines[i] = as_json.message_line(move.message, "SCHEDULED")
    moves[i] = { id = move.message.id, name = move.message.name, before = move.before, after = move.after }
  end
  ctx:json { account = ctx:account_as_json(), campaign = found.campaign.id, findings = warnings.findings,
    allowed = warnings.allowed, rescheduled = ctx.args.dry_run and json.array() or lines,
    moves = ctx.args.dry_run and moves or nil }
end

local function report(ctx, found, list, warnings)
  if ctx.args.json then
    return write_json(ctx, found, list, warnings)
  end
  for _, move in ipairs(list) do
    ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", move.name, "  ",
      ctx.term:style("SCHEDULED", "SCHEDULED"), "  ", move.after)
  end
end

function reschedule.run(ctx, args)
  local allowed = allow.of(ctx)
  local found, messages = stop_messages.find(ctx, args.id, { SCHEDULED = true }, "rescheduled")
  local options = timing.read(ctx, found.campaign)
  local zone = args.timezone and local_time.zone(args.timezone) or describe.zone(found.campaign) or local_time.machine()
  local list = moves_of(ctx, found, messages, options, zone)
  show(ctx, list)
  local warnings = warn(ctx, list, zone, allowed)
  if args.dry_run then
    return args.json and write_json(ctx, found, list, warnings) or nil
  end
  ctx:agree { nothing = "nothing was changed", question = ("Move %s?"):format(text.count(#list, "message")) }
  if not args.yes then
    selection.require_unchanged(ctx, found.campaign, "nothing was changed")
  end
  perform(ctx, list, options)
  report(ctx, found, list, warnings)
end

return reschedule
