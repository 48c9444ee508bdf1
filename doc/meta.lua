-- SPDX-License-Identifier: MIT
-- lua doc/meta.lua: types for language servers of the tables that scripts write, from the descriptions that check them.

local options = require "klaviyo.model.options"
local schema = require "klaviyo.model.schema"

local meta = {}

local TYPES = { seconds = "number", count = "integer", datetime = "string", date = "string", object = "table",
  array = "table" }

local function quoted(list)
  local out = {}
  for i, item in ipairs(list) do
    out[i] = type(item) == "string" and ("%q"):format(item) or tostring(item)
  end
  return table.concat(out, "|")
end

local function type_of(entry)
  if entry.enum then
    return quoted(entry.enum) .. (entry[2] == "string|table" and "|table" or "")
  elseif entry[2] == "array" and entry.of and entry.of[2] == "string" then
    return "string[]"
  end
  return (entry[2]:gsub("%a+", TYPES))
end

local function default_of(entry)
  return entry.default ~= nil and (" (default %s)"):format(type(entry.default) == "string"
    and ("%q"):format(entry.default) or tostring(entry.default)) or ""
end

local function class(lines, name, entries, special)
  lines[#lines + 1] = "---@class " .. name
  for _, entry in ipairs(entries) do
    if not (entry.read_only == true or entry[1] == "id") then
      local kind = special and special[entry[1]] or type_of(entry)
      local words = entry.doc or entry[3] or ""
      lines[#lines + 1] = ("---@field %s? %s  %s%s"):format(entry[1], kind, words, default_of(entry))
    end
  end
  lines[#lines + 1] = ""
end

---The meta file.
---@return string
function meta.file()
  local lines = { "---@meta klaviyo.tables", "-- SPDX-License-Identifier: MIT",
    "-- Written by doc/meta.lua; `make man` renews it. Never loaded.", "" }
  class(lines, "klaviyo.options", options.client)
  local resources = schema.resources
  local settings = schema.find(resources.campaign.fields, "send_settings")
  class(lines, "klaviyo.send_settings", settings.fields)
  class(lines, "klaviyo.new_campaign", resources.campaign.fields, { send_settings = "klaviyo.send_settings",
    audiences = "klaviyo.new_audience[]", messages = "klaviyo.new_message[]" })
  class(lines, "klaviyo.new_audience", resources.audience.fields)
  lines[#lines] = "---@field messages? klaviyo.new_message[]"
  lines[#lines + 1] = ""
  local details = {}
  for i, channel in ipairs(schema.channels) do
    details[i] = "klaviyo.details." .. channel
    class(lines, details[i], schema.details[channel])
  end
  class(lines, "klaviyo.new_variation", resources.variation.fields, { details = table.concat(details, "|") })
  class(lines, "klaviyo.new_message", resources.message.fields, { variations = "klaviyo.new_variation[]" })
  class(lines, "klaviyo.schedule_options", resources.schedule.fields)
  return table.concat(lines, "\n")
end

if arg and arg[0] and arg[0]:find "meta%.lua$" then
  io.write(meta.file())
end

return meta
