-- SPDX-License-Identifier: MIT
--- Checks a send before it is scheduled: what is missing and what looks odd.

local describe = require "klaviyo.cli.describe"
local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local sends = require "klaviyo.cli.sends"
local sms = require "klaviyo.model.sms"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"

local checks = {}

local known = describe.known
local EVENING, MORNING = 21, 6 -- between these hours people sleep, and in places messages are unlawful
local REVERT = 300             -- a send cannot be reverted in its last seconds, so many
local FAR = 90 * 86400

---@class klaviyo.cli.check_kind
---@field name string              for --force and --allow
---@field kind "missing"|"odd"     what is missing stops a send, unless --force names it; odd things are warnings
---@field text string              what is found

---All checks, in the order of the help.
---@type klaviyo.cli.check_kind[]
checks.list = {}
for _, row in ipairs {
  { "archived", "missing", "the campaign is archived" },
  { "bad-address", "missing", "an address for replies or copies is no email address" },
  { "no-content", "missing", "a message has no variation, or a variation no channel" },
  { "no-list", "missing", "an audience includes no list or segment" },
  { "no-sender", "missing", "an email has no sender's address" },
  { "no-subject", "missing", "an email has no subject" },
  { "no-template", "missing", "an email or WhatsApp message has no template" },
  { "no-text", "missing", "a text or push message has no text" },
  { "night", "odd", ("it is between %d:00 and %02d:00 where recipients are"):format(EVENING, MORNING) },
  { "passed", "odd", "the local time of the send has passed in some zones" },
  { "soon", "odd", "the send is too near to be reverted" },
  { "far", "odd", "the send is more than 90 days away" },
  { "same-list", "odd", "a list is in several audiences of the campaign" },
  { "same-day", "odd", "another campaign sends to a list on the same day, or has" },
  { "close-sends", "odd", "files send to a list twice within four hours" },
  { "same-time", "odd", "files send to different lists at one time" },
  { "excluded-list", "odd", "a list is both included and excluded" },
  { "not-in-file", "odd", "a message is scheduled, and campaign files have no send for it" },
  { "differs", "odd", "the account has another thing than the file, and keeps it" },
  { "not-shown", "odd", "the service does not show all of a message's schedule" },
  { "other-sender", "odd", "the sender differs from the account's default" },
  { "no-opt-out", "odd", "no way to opt out was found in a text" },
  { "no-unsubscribe", "odd", "an email's template has no unsubscribe link" },
  { "no-recipients", "odd", "by the service's estimate nobody gets it" },
  { "sms-parts", "odd", "a text takes several text messages" },
  { "long-subject", "odd", "a subject is longer than 70 characters" },
  { "no-sender-name", "odd", "an email has no sender's name" },
  { "no-preview-text", "odd", "an email has no preview text" },
  { "lone-variation", "odd", "an A/B test has one variation" },
  { "unfinished", "odd", "a text says TODO, TBD, XXX or lorem ipsum" },
  { "open-tag", "odd", "a tag is not closed" },
} do
  checks.list[#checks.list + 1] = { name = row[1], kind = row[2], text = row[3] }
end

---@class klaviyo.cli.finding
---@field kind "missing"|"odd"
---@field code string   the name of the check: "no-template"
---@field about string  the message, the audience or "the send"
---@field text string

local KIND = {}
for _, check in ipairs(checks.list) do
  KIND[check.name] = check.kind
end

---The names of the checks of a kind, in their order.
---@param kind "missing"|"odd"
---@return string[]
function checks.names(kind)
  local names = {}
  for _, check in ipairs(checks.list) do
    names[#names + 1] = check.kind == kind and check.name or nil
  end
  return names
end

---Adds findings to a list.
---@param list klaviyo.cli.finding[]
---@return fun(name: string, about: string, what: string, ...)  name: of the check; what: a format of the rest
function checks.finder(list)
  return function(name, about, what, ...)
    list[#list + 1] = { kind = KIND[name] or error("there is no check " .. name), code = name, about = about,
      text = select("#", ...) > 0 and what:format(...) or what }
  end
end

local finder = checks.finder

-- Whether a text is there and not blank.
local function filled(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

local function is_address(value)
  return #value <= 254 and value:find "^[^%s@<>,;]+@[^%s@<>,;]+%.[^%s@<>,;.]+$" ~= nil
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
    find("long-subject", "the subject is %d characters long: phones show about 40", text.width(details.subject))
  end
  if not known(details.template_id) then
    find("no-template", "no template: there is nothing to show")
  end
  if not filled(details.from_email) then
    find("no-sender", "no sender's address")
  elseif not filled(details.from_label) then
    find("no-sender-name", "no sender's name: the bare address is shown")
  end
  check_addresses(details, find)
  if not filled(details.preview_text) then
    find("no-preview-text", "no preview text: mail programs show the beginning of the template")
  end
end

function CHANNELS.sms(details, find)
  if filled(details.body) then
    local counted = sms.count(details.body)
    if counted.parts > 1 then
      find("sms-parts", "each recipient gets %d text messages, which cost as many%s", counted.parts,
        describe.forcing(counted))
    end
    if sms.opt_out(details) == "missing" then
      find("no-opt-out", "no way to opt out was found in the text, and nothing shows that the service adds it")
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
        find("unfinished", "%s says %q", name:gsub("_", " "), word)
      end
    end
    for _, pair in ipairs { { "{{", "}}" }, { "{%%", "%%}" } } do
      local _, opened = plain:gsub(pair[1], "")
      local _, closed = plain:gsub(pair[2], "")
      if opened ~= closed then
        find("open-tag", "%s has a tag that is not closed", name:gsub("_", " "))
      end
    end
  end
end

local function check_content(message, find)
  local name, contents = describe.name(message.name), describe.contents(message)
  if #contents == 0 then
    return find("no-content", name, "no content: it has no variation")
  elseif known(message.ab_test) and #contents == 1 then
    find("lone-variation", name, "an A/B test of one variation: there is nothing to compare")
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
        find("same-list", name, "list %s is in %s too: its people get the messages of both", text.clean(id), seen[id])
      end
      seen[id] = seen[id] or name
    end
    if not next(own) then
      find("no-list", name, "no list is included: it goes to nobody")
    end
    for _, id in ipairs(known(audience.excluded) or {}) do
      if own[id] then
        find("excluded-list", name, "list %s is included and excluded", text.clean(id))
      end
    end
  end
end

local function is_night(epoch, z)
  local hour = local_time.wall(epoch, z).hour
  return hour < MORNING or hour >= EVENING
end

-- Where a send reaches recipients at night, each place with the time there.
local function nights(steps, view)
  local places = {}
  for _, z in ipairs(sends.recipients(view)) do
    for i, step in ipairs(steps) do
      if is_night(step.epoch, z) then
        places[#places + 1] = ("%s%s in %s"):format(i > 1 and "from " or "", format_time.clock(step.epoch, z),
          sends.city(z))
        break
      end
    end
  end
  return places
end

-- A send by local time is at one hour everywhere; where that has passed and it goes out at once, the hour is now's.
local function local_nights(send, steps, view)
  local places = {}
  for _, step in ipairs(steps) do
    if step.passed and send.past_tomorrow == false and is_night(view.now, step.zone) then
      places[#places + 1] = ("%s in %s, where the time has passed"):format(format_time.clock(view.now, step.zone),
        sends.city(step.zone))
    end
  end
  return places
end

local function check_night(send, steps, view, find)
  local by_local_time = send.strategy == "local_timezone"
  if by_local_time and is_night(send.epoch, view.zone) then
    return find("night", "the send", "it is %s, at night, for every recipient",
      format_time.clock(send.epoch, view.zone))
  end
  local places = by_local_time and local_nights(send, steps, view) or not by_local_time and nights(steps, view) or {}
  if #places > 0 then
    find("night", "the send", "it is night (%d:00 to %02d:00) where recipients are: %s", EVENING, MORNING,
      table.concat(places, ", "))
  end
end

-- Where the local time of a send has passed: in zones, or where clocks are ahead if none are known.
local function passed_in(send, steps, view)
  local passed = {}
  for _, step in ipairs(steps) do
    passed[#passed + 1] = step.passed and sends.city(step.zone) or nil
  end
  local first = send.strategy == "local_timezone" and #steps == 0 and sends.span(send, view.zone)
  if first and first < view.now then
    passed[1] = "zones that are far ahead"
  end
  return passed
end

local function check_passed(send, steps, view, find)
  local passed = passed_in(send, steps, view)
  if #passed > 0 then
    local what = send.past_tomorrow == true and "they get it a day later"
      or send.past_tomorrow == false and "they get it at once" or "the campaign's settings say what becomes of them"
    find("passed", "the send", "the time has passed in %s: %s", table.concat(passed, ", "), what)
  end
end

local function check_time(send, steps, view, find)
  if not send.epoch then
    return
  end
  if send.epoch - view.now < REVERT then
    find("soon", "the send", "it goes out %s: too late to revert it", format_time.from_now(send.epoch, view.now))
  elseif send.epoch - view.now > FAR then
    find("far", "the send", "it goes out %s", format_time.from_now(send.epoch, view.now))
  end
  check_night(send, steps, view, find)
  check_passed(send, steps, view, find)
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

---Runs all checks that need nothing but what is given.
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

---Checks when sends go out; each finding once.
---@param list klaviyo.cli.send[]
---@param view klaviyo.cli.view
---@return klaviyo.cli.finding[]
function checks.times(list, view)
  local found, once, seen = {}, {}, {}
  for _, send in ipairs(list) do
    check_time(send, sends.steps(send, view), view, finder(found))
  end
  for _, finding in ipairs(found) do
    if not seen[finding.text] then
      seen[finding.text], once[#once + 1] = true, finding
    end
  end
  return once
end

return checks
