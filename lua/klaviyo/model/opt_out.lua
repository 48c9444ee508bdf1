-- SPDX-License-Identifier: MIT
--- Whether a text message says how to opt out, as far as words tell: "Reply STOP to end", "STOP2END", "STOP au 36111".
--- Finding nothing proves nothing: a text may say it in words that are not known here.

local opt_out = {}

local function set(words)
  local found = {}
  for word in words:gmatch "%S+" do
    found[word] = true
  end
  return found
end

-- What recipients send, and what tells them to send it, in English, German, French, Spanish, Italian and Dutch.
local KEYWORD = set "stop stopp stopall unsubscribe unsub optout end quit cancel arret arrêt baja alto uit"
local SEND = set [[reply text txt send sms respond answer antworte antworten antwort sende senden schreibe répondez
  repondez réponds reponds envoyez envoie responde responda envía envia envíe envie rispondi invia antwoord stuur]]
-- "stop to end": what follows the keyword and "to".
local GOAL = set "end quit cancel opt optout unsub unsubscribe stop leave exit remove"
-- "STOP au 36111", "STOP zum Abmelden"; in capitals alone, since "stop for a coffee" is none.
local AFTER = set "to 2 4 = au pour zum um für para per voor om"
-- Parts of words that speak of nothing else.
local WORDS = { "opt out", "optout", "unsubscribe", "abmelde", "abbestell", "désabonn", "désinscri", "darse de baja",
  "darte de baja", "disiscri", "afmeld", "uitschrijv" }

local REACH = 5 -- words from "reply" to a keyword in capitals: "Reply HELP for help or STOP"

-- The words of a text; what ends a sentence is ".", and "=" or ":" is "=".
local function words_of(text)
  text = text:gsub("\194\160", " "):gsub("\226\128[\144\145]", "-") -- no-break space, hyphens
  text = text:gsub("\226\128[\152-\159]", " "):gsub("\194[\171\187]", " ") -- quotation marks
  text = text:gsub("[.!?\r\n]", " . "):gsub("[=:]", " = "):gsub("[,;()%[%]\"'<>/*]", " ")
  text = text:gsub("(%a)([24])(%a)", "%1 %2 %3") -- STOP2END
  local list = {}
  for word in text:gmatch "%S+" do
    list[#list + 1] = word
  end
  return list
end

-- Whether a few words before one of them, in the same sentence, it says to send something.
local function is_to_be_sent(list, at, reach)
  for i = at - 1, math.max(1, at - reach), -1 do
    if list[i] == "." then
      return false
    elseif SEND[list[i]:lower()] then
      return true
    end
  end
  return false
end

local function is_instruction(list, at)
  local word, following, then_word = list[at], list[at + 1] or "", list[at + 2] or ""
  local lower, is_capital = word:lower(), word == word:upper()
  local is_stop = lower == "stop" or lower == "stopp" or lower == "stopall"
  if not KEYWORD[lower] or (list[at - 1] or ""):lower() == "non" then
    return false
  elseif is_to_be_sent(list, at, is_capital and REACH or 1) then
    return true
  end
  return is_stop and ((following == "to" or following == "2" or following == "4") and GOAL[then_word:lower()]
    or is_capital and AFTER[following:lower()]) or false
end

---@param text string
---@return boolean
function opt_out.is_in(text)
  local plain = text:lower():gsub("[%s%-]+", " ")
  for _, words in ipairs(WORDS) do
    if plain:find(words, 1, true) then
      return true
    end
  end
  local list = words_of(text)
  for at = 1, #list do
    if is_instruction(list, at) then
      return true
    end
  end
  return false
end

return opt_out
