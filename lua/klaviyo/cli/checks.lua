-- SPDX-License-Identifier: MIT
--- Checks a send before it is scheduled: what is missing and what looks odd.

local describe = require "klaviyo.cli.describe"
local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local sends = require "klaviyo.cli.sends"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"

local checks = {}

local known = describe.known
local EVENING, MORNING = 21, 8 -- outside of these hours messages are unwelcome, and in places unlawful
local REVERT = 300             -- a send cannot be reverted in its last seconds, so many
local FAR = 90 * 86400

---@class klaviyo.cli.finding
---@field kind "missing"|"odd"
---@field code? string   of what is missing, for --force: "no-template"
---@field about string   the message, the audience or "the send"
---@field text string

---The codes of what can be missing; --force names them.
---@type string[]
checks.codes = { "archived", "bad-address", "no-content", "no-list", "no-sender", "no-subject", "no-template",
  "no-text" }

-- Adds findings to a list. Odd things are "odd"; for missing ones the code is given.
local function finder(list)
  return function(kind, about, what, ...)
    local is_odd = kind == "odd"
    list[#list + 1] = { kind = is_odd and "odd" or "missing", code = not is_odd and kind or nil, about = about,
      text = select("#", ...) > 0 and what:format(...) or what }
  end
end

-- Whether a text is there and not blank.
local function filled(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

local function is_address(value)
  return #value <= 254 and value:find "^[^%s@<>,;]+@[^%s@<>,;]+%.[^%s@<>,;.]+$" ~= nil
end

-- The characters of the GSM alphabet (3GPP TS 23.038) beyond ASCII. A text message holds 160 of them, or 70 others.
local GSM = {}
for character in text.characters "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€" do
  GSM[character] = true
end

local function is_gsm(body)
  for character in text.characters(body) do
    if character:byte() >= 128 and not GSM[character] or character == "`" then
      return false
    end
  end
  return true
end

-- How many text messages a body takes, and its length.
local function segments(body)
  local length = text.width(body)
  local one, more = 160, 153 -- each part of a longer text loses seven characters to its header
  if not is_gsm(body) then
    one, more = 70, 67
  end
  return length <= one and 1 or math.ceil(length / more), length
end

local CHANNELS = {}

local function check_addresses(details, find)
  for _, row in ipairs { { "from_email", "no-sender", "the sender's address" }, { "reply_to_email", "bad-address",
    "the address for replies" }, { "cc_email", "bad-address", "the address of the copy" },
    { "bcc_email", "bad-address", "the address of the hidden copy" } } do
    local value = details[row[1]]
    if filled(value) and not is_address(value) then
      find(row[2], "%s is not an email address: %s", row[3], suggest.show(value))
    end
  end
end

function CHANNELS.email(details, find)
  if not filled(details.subject) then
    find("no-subject", "no subject")
  elseif text.width(details.subject) > 70 then
    find("odd", "the subject is %d characters long: phones show about 40", text.width(details.subject))
  end
  if not known(details.template_id) then
    find("no-template", "no template: there is nothing to show")
  end
  if not filled(details.from_email) then
    find("no-sender", "no sender's address")
  elseif not filled(details.from_label) then
    find("odd", "no sender's name: the bare address is shown")
  end
  check_addresses(details, find)
  if not filled(details.preview_text) then
    find("odd", "no preview text: mail programs show the beginning of the template")
  end
end

function CHANNELS.sms(details, find)
  if filled(details.body) then
    local count, length = segments(details.body)
    if count > 1 then
      find("odd", "%d characters are %d text messages for each recipient", length, count)
    end
  elseif not (known(details.template_id) or known(details.mms_static_image_asset_id)
    or known(details.mms_dynamic_image_template) or known(details.message_hierarchy)) then
    find("no-text", "no text")
  end
end

function CHANNELS.push(details, find)
  if not filled(details.title) and not filled(details.body) and details.push_type ~= "silent" then
    find("no-text", "neither title nor text")
  end
end

function CHANNELS.whatsapp(details, find)
  if not known(details.template_id) then
    find("no-template", "no template")
  end
end

local PLACEHOLDERS = { "lorem ipsum", "todo", "xxx", "insert here", "tbd" }

-- Text that looks unfinished.
local function check_words(details, find)
  for _, name in ipairs { "subject", "preview_text", "title", "body" } do
    local value = known(details[name])
    local plain = type(value) == "string" and value:lower() or ""
    for _, word in ipairs(PLACEHOLDERS) do
      if (" " .. plain:gsub("%W", " ") .. " "):find(" " .. word .. " ", 1, true) then
        find("odd", "%s says %q", name:gsub("_", " "), word)
      end
    end
    for _, pair in ipairs { { "{{", "}}" }, { "{%%", "%%}" } } do
      local _, opened = plain:gsub(pair[1], "")
      local _, closed = plain:gsub(pair[2], "")
      if opened ~= closed then
        find("odd", "%s has a tag that is not closed", name:gsub("_", " "))
      end
    end
  end
end

local function check_content(message, find)
  local name, contents = describe.name(message.name), describe.contents(message)
  if #contents == 0 then
    return find("no-content", name, "no content: it has no variation")
  elseif known(message.ab_test) and #contents == 1 then
    find("odd", name, "an A/B test of one variation: there is nothing to compare")
  end
  for _, content in ipairs(contents) do
    local title = content.title and ("%s, %s"):format(name, content.title) or name
    local function about(kind, what, ...)
      find(kind, title, what, ...)
    end
    local details = content.details
    if not known(details.channel) then
      about("no-content", "no content: the variation has no channel")
    elseif CHANNELS[details.channel] then
      CHANNELS[details.channel](details, about)
    end
    check_words(details, about)
  end
end

local OUT = { SCHEDULED = true, SENDING = true, SENT = true }

-- The lists that other audiences of the campaign were or will be sent to, each with the audience's name.
local function served(campaign, audiences)
  local seen, these = {}, {}
  for _, audience in ipairs(audiences) do
    these[audience.id or audience] = true
  end
  for _, audience in ipairs(campaign.audiences or {}) do
    local out = false
    for _, message in ipairs(audience.messages) do
      out = out or OUT[message.status]
    end
    for _, id in ipairs(out and not these[audience.id or audience] and known(audience.included) or {}) do
      seen[id] = describe.name(audience.name)
    end
  end
  return seen
end

local function check_audiences(campaign, audiences, find)
  local seen = served(campaign, audiences)
  for _, audience in ipairs(audiences) do
    local name, own = describe.name(audience.name), {}
    for _, id in ipairs(known(audience.included) or {}) do
      own[id] = true
      if seen[id] and seen[id] ~= name then
        find("odd", name, "list %s is in %s too: its people get the messages of both", text.clean(id), seen[id])
      end
      seen[id] = seen[id] or name
    end
    if not next(own) then
      find("no-list", name, "no list is included: it goes to nobody")
    end
    for _, id in ipairs(known(audience.excluded) or {}) do
      if own[id] then
        find("odd", name, "list %s is included and excluded", text.clean(id))
      end
    end
  end
end

local function is_night(epoch, z)
  local hour = local_time.wall(epoch, z).hour
  return hour < MORNING or hour >= EVENING
end

-- Zones other than the sender's where it is night at the send, each with its local time.
local function night_zones(steps, view)
  local out, seen = {}, { [view.zone.name] = true }
  for _, step in ipairs(steps) do
    for _, z in ipairs(step.zone and {} or view.zones) do
      if is_night(step.epoch, z) and not seen[z.name] then
        seen[z.name] = true
        out[#out + 1] = ("%s %s"):format(format_time.clock(step.epoch, z), sends.city(z))
      end
    end
  end
  return out
end

local function check_night(send, steps, view, find)
  if send.strategy == "local_timezone" then
    if is_night(send.epoch, view.zone) then
      find("odd", "the send", "it is %s at night for every recipient", format_time.clock(send.epoch, view.zone))
    end
    return
  elseif is_night(send.epoch, view.zone) then
    find("odd", "the send", "it is %s at night for the sender (%s)", format_time.clock(send.epoch, view.zone),
      view.zone.name)
  elseif #steps > 1 and not steps[1].zone and is_night(steps[#steps].epoch, view.zone) then
    find("odd", "the send", "the last of it goes out at %s, at night for the sender (%s)",
      format_time.clock(steps[#steps].epoch, view.zone), view.zone.name)
  end
  local asleep = night_zones(steps, view)
  if #asleep > 0 then
    find("odd", "the send", "at night for recipients where it is %s", table.concat(asleep, ", "))
  end
end

local function check_passed(send, steps, find)
  local passed = {}
  for _, step in ipairs(steps) do
    passed[#passed + 1] = step.passed and sends.city(step.zone) or nil
  end
  if #passed > 0 then
    local what = send.past_tomorrow == true and "they get it a day later"
      or send.past_tomorrow == false and "they get it at once" or "the campaign's settings say what becomes of them"
    find("odd", "the send", "the time has passed in %s: %s", table.concat(passed, ", "), what)
  end
end

local function check_time(send, steps, view, find)
  if not send.epoch then
    return
  end
  if send.epoch - view.now < REVERT then
    find("odd", "the send", "it goes out %s: too late to revert it", format_time.from_now(send.epoch, view.now))
  elseif send.epoch - view.now > FAR then
    find("odd", "the send", "it goes out %s", format_time.from_now(send.epoch, view.now))
  end
  check_night(send, steps, view, find)
  check_passed(send, steps, find)
end

---Checks audiences and messages, without a time to send them.
---@param campaign { audiences: table[] }  parts of an account or of a file
---@param audiences table[]
---@param messages table[]
---@return klaviyo.cli.finding[]
function checks.content(campaign, audiences, messages)
  local list = {}
  local find = finder(list)
  check_audiences(campaign, audiences, find)
  for _, message in ipairs(messages) do
    check_content(message, find)
  end
  return list
end

---The findings that keep a send from going out, unless --force names their codes.
---@param findings klaviyo.cli.finding[]
---@param forced table<string, boolean>
---@return klaviyo.cli.finding[]
function checks.blocking(findings, forced)
  local list = {}
  for _, finding in ipairs(findings) do
    if finding.kind == "missing" and not forced[finding.code] then
      list[#list + 1] = finding
    end
  end
  return list
end

---Runs all checks.
---@param what klaviyo.cli.preflight
---@param view klaviyo.cli.view
---@return klaviyo.cli.finding[]
function checks.all(what, view)
  local list = checks.content(what.campaign, what.audiences, what.messages)
  local find = finder(list)
  if what.campaign.archived == true then
    find("archived", "the campaign", "it is archived")
  end
  check_time(what.send, what.steps, view, find)
  return list
end

return checks
