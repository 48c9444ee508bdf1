-- SPDX-License-Identifier: MIT
--- Text messages as a network counts them: seven bits a character in the GSM alphabet (3GPP TS 23.038), sixteen
--- (UCS-2) as soon as one character is not in it, and in parts where it is longer than one.

local opt_out = require "klaviyo.model.opt_out"

local sms = {}

-- One UTF-8 character: its first byte and the continuation bytes.
local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"

-- The basic table, which takes one septet each; the extension table, whose characters take two.
local BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
  .. "abcdefghijklmnopqrstuvwxyzäöñüà"
local EXTENSION = "\f^{}\\[~]|€"

local SEPTETS = {}
for character in BASIC:gmatch(CHARACTER) do
  SEPTETS[character] = 1
end
for character in EXTENSION:gmatch(CHARACTER) do
  SEPTETS[character] = 2
end

-- The units that fit into one message alone, and into each part of several: their headers take the rest.
local ROOM = { ["GSM-7"] = { 160, 153 }, ["UCS-2"] = { 70, 67 } }

---@class klaviyo.sms.forcing
---@field character string  one that the GSM alphabet has not
---@field code string       its code point: "U+2019"
---@field count integer     how often it is there

---@class klaviyo.sms
---@field encoding "GSM-7"|"UCS-2"
---@field characters integer
---@field units integer      septets, or units of UCS-2: an emoji takes two of them
---@field parts integer      the text messages that each recipient gets; 0 for an empty text
---@field per_part integer   the units that each part can hold
---@field left integer       the units that are left in the last part
---@field forced_by klaviyo.sms.forcing[]  the characters without which it would be GSM-7, in the order of the text

local function code_point(character)
  local lead = character:byte()
  local code = lead < 0x80 and lead or lead % 2 ^ (7 - #character)
  for i = 2, #character do
    code = code * 64 + character:byte(i) % 64
  end
  return code
end

-- Splits a text into characters with their code points, and lists those that are not in the GSM alphabet.
local function read(text)
  local list, forcing, seen = {}, {}, {}
  for character in text:gmatch(CHARACTER) do
    list[#list + 1] = character
    if seen[character] then
      seen[character].count = seen[character].count + 1
    elseif not SEPTETS[character] then
      seen[character] = { character = character, code = ("U+%04X"):format(code_point(character)), count = 1 }
      forcing[#forcing + 1] = seen[character]
    end
  end
  return list, forcing
end

local function units_of(character, encoding)
  if encoding == "GSM-7" then
    return SEPTETS[character]
  end
  return code_point(character) >= 0x10000 and 2 or 1
end

---Counts a text. A part does not end within a character that takes two units.
---@param text string
---@return klaviyo.sms
function sms.count(text)
  local characters, forcing = read(text)
  local encoding = #forcing == 0 and "GSM-7" or "UCS-2"
  local one, several = ROOM[encoding][1], ROOM[encoding][2]
  local total, parts, used = 0, #characters > 0 and 1 or 0, 0
  for _, character in ipairs(characters) do
    local units = units_of(character, encoding)
    if used + units > several then
      parts, used = parts + 1, 0
    end
    used, total = used + units, total + units
  end
  local per_part = several
  if total <= one then
    parts, used, per_part = math.min(parts, 1), total, one
  end
  return { encoding = encoding, characters = #characters, units = total, parts = parts, per_part = per_part,
    left = per_part - used, forced_by = forcing }
end

---Whether a text message says how to opt out: the service adds it (`add_opt_out_language`), the text has it, or neither
---of them as far as its words tell.
---@param details table  of a variation
---@return "added"|"in_text"|"missing"
function sms.opt_out(details)
  if details.add_opt_out_language == true then
    return "added"
  end
  return type(details.body) == "string" and opt_out.is_in(details.body) and "in_text" or "missing"
end

-- What the service adds to a text, in the order in which it asks for it; how long that is, no response says.
local ADDITIONS = { "add_org_prefix", "add_info_link", "add_opt_out_language", "shorten_links" }

---The settings by which the service changes the text, and with it the length, after it was counted here.
---@param details table
---@return string[]
function sms.additions(details)
  local names = {}
  for _, name in ipairs(ADDITIONS) do
    names[#names + 1] = details[name] == true and name or nil
  end
  return names
end

return sms
