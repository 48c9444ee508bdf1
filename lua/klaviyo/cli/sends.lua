-- SPDX-License-Identifier: MIT
--- When recipients get a send, as far as that is known beforehand: steps over time, by strategy.

local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"

local sends = {}

---@class klaviyo.cli.step
---@field epoch number
---@field share number             percent of the recipients; 0 where it is not known
---@field zone? klaviyo.cli.zone   the zone of these recipients
---@field passed? boolean          its time has already passed

---Loads zones, and skips those that this system does not know.
---@param names string[]
---@return klaviyo.cli.zone[]
function sends.zones(names)
  local zones = {}
  for _, name in ipairs(names) do
    zones[#zones + 1] = local_time.zone(name)
  end
  return zones
end

local function throttled(send)
  local steps, left, at = {}, 100, send.epoch
  local pace = send.unit == "minute" and 60 or 3600
  while left > 0 do
    local share = math.min(send.percentage, left)
    steps[#steps + 1] = { epoch = at, share = share }
    left, at = left - share, at + pace
  end
  return steps
end

-- A step for each zone, when its clock shows the time of day that the sender's clock shows at the send time.
local function by_local_time(send, view)
  local wall = local_time.wall(send.epoch, view.zone)
  local seconds = wall.hour * 3600 + wall.min * 60 + wall.sec
  local steps = {}
  for _, z in ipairs(view.zones) do
    local epoch = local_time.at(wall.days, seconds, z)
    steps[#steps + 1] = { epoch = epoch, share = 0, zone = z, passed = epoch < view.now }
  end
  table.sort(steps, function(a, b)
    return a.epoch < b.epoch
  end)
  return steps
end

---@class klaviyo.cli.view
---@field zone klaviyo.cli.zone     the zone of the send
---@field zones klaviyo.cli.zone[]  recipients', where they were named
---@field now number
---@field glyphs table

---The zones that recipients are in, as far as that is known: theirs, or else the one that the send is in. The zone of
---this machine says nothing about them.
---@param view klaviyo.cli.view
---@return klaviyo.cli.zone[]
function sends.recipients(view)
  return #view.zones > 0 and view.zones or not view.zone.is_machine and { view.zone } or {}
end

---The steps of a send. One by local time has a step for each zone of recipients that was named.
---@param send klaviyo.cli.send
---@param view klaviyo.cli.view
---@return klaviyo.cli.step[]
function sends.steps(send, view)
  if not send.epoch then
    return {}
  elseif send.strategy == "throttled" and send.percentage then
    return throttled(send)
  elseif send.strategy == "local_timezone" then
    return by_local_time(send, view)
  end
  return { { epoch = send.epoch, share = 100 } }
end

---When the first and the last recipient get it, as far as that is known.
---@param send klaviyo.cli.send
---@param z klaviyo.cli.zone|nil  the zone of the send time; nil means UTC
---@return number|nil first epoch
---@return number|nil last epoch
function sends.span(send, z)
  if not send.epoch then
    return nil
  elseif send.strategy == "throttled" and send.percentage then
    local steps = throttled(send)
    return send.epoch, steps[#steps].epoch
  elseif send.strategy == "local_timezone" then
    local wall = send.epoch + (z or local_time.utc).offset(send.epoch)
    return wall - 14 * 3600, wall + 12 * 3600 -- the clocks of the world are between UTC+14 and UTC-12
  end
  return send.epoch, send.epoch
end

---The share of recipients that have it by now according to the schedule; nil where that is not known.
---@param send klaviyo.cli.send|nil
---@param now number
---@return number|nil  0 to 1
function sends.progress(send, now)
  if not send or not send.epoch or send.strategy ~= "throttled" or not send.percentage then
    return nil
  end
  local sent = 0
  for _, step in ipairs(throttled(send)) do
    sent = sent + (step.epoch <= now and step.share or 0)
  end
  return sent / 100
end

local function city(z)
  return (z.name:match "[^/]+$":gsub("_", " "))
end

sends.city = city

-- A bar for each step, with the share that has been sent after it.
local function draw_shares(steps, view)
  local lines, total = {}, 0
  local width = 30
  for _, step in ipairs(steps) do
    total = total + step.share
    local filled = math.floor(total / 100 * width + 0.5)
    lines[#lines + 1] = ("%s  %s  %3d %%"):format(format_time.short(step.epoch, view.zone),
      view.glyphs.full:rep(filled) .. view.glyphs.empty:rep(width - filled), total)
  end
  return lines
end

-- A line for each zone on one axis of hours.
local function draw_zones(steps, view)
  local lines = {}
  local first = steps[1].epoch
  local hours = math.floor((steps[#steps].epoch - first) / 3600)
  for _, step in ipairs(steps) do
    local hour = math.floor((step.epoch - first) / 3600)
    local axis = view.glyphs.dot:rep(hour) .. view.glyphs.full .. view.glyphs.dot:rep(hours - hour)
    local when = format_time.short(step.epoch, local_time.utc)
    lines[#lines + 1] = ("%-13s %s  %s UTC%s"):format(city(step.zone), axis, when, step.passed and "  passed" or "")
  end
  return lines
end

---A picture of a send over time.
---@param steps klaviyo.cli.step[]
---@param view klaviyo.cli.view
---@return string[] lines
function sends.draw(steps, view)
  if #steps < 2 then
    return {}
  end
  return steps[1].zone and draw_zones(steps, view) or draw_shares(steps, view)
end

return sends
