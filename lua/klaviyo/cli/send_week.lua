-- SPDX-License-Identifier: MIT
--- Several sends seen together, before they are scheduled: by day, hour and channel; how many messages each list gets;
--- and which come close to each other. Pure.

local calendar = require "klaviyo.cli.calendar"
local calendar_grid = require "klaviyo.cli.calendar_grid"
local format_time = require "klaviyo.cli.format_time"
local json = require "klaviyo.model.json"
local names = require "klaviyo.cli.names"
local sends = require "klaviyo.cli.sends"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local send_week = {}

local NEAR = 4 * 3600 -- two messages to the same people within this time are close

---@class klaviyo.cli.week_send : klaviyo.cli.calendar.item
---@field audience { included: any[], excluded: any[] }
---@field zone klaviyo.cli.zone
---@field at number  its time, or noon of its day: for the order alone

---A send as part of a week. Of smart send time the day alone is known.
---@param one { name: string, campaign: string, channel: string|nil, audience: table, zone: klaviyo.cli.zone }
---@param send klaviyo.cli.send
---@param status string
---@return klaviyo.cli.week_send
function send_week.item(one, send, status)
  local first, last = sends.span(send, one.zone)
  return { id = one.message and one.message.id or "", name = one.name, campaign = one.campaign,
    campaign_id = one.campaign_id, channel = one.channel, status = status, send = send, first = first, last = last,
    audience = one.audience, zone = one.zone, at = send.epoch or time.parse(tostring(send.date) .. "T12:00:00Z") or 0 }
end

-- The sends whose hour is known.
local function with_hours(items)
  local list = {}
  for _, item in ipairs(items) do
    list[#list + 1] = item.send.epoch and item or nil
  end
  return list
end

-- Drawing -------------------------------------------------------------------------------------------------------------

local function by_channel(items)
  local groups, channels = {}, {}
  for _, item in ipairs(items) do
    local channel = item.channel or "?"
    if not groups[channel] then
      groups[channel], channels[#channels + 1] = {}, channel
    end
    table.insert(groups[channel], item)
  end
  table.sort(channels)
  return groups, channels
end

local function is_empty(day)
  for hour = 0, 23 do
    if #day.hours[hour].items + #day.hours[hour].running > 0 then
      return false
    end
  end
  return true
end

local LABEL = 20 -- columns of the day and the channel

---A picture of the sends by day, channel and hour: a row for each channel of each day that has sends.
---@param items klaviyo.cli.week_send[]
---@param view { zone: klaviyo.cli.zone, now: number }
---@param term klaviyo.cli.terminal
---@return string[] lines
function send_week.draw(items, view, term)
  items = with_hours(items)
  if #items == 0 then
    return {}
  end
  local first, last = math.huge, -math.huge
  for _, item in ipairs(items) do
    first, last = math.min(first, item.first), math.max(last, item.last, item.send.epoch)
  end
  local span = { zone = view.zone, now = view.now, from = first, till = last + 1 }
  local groups, channels = by_channel(items)
  local calendars, lines = {}, { calendar_grid.head(term, LABEL) }
  for _, name in ipairs(channels) do
    calendars[name] = calendar.new(groups[name], span)
  end
  for i, day in ipairs(calendars[channels[1]].days) do
    local label = format_time.day(day.wall)
    for _, name in ipairs(channels) do
      if not is_empty(calendars[name].days[i]) then
        lines[#lines + 1] = ("%s %s"):format(text.pad(label, 10), text.pad(term:cut(name, LABEL - 12), LABEL - 12))
          .. " " .. calendar_grid.hours(term, calendars[name].days[i], nil, LABEL)
        label = ""
      end
    end
  end
  return lines
end

-- Who -----------------------------------------------------------------------------------------------------------------

---@class klaviyo.cli.week_list
---@field list string  its id
---@field items klaviyo.cli.week_send[]  in the order of their times
---@field is_less boolean  some leave others out, so that not everybody gets all of them

---What each list or segment gets, the busiest first.
---@param items klaviyo.cli.week_send[]
---@return klaviyo.cli.week_list[]
function send_week.lists(items)
  local by_id, out = {}, {}
  for _, item in ipairs(items) do
    for _, id in ipairs(item.audience.included) do
      if not by_id[id] then
        by_id[id] = { list = id, items = {}, is_less = false }
        out[#out + 1] = by_id[id]
      end
      table.insert(by_id[id].items, item)
      by_id[id].is_less = by_id[id].is_less or #item.audience.excluded > 0
    end
  end
  table.sort(out, function(a, b)
    return #a.items > #b.items or #a.items == #b.items and a.list < b.list
  end)
  for _, row in ipairs(out) do
    table.sort(row.items, function(a, b)
      return a.at < b.at or a.at == b.at and a.name < b.name
    end)
  end
  return out
end

local function short(item, zone)
  if not item.send.epoch then
    return ("%s %s, at each one's best time"):format(item.channel or "?", text.clean(tostring(item.send.date)))
  end
  return ("%s %s"):format(item.channel or "?", format_time.show(item.send.epoch, zone):gsub("%d+%-%d+%-", "", 1))
end

---@class klaviyo.cli.week_view
---@field zone klaviyo.cli.zone
---@field names? klaviyo.cli.names       to be written beside ids
---@field sizes? table<string, integer>  of lists and segments, by id

---Who gets how many messages, in lines.
---@param items klaviyo.cli.week_send[]
---@param view klaviyo.cli.week_view
---@return string[]
function send_week.who(items, view)
  local lines, shown = {}, view.names or names.none
  for _, row in ipairs(send_week.lists(items)) do
    local parts = {}
    for i, item in ipairs(row.items) do
      parts[i] = short(item, view.zone)
    end
    local size = view.sizes and view.sizes[row.list]
    lines[#lines + 1] = ("%s%s: %s%s: %s"):format(shown:label(row.list), size and (", %s"):format(text.count(size,
      "person", "people")) or "", row.is_less and "up to " or "",
      text.count(#parts, "message"), table.concat(parts, ", "))
  end
  return lines
end

-- Conflicts -----------------------------------------------------------------------------------------------------------

local function set_of(list)
  local set = {}
  for _, id in ipairs(list) do
    set[id] = true
  end
  return set
end

-- Whether one send leaves out all lists of the other.
local function leaves_out(a, b)
  local excluded = set_of(a.audience.excluded)
  for id in pairs(set_of(b.audience.included)) do
    if not excluded[id] then
      return false
    end
  end
  return true
end

local function share_a_list(a, b)
  local other = set_of(b.audience.included)
  for id in pairs(set_of(a.audience.included)) do
    if other[id] then
      return true
    end
  end
  return false
end

local function title(item)
  return ("%s / %s"):format(item.campaign, item.name)
end

-- The sends that are close to each other, in order: each group is within four hours of the one before.
local function groups_of(items)
  local groups, last = {}, nil
  for _, item in ipairs(items) do
    if not last or item.at - last >= NEAR then
      groups[#groups + 1] = {}
    end
    table.insert(groups[#groups], item)
    last = item.at
  end
  return groups
end

-- Messages in words: `Sale / A, B; Other / C`.
local function titles(group)
  local parts, campaign = {}, nil
  for _, item in ipairs(group) do
    if item.campaign == campaign then
      parts[#parts] = ("%s, %s"):format(parts[#parts], item.name)
    else
      parts[#parts + 1], campaign = title(item), item.campaign
    end
  end
  return table.concat(parts, "; ")
end

-- The lists that get several messages within hours. Lists that get the same ones are named together.
local function close_sends(items, view, found)
  local shown, by_messages = view.names or names.none, {}
  for _, row in ipairs(send_week.lists(items)) do
    for _, group in ipairs(groups_of(row.items)) do
      local key = titles(group) .. group[1].at
      if #group > 1 and not by_messages[key] then
        by_messages[key] = { group = group, lists = {} }
        table.insert(by_messages, by_messages[key])
      end
      table.insert(by_messages[key] and by_messages[key].lists or {}, row.list)
    end
  end
  for _, one in ipairs(by_messages) do
    local first, last = one.group[1].at, one.group[#one.group].at
    found[#found + 1] = { kind = "odd", code = "close-sends", about = shown:labels(one.lists),
      text = ("%s %s: %s"):format(text.count(#one.group, "message"), first == last
        and "at " .. format_time.stamp(first, view.zone) or "within " .. format_time.span(last - first),
        titles(one.group)) }
  end
end

---Sends that come close to each other, as findings of the pre-flight.
---@param items klaviyo.cli.week_send[]
---@param view klaviyo.cli.week_view
---@return klaviyo.cli.finding[]
function send_week.conflicts(items, view)
  local ordered, found = with_hours(items), {}
  close_sends(ordered, view, found)
  table.sort(ordered, function(a, b)
    return a.at < b.at or a.at == b.at and title(a) < title(b)
  end)
  for i, a in ipairs(ordered) do
    for k = i + 1, #ordered do
      local b = ordered[k]
      if a.at == b.at and not share_a_list(a, b) and not leaves_out(a, b) and not leaves_out(b, a) then
        found[#found + 1] = { kind = "odd", code = "same-time", about = titles { a, b },
          text = ("both go out at %s: whoever is in the lists of both gets them together"):format(
            format_time.stamp(a.at, view.zone)) }
      end
    end
  end
  return found
end

---The week for scripts: what each list gets.
---@param items klaviyo.cli.week_send[]
---@param sizes? table<string, integer>
---@return table
function send_week.as_json(items, sizes)
  local out = json.array()
  for i, row in ipairs(send_week.lists(items)) do
    local list = json.array()
    for n, item in ipairs(row.items) do
      list[n] = { campaign = item.campaign, message = item.name, channel = item.channel,
        send_time = item.send.epoch and time.format(item.send.epoch) or nil, send_date = item.send.date }
    end
    out[i] = { list = row.list, messages = list, less = row.is_less, size = sizes and sizes[row.list] }
  end
  return out
end

---The zone that all sends are shown in: that of most of them, and of several such the first.
---@param items { zone: klaviyo.cli.zone }[]
---@param other klaviyo.cli.zone  where there are none
---@return klaviyo.cli.zone
function send_week.zone(items, other)
  local counts, chosen = {}, other
  for _, item in ipairs(items) do
    local name = item.zone.name
    counts[name] = (counts[name] or 0) + 1
    if counts[name] > (counts[chosen.name] or 0) then
      chosen = item.zone
    end
  end
  return chosen
end

return send_week
