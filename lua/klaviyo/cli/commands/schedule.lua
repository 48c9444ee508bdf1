-- SPDX-License-Identifier: MIT
--- klaviyo schedule: schedules the drafts of a campaign, an audience's messages, or one message, or sends what campaign
--- files say, after the pre-flight and a question.

local account_checks = require "klaviyo.cli.account_checks"
local allow = require "klaviyo.cli.allow"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local fleet = require "klaviyo.cli.fleet"
local file_set = require "klaviyo.cli.plan.file_set"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local missing = require "klaviyo.cli.missing"
local names = require "klaviyo.cli.names"
local preflight = require "klaviyo.cli.preflight"
local as_json = require "klaviyo.cli.as_json"
local timing = require "klaviyo.cli.timing"
local send_files = require "klaviyo.cli.plan.send_files"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"

local schedule = { summary = "Schedule messages to real people, after a pre-flight and a question.",
  examples = {
  'schedule "Summer Sale 2026" --at 2026-12-01T09:00 --timezone America/New_York --dry-run',
  'schedule "Summer Sale 2026" --at "fri 9am" --timezone Europe/Berlin --strategy throttled --percentage 25%',
  "schedule black_friday/",
} }

function schedule.define(command)
  command:argument("CAMPAIGN", "Id or name of a campaign, CAMPAIGN/MESSAGE, or id of an audience or message; or "
    .. "campaign files and folders of them, whose sends are scheduled."):args "+":target "words"
  file_set.define(command)
  timing.define(command)
  timing.define_zones(command)
  command:flag("-n --dry-run", "Show the pre-flight, and stop. The exit code says whether something is missing.")
  missing.define(command, "Send although this is missing")
  allow.define(command)
  command:flag("-y --yes", "Do not ask; for scripts.")
  fleet.define(command)
  command:flag("--undo", "If a message cannot be scheduled, revert those before it.")
end

local function prepare(ctx, args, found, allowed)
  local options = timing.read(ctx, found.campaign)
  local plan = timing.plan(ctx, found.campaign, options)
  local zone = args.timezone and local_time.zone(args.timezone) or describe.zone(found.campaign) or local_time.machine()
  timing.echo(ctx, plan, zone)
  local is_shown = not args.json or args.dry_run
  local view = { zone = zone, zones = timing.zones(ctx), now = ctx:now(), glyphs = ctx.term.glyphs,
    names = is_shown and names.fresh(ctx, { found.campaign }) or nil }
  local flight = preflight.new(found.campaign, found.messages, preflight.send_of(plan, found.campaign), view, allowed)
  if is_shown then
    preflight.add(flight, account_checks.read(ctx, flight, allowed))
  end
  return flight, options
end

-- The command that helps with messages that cannot be scheduled.
local function advice(found, counts)
  local id = (found.message or found.audience or found.campaign).id
  if counts.SCHEDULED then
    return ("klaviyo reschedule %s --at TIME moves what is scheduled; klaviyo revert %s makes a draft again"):format(id,
      id)
  elseif counts.SENDING then
    return ("klaviyo cancel %s stops what is sending; klaviyo watch %s follows it"):format(id, id)
  end
  return ("klaviyo clone %s copies the campaign as drafts"):format(found.campaign.id)
end

local WHAT = { CANCELLED = "CANCELLED, for good", SENT = "SENT already" }

-- What a message is that is no draft, with its time.
local function what_is(message, zone)
  local status, send = describe.known(message.status) or "?", describe.send(message)
  local when = send and status == "SCHEDULED" and describe.when(send, zone)
  return (WHAT[status] or text.clean(status)) .. (when and (", for %s %s"):format(when, zone.name) or "")
end

local function refuse_if_nothing(ctx, found)
  local counts = describe.statuses(found.messages)
  if counts.DRAFT then
    return
  end
  local hint, zone = advice(found, counts), describe.zone(found.campaign) or ctx:zone()
  if found.message then
    failure.raise { code = "refused", hint = hint, message = ("%s is %s: only a draft can be scheduled."):format(
      describe.name(found.message.name), what_is(found.message, zone)) }
  end
  local details = {}
  for i, message in ipairs(found.messages) do
    details[i] = ("%s is %s"):format(describe.name(message.name), what_is(message, zone))
  end
  failure.raise { code = "refused", hint = hint, details = details, message = ("%s has no drafts: %s."):format(
    describe.name((found.audience or found.campaign).name), describe.status_line(found.messages)) }
end

local function confirm(ctx, args, flight)
  if args.yes then
    return
  end
  local name = text.clean(describe.known(flight.campaign.name) or ""):match "^%s*(.-)%s*$"
  ctx:typed { name = name ~= "" and name or flight.campaign.id,
    action = ("schedule %s"):format(text.count(#flight.messages, "message")), nothing = "nothing was sent" }
  selection.require_unchanged(ctx, flight.campaign, "nothing was sent")
end

-- Reverts a message. Returns in what state that leaves it, and how to look again where that is open.
local function revert(ctx, message)
  local name = describe.name(message.name)
  ctx.log:begin(("Reverting %s (%s)"):format(name, message.id))
  local back, err = message:revert()
  if back then
    ctx:did(("Reverted %s (%s)."):format(name, message.id))
    return "was reverted"
  elseif err.outcome == "none" then
    ctx.log:failed()
    return "stays scheduled"
  end
  ctx.log:lost(("%s (%s) may have been reverted."):format(name, message.id))
  return "may have been reverted", failure.look_again(err)
end

-- Reports what stays scheduled after a failure in the middle, and reverts it with --undo.
local function give_up(ctx, flight, scheduled, err, undo)
  local failed = failure.of(err)
  failed.details = failed.details or {}
  local number = #scheduled + 1
  if err.outcome == "none" then
    ctx.log:failed()
  else
    ctx.log:lost(("%s may have been scheduled."):format(describe.name(flight.messages[number].name)))
  end
  for _, message in ipairs(scheduled) do
    local state, look_again = "stays scheduled", nil
    if undo then
      state, look_again = revert(ctx, message)
    end
    table.insert(failed.details, ("%s %s"):format(describe.name(message.name), state))
    failed.details[#failed.details + 1] = look_again
  end
  failed.message = ("%s could not be scheduled: %s"):format(describe.name(flight.messages[number].name), failed.message)
  for i = number + 1, #flight.messages do
    table.insert(failed.details, ("%s was not tried"):format(describe.name(flight.messages[i].name)))
  end
  ctx.progress:finish()
  error(failed, 0)
end

local function perform(ctx, args, flight, options)
  local scheduled = {}
  ctx.term.keep_going = true
  ctx.progress:begin("Scheduling", #flight.messages)
  for i, message in ipairs(flight.messages) do
    ctx.log:begin(("Scheduling %s (%s)"):format(describe.name(message.name), message.id))
    local done, err = message:schedule(options)
    if not done then
      give_up(ctx, flight, scheduled, err, args.undo)
    end
    scheduled[i] = message
    ctx:did(("Scheduled %s (%s)."):format(describe.name(message.name), message.id))
    ctx.progress:set(i)
  end
  ctx.progress:finish()
  return scheduled
end

local function report(ctx, args, flight, scheduled)
  if args.json then
    local list = json.array()
    for i, message in ipairs(scheduled) do
      list[i] = as_json.message_line(message, describe.status_after(message, "DRAFT", "SCHEDULED"))
    end
    return ctx:json { account = ctx:account_as_json(), campaign = flight.campaign.id, scheduled = list }
  end
  local name_of = describe.name_column(scheduled, ctx.term)
  for _, message in ipairs(scheduled) do
    local send, status = describe.send(message) or flight.send, describe.status_after(message, "DRAFT", "SCHEDULED")
    ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", name_of(message), "  ",
      ctx.term:style(status, status), "  ", describe.when(send, flight.view.zone), " ", flight.view.zone.name)
  end
  local program, id = text.clean(ctx:program()), text.clean(flight.campaign.id)
  ctx.term:note(ctx.term:err_style("hint", ("%s watch %s follows it; %s revert %s makes drafts again"):format(program,
    id, program, id)))
end

-- Options that say when and how, which files say themselves; --timezone is that of the picture.
local OF_CAMPAIGNS = { "at", "strategy", "percentage", "unit", "date", "past_timezones", "undo" }

local function refuse_options(args)
  for _, name in ipairs(OF_CAMPAIGNS) do
    if args[name] ~= nil then
      failure.raise { code = "usage", message = ("--%s is for a campaign: a file says that itself, with send = { ... }")
        :format(name:gsub("_", "-")) }
    end
  end
end

-- Whether an option says when or how, as it is given for a campaign.
local function has_options(args)
  for _, name in ipairs(OF_CAMPAIGNS) do
    if args[name] ~= nil then
      return true
    end
  end
  return false
end

-- Whether all words name files; some of them ends the command. A folder may have the name of a campaign: with a time,
-- the campaign is meant.
local function are_files(args)
  local count = 0
  if #args.words == 1 and has_options(args) and not args.words[1]:find "[/.]" then
    return false
  end
  for _, word in ipairs(args.words) do
    count = count + (file_set.is_path(word) and 1 or 0)
  end
  if count == #args.words then
    return true
  elseif #args.words > 1 then
    failure.raise { code = "usage", message = "schedule takes one campaign, or files and folders." }
  end
  return false
end

function schedule.run(ctx, args)
  if are_files(args) then
    refuse_options(args)
    args.files = args.words
    return send_files.run(ctx, timing.zones(ctx))
  end
  file_set.refuse_options(args)
  args.id = args.words[1]
  local forced, allowed = missing.forced(ctx), allow.of(ctx)
  local found = selection.find(ctx, args.id)
  refuse_if_nothing(ctx, found)
  local flight, options = prepare(ctx, args, found, allowed)
  if not args.json then
    preflight.write(flight, ctx.term, ctx:account_title())
  elseif args.dry_run then
    ctx:json(preflight.as_json(flight, ctx:account_as_json()))
  end
  missing.refuse(flight.findings, forced, "nothing was sent", ("complete it with %s edit %s"):format(ctx:program(),
    found.campaign.id), not args.json)
  if args.dry_run then
    return
  end
  confirm(ctx, args, flight)
  report(ctx, args, flight, perform(ctx, args, flight, options))
end

return schedule
