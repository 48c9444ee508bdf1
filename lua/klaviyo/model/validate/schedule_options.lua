-- SPDX-License-Identifier: MIT
--- Validates the options of schedule(): when, how, and how much at a time.

local json = require "klaviyo.model.json"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"

local schedule_options = {}

---@class klaviyo.validated_schedule
---@field strategy "static"|"local_timezone"|"throttled"|"smart_send_time"
---@field send_time? string    ISO 8601, with the offset that the script gave
---@field epoch? number        the same instant in seconds
---@field send_date? string
---@field percentage? integer
---@field unit? "hour"|"minute"
---@field past_timezones_tomorrow? boolean

-- Names of the wire, and of the campaign's settings, that people write by mistake.
local MEANT = {
  time = "at", when = "at", day = "date", zone = "timezone", tz = "timezone", send_strategy = "strategy",
  throttling_percentage = "percentage", send_past_timezones_tomorrow = "past_timezones",
}

local function report(p, name, message, found, allowed)
  local problem = { path = p.named[name] or name, message = message, found = found, allowed = allowed }
  p.problems[#p.problems + 1] = problem
  return problem
end

local function check_names(p, options, more)
  local names = schema.names(schema.resources.schedule.fields)
  for _, name in ipairs(more or {}) do
    names[#names + 1] = name
  end
  local unknown = {}
  for name in pairs(options) do
    if not schema.find(schema.resources.schedule.fields, name) then
      unknown[#unknown + 1] = tostring(name)
    end
  end
  table.sort(unknown)
  for _, name in ipairs(unknown) do
    local meant = MEANT[name] or suggest.nearest(name, names)
    report(p, name, ("is no option of schedule%s; there are %s")
      :format(meant and (' (did you mean "%s"?)'):format(meant) or "", suggest.list(names)), options[name], names)
  end
end

-- One time for each variation is shown with smart send time; options have one for all.
local SEND_TIMES = "send_times"

-- The days that smart send time is shown as: in place of a day, there may be a time, or one for each variation.
local function days_shown(options)
  local days, count = {}, 0
  local function add(moment)
    local day = type(moment) == "string" and moment:sub(1, 10)
    if day and not days[day] then
      days[day], count = true, count + 1
    end
  end
  add(options.send_date)
  add(options.send_time)
  for _, moment in pairs(type(options.send_times) == "table" and options.send_times or {}) do
    add(moment)
  end
  return next(days), count
end

-- Reads the day of smart send time as it is shown.
local function take_day(p, options, given)
  local day, count = days_shown(options)
  if count > 1 then
    report(p, SEND_TIMES, "names several days: give the one, as date", options.send_times)
  elseif day and given.date == nil then
    given.date, p.named.date = day, options.send_date ~= nil and "send_date" or "send_time"
  end
end

local PAST_TIMEZONES = { [true] = "tomorrow", [false] = "immediately" }

-- The options by the names of schedule(), where some or all have those of message.scheduling. Null is as good as absent
-- there: it is how a response says that there is none.
local function by_one_set_of_names(p, options)
  local given, fields = {}, schema.resources.schedule.fields
  for name, value in pairs(options) do
    given[name] = value
  end
  given[SEND_TIMES] = nil
  local is_smart = type(given.strategy) == "string" and given.strategy:lower() == "smart_send_time"
  for _, field in ipairs(fields) do
    local name, as_read = field[1], field.as_read
    local value = as_read and options[as_read]
    given[as_read or SEND_TIMES] = nil
    if value ~= nil and value ~= json.null and not (is_smart and name == "at") then
      if given[name] ~= nil then
        report(p, as_read, ("is the same as %s: give one of them"):format(name), value)
      else
        given[name], p.named[name] = value, as_read
      end
    end
  end
  if p.named.past_timezones then
    given.past_timezones = PAST_TIMEZONES[given.past_timezones]
    if given.past_timezones == nil then
      report(p, "past_timezones", "must be true or false", options.past_timezones_tomorrow)
    end
  end
  if is_smart then
    take_day(p, options, given)
  elseif type(options.send_times) == "table" and given.at == nil then
    report(p, SEND_TIMES, "has a time for each variation, which only smart_send_time has: give one time, as at",
      options.send_times)
  end
  return given
end

-- The strategy: the given one, or the campaign's; a date alone means smart send time.
local function strategy(p, options, ctx)
  local given = options.strategy
  if given == nil and options.date ~= nil then
    given = "smart_send_time"
  elseif given == nil then
    local settings = ctx.send_settings
    given = type(settings) == "table" and type(settings.send_strategy) == "string"
      and settings.send_strategy:lower() or "static"
    if not schema.is_strategy(given) then
      given = "static" -- the OpenAPI file lets a campaign have any word there
    end
  end
  local name = type(given) == "string" and given:lower() or given
  if not schema.is_strategy(name) then
    report(p, "strategy", ("cannot be %s%s; allowed: %s"):format(suggest.show(given),
      suggest.phrase(given, schema.strategies), suggest.list(schema.strategies)), given, schema.strategies)
    return nil
  elseif name == "smart_send_time" and p.dialect == "guide" then
    report(p, "strategy", "cannot be smart_send_time: " .. revisions.hint(revisions.since("capabilities",
      "smart_send_time")), given).elsewhere = true
    return nil
  end
  return name
end

-- The instant that `at` names, and the offset to write it with.
local function instant(p, options)
  local at, zone = options.at, options.timezone
  if type(at) == "number" then
    if at ~= at or math.abs(at) > 253402300799 then
      report(p, "at", "is no time between the years 1 and 9999", at)
      return nil
    end
    return at, 0
  end
  local parts, message = time.parts(at)
  if not parts then
    report(p, "at", ("%s; found %s"):format(message, suggest.show(at)), at)
    return nil
  elseif parts.offset and zone ~= nil then
    report(p, "timezone", "is not needed: at has an offset already", zone)
    return nil
  elseif parts.offset then
    return time.parse(at)
  elseif zone == nil then
    report(p, "at", "has no offset: write Z or +hh:mm at its end, or give the timezone it is meant in", at)
    return nil
  elseif type(zone) ~= "string" then
    report(p, "timezone", "must be a string, found " .. suggest.show(zone), zone)
    return nil
  end
  local epoch, offset, candidates = time.resolve(at, zone)
  if not epoch then
    report(p, time.has_zone(zone) == true and "at" or "timezone", offset, at, candidates)
    return nil
  end
  return epoch, offset
end

-- Whether an option is given and goes with the strategy; where the strategy itself is wrong, nobody can say.
local function belongs(p, options, name, wanted)
  if options[name] ~= nil and p.schedule.strategy and p.schedule.strategy ~= wanted then
    report(p, name, ("goes with strategy = %q alone, not with %s"):format(wanted, p.schedule.strategy), options[name])
    return false
  end
  return options[name] ~= nil
end

local function set_time(p, options, now)
  belongs(p, options, "date", "smart_send_time")
  if options.timezone ~= nil and type(options.at) == "number" then
    report(p, "timezone", "is not needed: a number is an instant", options.timezone)
  end
  if options.at == nil then
    report(p, "at", "is missing: when it is to be sent")
    return
  end
  local epoch, offset = instant(p, options)
  if not epoch then
    return
  elseif now and epoch <= now then
    report(p, "at", ("lies in the past: %s, and it is %s"):format(time.format(epoch), time.format(now)), options.at)
  end
  p.schedule.epoch, p.schedule.send_time = epoch, time.format(epoch, offset)
end

-- Today in the campaign's zone. Nobody says in which one the service counts the days of a campaign that has none: then
-- it is the earliest day that is still under way somewhere.
local function today(now, settings)
  local zone = type(settings) == "table" and settings.send_timezone
  local offset = type(zone) == "string" and time.offset(zone, now) or -43200
  return math.floor((now + offset) / 86400)
end

local function set_day(p, options, now, settings)
  for _, name in ipairs { "at", "timezone" } do
    if options[name] ~= nil then
      report(p, name, "does not go with smart_send_time: give the day, as date", options[name])
    end
  end
  if options.date == nil then
    report(p, "date", "is missing: smart_send_time needs the day")
    return
  end
  local days, message = time.date(options.date)
  if not days then
    report(p, "date", ("%s; found %s"):format(message, suggest.show(options.date)), options.date)
  elseif now and days < today(now, settings) then
    report(p, "date", ("lies in the past: it is %s"):format(time.format(today(now, settings) * 86400):sub(1, 10)),
      options.date)
  end
  p.schedule.send_date = options.date
end

local function is_known_unset(settings)
  return type(settings) == "table"
    and (settings.throttle_percentage == nil or settings.throttle_percentage == json.null)
end

local function set_percentage(p, options, ctx)
  if belongs(p, options, "percentage", "throttled") then
    for _, allowed in ipairs(schema.percentages) do
      if options.percentage == allowed then
        p.schedule.percentage = allowed
      end
    end
    if not p.schedule.percentage then
      report(p, "percentage", ("cannot be %s; allowed: %s"):format(suggest.show(options.percentage),
        suggest.list(schema.percentages)), options.percentage, schema.percentages)
    end
  elseif p.schedule.strategy == "throttled" and options.percentage == nil then
    -- In the guide the campaign's throttle_percentage serves; whether it has one may not be known here.
    if p.dialect == "openapi" then
      report(p, "percentage", "is missing: throttled needs it; allowed: " .. suggest.list(schema.percentages), nil,
        schema.percentages)
    elseif is_known_unset(ctx.send_settings) then
      report(p, "percentage", "is missing: the campaign has no throttle_percentage either; allowed: "
        .. suggest.list(schema.percentages), nil, schema.percentages)
    end
  end
end

local function set_unit(p, options, ctx)
  if not belongs(p, options, "unit", "throttled") then
    return
  end
  local has_unit = p.dialect == "openapi" and revisions.has(ctx.revision, "capabilities", "throttle_unit")
  if options.unit ~= "hour" and options.unit ~= "minute" then
    report(p, "unit", ('cannot be %s%s; allowed: "hour" or "minute"'):format(suggest.show(options.unit),
      suggest.phrase(options.unit, { "hour", "minute" })), options.unit, { "hour", "minute" })
  elseif has_unit then
    if p.schedule.percentage then
      p.schedule.unit = options.unit
    elseif options.percentage == nil then
      report(p, "unit", "needs percentage beside it", options.unit)
    end
  elseif options.unit == "minute" then
    report(p, "unit", "cannot be minute: " .. revisions.hint(revisions.since("capabilities", "throttle_unit")),
      options.unit)
  end
end

local function set_past_timezones(p, options)
  if not belongs(p, options, "past_timezones", "local_timezone") then
    return
  end
  local allowed = { "tomorrow", "immediately" }
  if options.past_timezones == "skip" then
    report(p, "past_timezones", "cannot be skip: the campaign says that, with "
      .. "send_settings.send_passed_rltz_immediately = false", "skip", allowed)
  elseif options.past_timezones ~= "tomorrow" and options.past_timezones ~= "immediately" then
    report(p, "past_timezones", ("cannot be %s%s; allowed: %s"):format(suggest.show(options.past_timezones),
      suggest.phrase(options.past_timezones, allowed), suggest.list(allowed)), options.past_timezones, allowed)
  else
    p.schedule.past_timezones_tomorrow = options.past_timezones == "tomorrow"
  end
end

---Validates the options of schedule().
---@param options table
---@param ctx klaviyo.validate.context
---@return klaviyo.validated_schedule|nil
---@return klaviyo.problem[]|nil problems
function schedule_options.validate(options, ctx)
  if type(options) ~= "table" then
    error(("schedule: a table of options is needed, found %s"):format(suggest.show(options)), 3)
  end
  local now = ctx.now
  if now == nil then
    now = os.time()
  end
  local p = { problems = {}, schedule = {}, named = {}, dialect = ctx.dialect == "openapi" and "openapi" or "guide" }
  options = by_one_set_of_names(p, options)
  check_names(p, options, ctx.more)
  p.schedule.strategy = strategy(p, options, ctx)
  if p.schedule.strategy == "smart_send_time" then
    set_day(p, options, now, ctx.send_settings)
  elseif p.schedule.strategy or options.at ~= nil then
    set_time(p, options, now)
  end
  set_percentage(p, options, ctx)
  set_unit(p, options, ctx)
  set_past_timezones(p, options)
  if #p.problems > 0 then
    return nil, p.problems
  end
  return p.schedule
end

return schedule_options
