-- SPDX-License-Identifier: MIT
--- Short descriptions of campaigns and messages, the same in every command.

local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local sms = require "klaviyo.model.sms"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local describe = {}

local clean = text.clean

-- A value, or nil if it is null, absent or an empty string.
local function known(value)
  local kind = type(value)
  if kind == "string" then
    return value ~= "" and value or nil
  end
  return (kind == "number" or kind == "boolean" or kind == "table") and value or nil
end

describe.known = known

---@class klaviyo.cli.content
---@field title? string   to tell it from the others; nil if it is the only one
---@field details table

---The content of each variation of a message.
---@param message klaviyo.message
---@return klaviyo.cli.content[]
function describe.contents(message)
  local list = {}
  for i, variation in ipairs(message.variations) do
    local name = known(variation.name) and clean(variation.name) or ("variation %d"):format(i)
    list[i] = { details = known(variation.details) or {}, title = #message.variations > 1 and name or nil }
  end
  return list
end

---The channels of a message's variations, each once: `email`, or `email, sms`.
---@param message klaviyo.message
---@return string|nil
function describe.channel(message)
  local names, seen = {}, {}
  for _, content in ipairs(describe.contents(message)) do
    local channel = known(content.details.channel)
    if channel and not seen[channel] then
      seen[channel], names[#names + 1] = true, channel
    end
  end
  return names[1] and table.concat(names, ", ") or nil
end

---The values of a function of each variation's details, each once, in one text.
---@param message klaviyo.message
---@param get fun(details: table): string|nil
---@return string|nil
function describe.each(message, get)
  local texts, seen = {}, {}
  for _, content in ipairs(describe.contents(message)) do
    local value = get(content.details)
    if value and not seen[value] then
      seen[value], texts[#texts + 1] = true, value
    end
  end
  return texts[1] and table.concat(texts, " | ") or nil
end

---How a message is tested, in words; nil if it is not.
---@param message klaviyo.message
---@return string|nil
function describe.test(message)
  local test = known(message.ab_test)
  if not test then
    return nil
  end
  local parts = { "A/B test" }
  if known(test.winner_percentage) then
    parts[#parts + 1] = ("with %s %%"):format(clean(tostring(test.winner_percentage)))
  end
  if known(test.winner_wait_hours) then
    parts[#parts + 1] = ("for %s h"):format(clean(tostring(test.winner_wait_hours)))
  end
  if known(test.winner_metric) then
    parts[#parts + 1] = "by " .. clean(test.winner_metric)
  end
  return table.concat(parts, " ")
end

-- The fields that a recipient sees first, by channel.
local FIRST = { email = { "subject" }, sms = { "body" }, push = { "title", "body" }, whatsapp = {} }

local function first_texts(details)
  local parts = {}
  for _, name in ipairs(FIRST[details.channel] or {}) do
    parts[#parts + 1] = known(details[name]) and clean(details[name])
  end
  return parts
end

---The template that stands for the content of a message, where it has no text of its own.
---@param details table
---@return string|nil id
function describe.template(details)
  return #first_texts(details) == 0 and known(details.template_id) or nil
end

---The content of a message in one line: its subject, its text, or its template.
---@param details table
---@param names? klaviyo.cli.names
---@return string|nil
function describe.content(details, names)
  local parts, template = first_texts(details), describe.template(details)
  if template then
    return "template " .. (names and names:label(template) or clean(template))
  end
  return parts[1] and table.concat(parts, ": ") or nil
end

---The characters that keep a text out of the GSM alphabet: `, because of X (U+00EA)`; an empty text if there are none.
---@param counted klaviyo.sms
---@return string
function describe.forcing(counted)
  local list = {}
  for i, one in ipairs(counted.forced_by) do
    list[i] = i > 3 and "..." or ("%s (%s)"):format(clean(one.character), one.code)
    if i > 3 then
      break
    end
  end
  return #list > 0 and (", because of " .. table.concat(list, ", ")) or ""
end

---The text of an SMS message, counted: `2 parts, GSM-7, 200 of 306 in parts of 153`. nil: it is no such text.
---@param details table
---@return string|nil
function describe.parts(details)
  if details.channel ~= "sms" or not known(details.body) then
    return nil
  end
  local counted, additions = sms.count(details.body), sms.additions(details)
  local room = counted.parts > 1 and ("%d of %d in parts of %d"):format(counted.units,
    counted.parts * counted.per_part, counted.per_part) or ("%d of %d"):format(counted.units, counted.per_part)
  return ("%s, %s, %s%s%s%s"):format(text.count(counted.parts, "part"), counted.encoding, room,
    describe.forcing(counted),
    details.body:find "{[{%%]" and ", with tags as they stand" or "",
    #additions > 0 and ", without what the service adds: " .. table.concat(additions, ", ") or "")
end

---@param name any
---@return string
function describe.name(name)
  return known(name) and clean(name) or "(no name)"
end

---Pads the names of messages to a column.
---@param messages klaviyo.message[]
---@param term klaviyo.cli.terminal
---@return fun(message: klaviyo.message): string
function describe.name_column(messages, term)
  local width = 0
  for _, message in ipairs(messages) do
    width = math.max(width, text.width(describe.name(message.name)))
  end
  width = math.min(width, 32)
  return function(message)
    return text.pad(term:cut(describe.name(message.name), width), width)
  end
end

---@class klaviyo.cli.send
---@field epoch? number
---@field date? string
---@field strategy string
---@field percentage? integer
---@field unit string
---@field past_tomorrow? boolean

---When and how a message is or was sent; nil if it has no schedule.
---@param message klaviyo.message
---@return klaviyo.cli.send|nil
function describe.send(message)
  local info = known(message.scheduling)
  if not info or not (known(info.send_time) or known(info.send_date)) then
    return nil
  end
  return { epoch = time.parse(info.send_time), date = known(info.send_date),
    strategy = known(info.strategy) or "static", percentage = known(info.throttle_percentage),
    unit = known(info.throttle_unit) or "hour", past_tomorrow = known(info.past_timezones_tomorrow) }
end

local HOW = { static = "all at once", local_timezone = "at each recipient's local time",
  smart_send_time = "at each recipient's best time" }

---How a message is sent.
---@param send klaviyo.cli.send
---@return string
function describe.how(send)
  if send.strategy == "throttled" then
    return send.percentage and ("%d %% an %s"):format(send.percentage, send.unit):gsub("an minute", "a minute")
      or "a share at a time"
  end
  return HOW[send.strategy] or clean(send.strategy)
end

---When a message is sent.
---@param send klaviyo.cli.send
---@param z klaviyo.cli.zone
---@return string
function describe.when(send, z)
  if send.epoch then
    return format_time.short(send.epoch, z)
  end
  return send.date and clean(send.date) or "?"
end

describe.ORDER = { "SENDING", "SCHEDULED", "DRAFT", "SENT", "CANCELLED" }

local RANK = {}
for rank, status in ipairs(describe.ORDER) do
  RANK[status] = rank
end

---@type table<string, boolean>
describe.STATUS = { DRAFT = true, SCHEDULED = true, SENDING = true, SENT = true, CANCELLED = true }

---The status of a message after a call that succeeded: the one that was read, unless reading it back failed and it
---still is the one before; then the one that the call leads to.
---@param message klaviyo.message
---@param before string
---@param after string
---@return string
function describe.status_after(message, before, after)
  local status = known(message.status)
  return status and status ~= before and status or after
end

---Counts messages by status.
---@param messages klaviyo.message[]
---@return table<string, integer>
function describe.statuses(messages)
  local counts = {}
  for _, message in ipairs(messages) do
    local status = known(message.status) or "UNKNOWN"
    counts[status] = (counts[status] or 0) + 1
  end
  return counts
end

---The statuses of several messages in words: `1 SCHEDULED, 2 DRAFT`; one alone without its number.
---@param messages klaviyo.message[]
---@return string
function describe.status_line(messages)
  local counts, order, parts = describe.statuses(messages), {}, {}
  for status in pairs(counts) do
    order[#order + 1] = status
  end
  table.sort(order, function(a, b)
    local x, y = RANK[a] or #describe.ORDER + 1, RANK[b] or #describe.ORDER + 1
    return x < y or x == y and a < b
  end)
  for i, status in ipairs(order) do
    local word = clean(status)
    parts[i] = counts[status] == #messages and word or ("%d %s"):format(counts[status], word)
  end
  return #parts > 0 and table.concat(parts, ", ") or "no messages"
end

---The next send of a campaign, or the last one if none is to come; nil if nothing is or was scheduled.
---@param campaign klaviyo.campaign
---@param now number
---@return klaviyo.cli.send|nil
function describe.nearest_send(campaign, now)
  local nearest
  for _, message in ipairs(campaign.messages) do
    local send = message.status ~= "CANCELLED" and describe.send(message)
    if send and send.epoch then
      local ahead, best = send.epoch >= now, nearest and nearest.epoch >= now
      local closer = nearest and math.abs(send.epoch - now) < math.abs(nearest.epoch - now)
      if not nearest or (ahead and not best) or (ahead == best and closer) then
        nearest = send
      end
    end
  end
  return nearest
end

---The zone of a campaign's send times.
---@param campaign klaviyo.campaign
---@return klaviyo.cli.zone|nil
function describe.zone(campaign)
  local settings = known(campaign.send_settings)
  local name = settings and known(settings.send_timezone)
  return name and local_time.zone(name) or nil
end

return describe
