-- SPDX-License-Identifier: MIT
--- Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.

local utf8_len = (rawget(_G, "utf8") or {}).len -- far quicker than patterns
if utf8_len and utf8_len "\237\160\128" then
  utf8_len = nil -- that of Lua 5.3 accepts surrogates
end

local utf8_text = {}

---The position of the first byte that is no UTF-8; nil if there is none.
---@param s string
---@return integer|nil
function utf8_text.first_invalid(s)
  local at, size = 1, #s
  while true do
    at = s:find("[\128-\255]", at)
    if not at then
      return nil
    end
    local lead, second = s:byte(at, at + 1)
    local length, low, high = 0, 0x80, 0xBF
    if lead >= 0xC2 and lead <= 0xDF then
      length = 1
    elseif lead >= 0xE0 and lead <= 0xEF then
      length = 2
      if lead == 0xE0 then low = 0xA0 elseif lead == 0xED then high = 0x9F end
    elseif lead >= 0xF0 and lead <= 0xF4 then
      length = 3
      if lead == 0xF0 then low = 0x90 elseif lead == 0xF4 then high = 0x8F end
    end
    if length == 0 or at + length > size or second < low or second > high
      or s:find("[^\128-\191]", at + 1) == at + 1
      or (length > 1 and not s:find("^[\128-\191]+", at + 2))
      or (length > 2 and not s:find("^[\128-\191][\128-\191]", at + 2)) then
      return at
    end
    at = at + length + 1
  end
end

---Whether a text is UTF-8.
---@param s string
---@return boolean
function utf8_text.is_valid(s)
  if utf8_len then
    return utf8_len(s) ~= nil
  end
  return not utf8_text.first_invalid(s)
end

return utf8_text
