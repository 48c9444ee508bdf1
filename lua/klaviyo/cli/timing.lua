-- SPDX-License-Identifier: MIT
--- The options that say when and how messages are sent, shared by schedule and reschedule.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"
local send_time = require "klaviyo.cli.send_time"
local sends = require "klaviyo.cli.sends"
local text = require "klaviyo.cli.terminal.text"
local validate = require "klaviyo.model.validate"
local values = require "klaviyo.cli.values"

local timing = {}

local whole = values.whole("--percentage", 1, 100)

-- `25` or `25%`
local function percentage(value)
  return whole((value:gsub("%s*%%$", "")))
end

---Adds the options to a command.
---@param command table
function timing.define(command)
  command:option("--at", "When: 2026-12-01T14:00:00Z, or +3h; with --timezone also 2026-12-01 09:00, tomorrow 9am or "
    .. "fri 14:00."):argname "TIME"
  command:option("-z --timezone", "Zone of --at, such as America/New_York."):argname "ZONE"
  command:option("--strategy", "How: static, local_timezone, throttled or smart_send_time.")
    :choices { "static", "local_timezone", "throttled", "smart_send_time" }
  command:option("--percentage", "throttled: share of the recipients in each step.")
    :convert(percentage):argname "PERCENT"
  command:option("--unit", "throttled: hour or minute between steps."):choices { "hour", "minute" }
  command:option("--date", "smart_send_time: the day, 2026-12-01."):argname "DAY"
  command:option("--past-timezones", "local_timezone: where the time has passed, tomorrow or immediately.")
    :choices { "tomorrow", "immediately" }
end

---Adds the option that names the zones of recipients.
---@param command table
function timing.define_zones(command)
  command:option("--zones", "Zones of your recipients, for warnings; default: the profile's."):argname "NAMES"
end

---The zones of recipients: those of --zones, or of the profile.
---@param ctx klaviyo.cli.context
---@return klaviyo.cli.zone[]
function timing.zones(ctx)
  local option, names = ctx.args.zones, {}
  for name in (option or not ctx.sandbox and ctx:account().zones or ""):gmatch "[^,%s]+" do
    local _, message = local_time.zone(name)
    if message then
      failure.raise { code = "input", message = ("%s: %s"):format(option and "--zones"
        or "zones of profile " .. ctx:account().name, message) }
    end
    names[#names + 1] = name
  end
  return sends.zones(names)
end

local OPTIONS = { "at", "timezone", "strategy", "percentage", "unit", "date", "past_timezones" }

-- Ends the command with problems of the options, each by the name of its option.
local function refuse(campaign, problems)
  local own = describe.zone(campaign)
  local details, zone_missing, about_time = {}, false, false
  for i, problem in ipairs(problems) do
    details[i] = ("--%s %s"):format(problem.path:gsub("_", "-"), failure.for_shell(problem.message))
    about_time = about_time or problem.path == "at" or problem.path == "date"
    zone_missing = zone_missing or problem.path == "at" and problem.message:find("timezone", 1, true)
  end
  failure.raise { code = "input", message = "The schedule is not valid.", details = details,
    hint = zone_missing and own and ("the campaign's zone is --timezone %s"):format(text.clean(own.name))
      or about_time and "klaviyo help times says how a time is written" or nil }
end

---The options that were given, for the library: --at as ISO 8601, whatever it was written as.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@return table
function timing.read(ctx, campaign)
  local args, options = ctx.args, {}
  for _, name in ipairs(OPTIONS) do
    options[name] = args[name]
  end
  if args.at then
    local zone, wrong
    if args.timezone then
      zone, wrong = local_time.zone(args.timezone)
    end
    local made, message = nil, nil
    if not wrong then
      made, message = send_time.read(args.at, zone, ctx:now())
    end
    if not made then
      refuse(campaign, { { path = wrong and "timezone" or "at", message = wrong or message } })
    end
    options.at = made.at
    options.timezone = not made.is_span and args.timezone or nil -- a span needs none
  end
  return options
end

---Tells the time that --at means in full, before anything is done.
---@param ctx klaviyo.cli.context
---@param plan klaviyo.validated_schedule
---@param zone klaviyo.cli.zone
function timing.echo(ctx, plan, zone)
  if ctx.args.at and plan.epoch then
    ctx.term:note(("--at %s is %s %s, %s"):format(text.clean(ctx.args.at), format_time.show(plan.epoch, zone),
      zone.name, format_time.from_now(plan.epoch, ctx:now())))
  end
end

---Validates the options. Every problem is reported, and ends the command.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@param options table
---@return klaviyo.validated_schedule
function timing.plan(ctx, campaign, options)
  local kl = ctx:client()
  local plan, problems = validate.schedule(options, { dialect = (kl._dispatch:dialect(kl._dispatch.revision)),
    now = ctx:now(), revision = kl._dispatch.revision, send_settings = describe.known(campaign.send_settings) })
  if not plan then
    refuse(campaign, problems)
  end
  return plan
end

---Validates options that move a scheduled message. Every problem is reported, and ends the command.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@param message klaviyo.message
---@param options table
---@return klaviyo.validated_schedule
function timing.move(ctx, campaign, message, options)
  local dispatch = ctx:client()._dispatch
  local merged, problems = reschedule_options.merge(options, message.scheduling, (dispatch:dialect(dispatch.revision)))
  if not merged then
    refuse(campaign, problems)
  end
  return timing.plan(ctx, campaign, merged)
end

return timing
