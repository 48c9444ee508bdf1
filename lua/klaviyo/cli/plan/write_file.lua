-- SPDX-License-Identifier: MIT
--- Writes a campaign as the text of a campaign file in builder form, with the ids of its parts.

local json = require "klaviyo.model.json"
local lua_literal = require "klaviyo.cli.lua_literal"
local reference = require "klaviyo.model.reference"
local schema = require "klaviyo.model.schema"
local parts = require "klaviyo.cli.plan.parts"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local write_file = {}

local key_of, literal, quote = lua_literal.key, lua_literal.of, lua_literal.quote

-- The names of fields in the order of the schema; others come after them.
local function in_order(fields, description)
  local order, names = {}, {}
  for i, field in ipairs(description) do
    order[field[1]] = i
  end
  for name in pairs(fields) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    local x, y = order[a] or math.huge, order[b] or math.huge
    return x < y or x == y and a < b
  end)
  return names
end

local function is_set(value)
  return value ~= json.null and value ~= "" and value ~= nil
end

local function write_fields(out, indent, fields, description)
  for _, name in ipairs(in_order(fields, description)) do
    if is_set(fields[name]) then
      out[#out + 1] = ("%s%s = %s,"):format(indent, key_of(name), literal(fields[name]))
    end
  end
end

-- The channel that all variations of a message have; nil if there is no such one.
local function channel_of(message)
  local channel
  for i, variation in ipairs(message.children) do
    local own = variation.fields["details.channel"]
    if not schema.details[own] or i > 1 and own ~= channel then
      return nil
    end
    channel = own
  end
  return channel
end

-- One variation of several: its id and name, and its details, flat where they are of the message's channel.
local function variation_lines(out, variation, channel)
  local fields = parts.nest(variation.fields)
  local details = type(fields.details) == "table" and fields.details or {}
  local line = { ("id = %s,"):format(quote(variation.id)) }
  if channel then
    details.channel = nil
    write_fields(line, "", { name = fields.name }, schema.resources.variation.fields)
    write_fields(line, "", details, schema.details[channel])
  else
    fields.details = {}
    for name, value in pairs(details) do
      fields.details[name] = is_set(value) and value or nil
    end
    write_fields(line, "", fields, schema.resources.variation.fields)
  end
  line[#line] = line[#line]:gsub(",$", "")
  out[#out + 1] = ("      { %s },"):format(table.concat(line, " "))
end

-- A time as the local time of a zone, where that is exact; else with its offset.
local function time_of(epoch, zone)
  local offset = zone and time.offset(zone, epoch)
  local wall = offset and time.format(epoch + offset):match "^(.*):00Z$"
  return wall and time.resolve(wall, zone) == epoch and wall or time.format(epoch)
end

local PAST_TIMEZONES = { [true] = "tomorrow", [false] = "immediately" }

-- The `send` of a message that is scheduled; nil if it is not, or not all of it is shown.
local function send_line(message, zone)
  local info = message.status == "SCHEDULED" and message.scheduling or {}
  local epoch, strategy = time.parse(info.send_time), is_set(info.strategy) and info.strategy or "static"
  local items = {}
  local function add(name, value)
    items[#items + 1] = is_set(value) and ("%s = %s"):format(name, literal(value)) or nil
  end
  if strategy == "smart_send_time" then
    add("date", is_set(info.send_date) and info.send_date or epoch and time.format(epoch):sub(1, 10))
  else
    add("at", epoch and time_of(epoch, zone))
  end
  if #items == 0 or strategy == "throttled" and not is_set(info.throttle_percentage) then
    return nil
  end
  add("strategy", strategy ~= "static" and strategy or nil)
  add("percentage", info.throttle_percentage)
  add("unit", info.throttle_unit ~= "hour" and info.throttle_unit or nil)
  add("past_timezones", PAST_TIMEZONES[info.past_timezones_tomorrow])
  return ("    send = { %s },"):format(table.concat(items, ", "))
end

-- What a comment says of a message: its status, and its templates by name.
local function comment_of(message, titles)
  local parts_of, seen = { message.status or "" }, {}
  for _, variation in ipairs(message.children) do
    local details = parts.nest(variation.fields).details
    local id = type(details) == "table" and details.template_id or nil
    local title = type(id) == "string" and titles[id]
    if title and not seen[id] then
      seen[id], parts_of[#parts_of + 1] = true, ('template "%s"'):format(text.clean(title))
    end
  end
  return table.concat(parts_of, ", ")
end

local function message_lines(out, message, zone, titles)
  local channel = channel_of(message)
  out[#out + 1] = ("  :%s { -- %s"):format(channel or "message", comment_of(message, titles))
  out[#out + 1] = ("    id = %s,"):format(quote(message.id))
  write_fields(out, "    ", parts.nest(message.fields), schema.resources.message.fields)
  out[#out + 1] = send_line(message, zone)
  if channel and #message.children == 1 then
    local details = parts.nest(message.children[1].fields).details
    details.channel = nil
    write_fields(out, "    ", details, schema.details[channel])
  else
    out[#out + 1] = "    variations = {"
    for _, variation in ipairs(message.children) do
      variation_lines(out, variation, channel)
    end
    out[#out + 1] = "    },"
  end
  out[#out + 1] = "  }"
end

local function settings_lines(out, settings)
  local zone = settings.send_timezone
  if is_set(zone) then
    out[#out + 1] = ("  :timezone %s"):format(quote(zone))
  end
  local rest, any = {}, false
  for name, value in pairs(settings) do
    if name ~= "send_timezone" and is_set(value) then
      rest[name], any = value, true
    end
  end
  if any then
    out[#out + 1] = "  :send_settings {"
    write_fields(out, "    ", rest, {})
    out[#out + 1] = "  }"
  end
end

-- The lists and segments of an audience, by their names where these say which they are, and then with their ids in a
-- comment.
local function ids_line(name, ids, references)
  local items, commented = {}, {}
  for i, id in ipairs(type(ids) == "table" and ids or {}) do
    local kind, title = reference.of(references[id])
    items[i] = kind and ("%s %s"):format(kind, quote(title)) or literal(id)
    commented[#commented + 1] = kind and text.clean(id) or nil
  end
  return ("  %s = %s,%s"):format(name, #items == 0 and "{}" or "{ " .. table.concat(items, ", ") .. " }",
    #commented > 0 and " -- " .. table.concat(commented, ", ") or "")
end

---Writes a campaign as the text of a campaign file.
---@param campaign klaviyo.campaign  with all that is in it
---@param references? table<string, klaviyo.reference>  by the ids of lists and segments that they are written for
---@param titles? table<string, string>  the names of templates, by id
---@return string
function write_file.text(campaign, references, titles)
  local part = parts.of_campaign(campaign)
  local fields = parts.nest(part.fields)
  local out = { ("local sale = campaign %s"):format(quote(part.name or "")) }
  for _, name in ipairs { "description", "color" } do
    if is_set(fields[name]) then
      out[#out + 1] = ("  :%s %s"):format(name, quote(fields[name]))
    end
  end
  local settings = type(fields.send_settings) == "table" and fields.send_settings or {}
  local zone = is_set(settings.send_timezone) and settings.send_timezone or nil
  settings_lines(out, settings)
  for _, audience in ipairs(part.children) do
    out[#out + 1] = ""
    out[#out + 1] = ("sale:audience(%s, {"):format(quote(audience.name or ""))
    out[#out + 1] = ("  id = %s,"):format(quote(audience.id))
    for _, name in ipairs { "included", "excluded" } do
      out[#out + 1] = ids_line(name, audience.fields[name], references or {})
    end
    out[#out + 1] = "})"
    for _, message in ipairs(audience.children) do
      message_lines(out, message, zone, titles or {})
    end
  end
  out[#out + 1] = ""
  out[#out + 1] = "return sale"
  return table.concat(out, "\n") .. "\n"
end

return write_file
