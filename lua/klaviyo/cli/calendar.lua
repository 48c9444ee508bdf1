-- SPDX-License-Identifier: MIT
--- The sends of an account by day and hour.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local filter = require "klaviyo.model.filter"
local local_time = require "klaviyo.cli.local_time"
local sends = require "klaviyo.cli.sends"
local time = require "klaviyo.model.time"

local calendar = {}

---@class klaviyo.cli.calendar
---@field zone klaviyo.cli.zone
---@field now number
---@field from number
---@field till number
---@field days klaviyo.cli.calendar.day[]
---@field items klaviyo.cli.calendar.item[]  in the order of their send times

---@class klaviyo.cli.calendar.item
---@field id string
---@field name string
---@field campaign string
---@field campaign_id string|nil
---@field channel string|nil
---@field status string  PLANNED: in a file, and not scheduled
---@field send klaviyo.cli.send
---@field first number  when the first recipient gets it
---@field last number   when the last one does
---@field delivered? klaviyo.cli.delivery  of one that is sending, or was cancelled while it was

---@class klaviyo.cli.calendar.day
---@field wall klaviyo.cli.wall
---@field today boolean
---@field hours klaviyo.cli.calendar.hour[]  0 to 23

---@class klaviyo.cli.calendar.hour
---@field items klaviyo.cli.calendar.item[]    sends that begin in this hour
---@field running klaviyo.cli.calendar.item[]  sends that began earlier and continue in it

local STATUSES = { "SCHEDULED", "SENDING", "SENT", "CANCELLED" }

-- A message as an item; nil if it is not sent. A cancelled one counts if a part of it was.
local function item_of(ctx, message)
  local send = describe.send(message)
  local zone = message.campaign and describe.zone(message.campaign)
  local delivered = delivery.of(ctx, message, zone)
  if not send or not send.epoch or message.status == "CANCELLED" and not delivered then
    return nil
  end
  local campaign = message.campaign
  local first, last = sends.span(send, zone)
  if message.status == "CANCELLED" then
    last = math.max(first, math.min(last, time.parse(message.updated_at) or last))
  end
  return { id = message.id, name = describe.name(message.name), status = message.status, send = send,
    campaign = campaign and describe.name(campaign.name) or "", campaign_id = campaign and campaign.id,
    channel = describe.channel(message), first = first, last = last, delivered = delivered }
end

local function in_order(items)
  table.sort(items, function(a, b)
    return a.send.epoch < b.send.epoch or a.send.epoch == b.send.epoch and a.id .. a.name < b.id .. b.name
  end)
  return items
end

---Reads the sends between two instants.
---@param ctx klaviyo.cli.context
---@param from number
---@param till number
---@return klaviyo.cli.calendar.item[]
function calendar.read(ctx, from, till)
  local items, kl = {}, ctx:client()
  ctx.progress:begin "Reading messages"
  for _, status in ipairs(STATUSES) do
    local narrow = filter.equals("status", status)
    if status == "SENT" or status == "CANCELLED" then -- sent since then, it was also updated since then
      narrow = filter.all(narrow, filter.since("updated_at", from))
    end
    for message in kl.messages:each { filter = narrow, include = { "campaign", "variations" },
      page_size = 100 } do
      local item = item_of(ctx, message)
      if item and item.first < till and item.last >= from then
        items[#items + 1] = item
        ctx.progress:set(#items)
      end
    end
  end
  ctx.progress:finish()
  return in_order(items)
end

---Adds sends that are only planned to those of the account.
---@param items klaviyo.cli.calendar.item[]
---@param planned klaviyo.cli.calendar.item[]
---@param from number
---@param till number
---@return klaviyo.cli.calendar.item[] items
function calendar.merge(items, planned, from, till)
  for _, item in ipairs(planned) do
    items[#items + 1] = item.first < till and item.last >= from and item or nil
  end
  return in_order(items)
end

local function empty_days(from, till, z, today)
  local days, by_number = {}, {}
  local first = local_time.wall(from, z).days
  for number = first, local_time.wall(till - 1, z).days do
    local day = { wall = local_time.wall(local_time.at(number, 43200, z), z), today = number == today, hours = {} }
    for hour = 0, 23 do
      day.hours[hour] = { items = {}, running = {} }
    end
    days[#days + 1] = day
    by_number[number] = day
  end
  return days, by_number
end

local function hour_at(by_number, epoch, z)
  local wall = local_time.wall(epoch, z)
  local day = by_number[wall.days]
  return day and day.hours[wall.hour]
end

local HALF_HOUR = 1800 -- some clocks change by it, so that steps of an hour could leave one out

-- Notes a send in the hours that it goes on in, once in each, also in one that the clocks show twice.
local function add_running(by_number, item, first, view)
  local from, last = math.max(item.first, view.from), math.min(item.last, view.till)
  local seen = first and { [first] = true } or {}
  for epoch = from, from <= last and last + HALF_HOUR - 1 or last, HALF_HOUR do
    local hour = hour_at(by_number, math.min(epoch, last), view.zone)
    if hour and not seen[hour] then
      seen[hour] = true
      table.insert(hour.running, item)
    end
  end
end

---Sorts sends into days and hours.
---@param items klaviyo.cli.calendar.item[]
---@param view { zone: klaviyo.cli.zone, now: number, from: number, till: number }
---@return klaviyo.cli.calendar
function calendar.new(items, view)
  local days, by_number = empty_days(view.from, view.till, view.zone, local_time.wall(view.now, view.zone).days)
  for _, item in ipairs(items) do
    local first = hour_at(by_number, item.send.epoch, view.zone)
    if first then
      table.insert(first.items, item)
    end
    add_running(by_number, item, first, view)
  end
  return { zone = view.zone, now = view.now, from = view.from, till = view.till, days = days, items = items }
end

---How a send is made, and for one that was stopped, what went out.
---@param item klaviyo.cli.calendar.item
---@return string
function calendar.how(item)
  return describe.how(item.send) .. (item.status == "CANCELLED" and ": " .. delivery.text(item.delivered) or "")
end

---The status to show for several sends: the most urgent one.
---@param items klaviyo.cli.calendar.item[]
---@return string|nil
function calendar.status(items)
  for _, status in ipairs { "SENDING", "SCHEDULED", "PLANNED", "CANCELLED", "SENT" } do
    for _, item in ipairs(items) do
      if item.status == status then
        return status
      end
    end
  end
end

return calendar
