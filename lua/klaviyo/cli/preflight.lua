-- SPDX-License-Identifier: MIT
--- The pre-flight, shown before anything is sent: who, what, when, how, and what is missing or odd.

local allow = require "klaviyo.cli.allow"
local checks = require "klaviyo.cli.checks"
local describe = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local names = require "klaviyo.cli.names"
local sends = require "klaviyo.cli.sends"
local sms = require "klaviyo.model.sms"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local preflight = {}

local clean = text.clean
local LABEL = 9 -- columns of the labels on the left

---@class klaviyo.cli.preflight
---@field campaign klaviyo.campaign
---@field audiences klaviyo.audience[]   those of the messages
---@field messages klaviyo.message[]     the drafts, which are sent
---@field left_out klaviyo.message[]     the others, which are not
---@field send klaviyo.cli.send
---@field steps klaviyo.cli.step[]
---@field findings klaviyo.cli.finding[]  without those that are silenced
---@field silenced string[]              the names of those
---@field recipients? integer            as the service estimates them
---@field sizes table<string, integer>  of the lists and segments, by id
---@field unknown klaviyo.cli.unknown[]  what could not be read
---@field view klaviyo.cli.view

-- The audiences that a set of messages goes to.
local function audiences_of(campaign, messages)
  local wanted, list = {}, {}
  for _, message in ipairs(messages) do
    wanted[message.id] = true
  end
  for _, audience in ipairs(campaign.audiences) do
    for _, message in ipairs(audience.messages) do
      if wanted[message.id] then
        list[#list + 1] = audience
        break
      end
    end
  end
  return list
end

---The send that a validated schedule describes.
---@param plan klaviyo.validated_schedule
---@param campaign klaviyo.campaign
---@return klaviyo.cli.send
function preflight.send_of(plan, campaign)
  local settings = describe.known(campaign.send_settings) or {}
  local past = plan.past_timezones_tomorrow
  if past == nil and describe.known(settings.send_passed_rltz_immediately) then
    past = false
  end
  return { epoch = plan.epoch, date = plan.send_date, strategy = plan.strategy, unit = plan.unit or "hour",
    percentage = plan.percentage or describe.known(settings.throttle_percentage), past_tomorrow = past }
end

---Collects a pre-flight.
---@param campaign klaviyo.campaign
---@param messages klaviyo.message[]
---@param send klaviyo.cli.send
---@param view klaviyo.cli.view
---@param allowed table<string, boolean>  warnings that are silenced
---@return klaviyo.cli.preflight
function preflight.new(campaign, messages, send, view, allowed)
  local self = { campaign = campaign, messages = {}, left_out = {}, send = send, view = view, unknown = {}, sizes = {} }
  for _, message in ipairs(messages) do
    table.insert(message.status == "DRAFT" and self.messages or self.left_out, message)
  end
  self.audiences = audiences_of(campaign, self.messages)
  self.steps = sends.steps(send, view)
  self.findings, self.silenced = allow.apply(checks.all(self, view), allowed)
  return self
end

---Adds what only the service knows.
---@param self klaviyo.cli.preflight
---@param asked klaviyo.cli.account_checks
function preflight.add(self, asked)
  self.recipients, self.sizes, self.unknown = asked.recipients, asked.sizes, asked.unknown
  for _, finding in ipairs(asked.findings) do
    self.findings[#self.findings + 1] = finding
  end
  for _, name in ipairs(asked.skipped) do
    self.silenced[#self.silenced + 1] = not suggest.contains(self.silenced, name) and name or nil
  end
end

-- Writing ------------------------------------------------------------------------------------------------------------

---Writes lines with a label in front of the first.
---@param term klaviyo.cli.terminal
---@param label string
---@param lines string[]
local function section(term, label, lines)
  local word = term:style("bold", text.pad(label, LABEL))
  for _, line in ipairs(lines) do
    for _, part in ipairs(text.hang(line, term:columns() - LABEL)) do
      term:line(word, part)
      word = (" "):rep(LABEL)
    end
  end
end

preflight.section = section

local function names_of(self)
  return self.view.names or names.none
end

-- The lists of an audience, with their sizes.
local function with_sizes(self, ids)
  local out = {}
  for i, id in ipairs(describe.known(ids) or {}) do
    out[i] = names_of(self):label(id) .. (self.sizes[id] and (" with %s"):format(text.count(self.sizes[id], "person",
      "people")) or "")
  end
  return table.concat(out, ", ")
end

local function who(self)
  local lines = {}
  for _, audience in ipairs(self.audiences) do
    local included, excluded = with_sizes(self, audience.included), names_of(self):labels(audience.excluded)
    lines[#lines + 1] = ("%s: to %s%s"):format(describe.name(audience.name), included ~= "" and included or "nobody",
      excluded ~= "" and ", without " .. excluded or "")
  end
  if self.recipients then
    lines[#lines + 1] = ("about %s in the whole campaign, by estimate"):format(text.count(self.recipients, "recipient"))
  end
  return lines
end

local function sender(details)
  local address, label = describe.known(details.from_email), describe.known(details.from_label)
  if not address then
    return nil
  end
  return label and ("%s <%s>"):format(clean(label), clean(address)) or clean(address)
end

local function content_lines(lines, content, term, shown)
  local lead = (" "):rep(10)
  local words, from = describe.content(content.details, shown), sender(content.details)
  if words or content.title then
    lines[#lines + 1] = lead .. (content.title and content.title .. ": " or "") .. (words or "nothing to show")
  end
  if describe.known(content.details.preview_text) then
    lines[#lines + 1] = lead .. term:style("dim", clean(content.details.preview_text))
  end
  if from then
    lines[#lines + 1] = lead .. "from " .. from
  end
  local parts = describe.parts(content.details)
  if parts then
    lines[#lines + 1] = lead .. term:style("dim", parts)
  end
end

local function what(self, term)
  local lines = {}
  for _, message in ipairs(self.messages) do
    lines[#lines + 1] = ("%s  %s"):format(text.pad(clean(describe.channel(message) or "?"), 8),
      term:style("bold", describe.name(message.name)))
    local test = describe.test(message)
    if test then
      lines[#lines + 1] = (" "):rep(10) .. test
    end
    for _, content in ipairs(describe.contents(message)) do
      content_lines(lines, content, term, names_of(self))
    end
  end
  if #self.left_out > 0 then
    local count = text.count(#self.left_out, "message")
    lines[#lines + 1] = term:style("dim", "left out, being no draft: " .. count)
  end
  return lines
end

-- The send time on the clocks of other zones.
local function elsewhere(self, columns)
  local parts = {}
  for _, z in ipairs(self.view.zones) do
    if z.name ~= self.view.zone.name then
      parts[#parts + 1] = ("%s %s"):format(format_time.clock(self.send.epoch, z), sends.city(z))
    end
  end
  return text.wrap_items(parts, columns)
end

local function when(self, term)
  local send, view = self.send, self.view
  if not send.epoch then
    return { ("on %s"):format(clean(send.date)) }
  end
  local lines = { ("%s %s"):format(term:style("bold", format_time.show(send.epoch, view.zone)), clean(view.zone.name)),
    ("%s UTC, %s"):format(format_time.short(send.epoch, local_time.utc), format_time.from_now(send.epoch, view.now)) }
  if send.strategy == "local_timezone" then
    lines[#lines + 1] = ("each recipient at %s by their own clock"):format(format_time.clock(send.epoch, view.zone))
  else
    for _, line in ipairs(elsewhere(self, term:columns() - LABEL)) do
      lines[#lines + 1] = term:style("dim", line)
    end
  end
  return lines
end

local function how(self)
  local lines = { describe.how(self.send) }
  if #self.steps > 1 and not self.steps[1].zone then
    lines[1] = ("%s, over %s; times in %s"):format(lines[1],
      format_time.span(self.steps[#self.steps].epoch - self.steps[1].epoch), clean(self.view.zone.name))
  end
  local first, last = sends.span(self.send, self.view.zone)
  if self.send.strategy == "local_timezone" and #self.steps == 0 and first then
    lines[2] = ("the first in UTC+14, %s UTC; the last in UTC-12, %s UTC"):format(
      format_time.short(first, local_time.utc), format_time.short(last, local_time.utc))
  end
  for _, line in ipairs(sends.draw(self.steps, self.view)) do
    lines[#lines + 1] = line
  end
  return lines
end

local LABELS = { { "missing", "Missing", "bad", "cross" }, { "odd", "Odd", "odd", "warn" } }

---Writes findings by kind.
---@param findings klaviyo.cli.finding[]
---@param term klaviyo.cli.terminal
function preflight.write_findings(findings, term)
  for _, row in ipairs(LABELS) do
    local lines = {}
    for _, finding in ipairs(findings) do
      if finding.kind == row[1] then
        local remedy = allow.remedy(finding)
        local words = text.wrap(("%s: %s%s"):format(finding.about, finding.text,
          remedy and (" (%s)"):format(remedy) or ""), term:columns() - LABEL - 3)
        for i, line in ipairs(words) do
          lines[#lines + 1] = (i == 1 and term:style(row[3], term.glyphs[row[4]]) .. " " or "  ") .. line
        end
      end
    end
    section(term, row[2], lines)
  end
end

---Writes which warnings were silenced.
---@param silenced string[]
---@param term klaviyo.cli.terminal
function preflight.write_silenced(silenced, term)
  if #silenced > 0 then
    section(term, "Allowed", { term:style("dim", table.concat(silenced, ", ")) })
  end
end

---Writes what could not be read.
---@param unknown klaviyo.cli.unknown[]
---@param term klaviyo.cli.terminal
function preflight.write_unknown(unknown, term)
  local lines = {}
  for i, one in ipairs(unknown) do
    lines[i] = term:style("dim", ("%s: %s"):format(one.about, one.reason))
  end
  section(term, "Unknown", lines)
end

---Writes the pre-flight for a person.
---@param self klaviyo.cli.preflight
---@param term klaviyo.cli.terminal
---@param account string  its title
function preflight.write(self, term, account)
  section(term, "Account", { term:style("bold", clean(account)) })
  term:line(term:style("title", describe.name(self.campaign.name)), "  ", term:style("dim", clean(self.campaign.id)))
  section(term, "Who", who(self))
  section(term, "What", what(self, term))
  section(term, "When", when(self, term))
  section(term, "How", how(self))
  preflight.write_findings(self.findings, term)
  preflight.write_silenced(self.silenced, term)
  preflight.write_unknown(self.unknown, term)
end

---Findings for scripts.
---@param findings klaviyo.cli.finding[]
---@return table
function preflight.findings_as_json(findings)
  local list = json.array()
  for i, finding in ipairs(findings) do
    list[i] = { kind = finding.kind, code = finding.code, about = finding.about, text = finding.text,
      silence = allow.remedy(finding) }
  end
  return list
end

local function as_sms(details)
  if details.channel ~= "sms" or not describe.known(details.body) then
    return nil
  end
  local counted = sms.count(details.body)
  return { encoding = counted.encoding, units = counted.units, parts = counted.parts }
end

-- The lists and segments that are included, each once.
local function lists_as_json(self)
  local list, seen = json.array(), {}
  for _, audience in ipairs(self.audiences) do
    for _, id in ipairs(describe.known(audience.included) or {}) do
      if not seen[id] then
        seen[id] = true
        list[#list + 1] = { id = id, name = names_of(self):name(id), kind = names_of(self):kind(id),
          size = self.sizes[id] }
      end
    end
  end
  return list
end

---The pre-flight for scripts.
---@param self klaviyo.cli.preflight
---@param account table  klaviyo.cli.context:account_as_json()
---@return table
function preflight.as_json(self, account)
  local messages, audiences = json.array(), json.array()
  for i, message in ipairs(self.messages) do
    messages[i] = { id = message.id, name = message.name, channel = describe.channel(message),
      content = describe.each(message, describe.content), variations = json.array() }
    for n, content in ipairs(describe.contents(message)) do
      messages[i].variations[n] = { name = describe.known(message.variations[n].name) or nil,
        channel = content.details.channel, content = describe.content(content.details),
        sms = as_sms(content.details) }
    end
  end
  for i, audience in ipairs(self.audiences) do
    audiences[i] = { id = audience.id, name = audience.name,
      included = json.array(describe.known(audience.included) or {}),
      excluded = json.array(describe.known(audience.excluded) or {}) }
  end
  return { account = account, campaign = { id = self.campaign.id, name = self.campaign.name }, messages = messages,
    findings = preflight.findings_as_json(self.findings), allowed = json.array(self.silenced),
    recipients = self.recipients, lists = lists_as_json(self), not_known = json.array(self.unknown),
    audiences = audiences,
    strategy = self.send.strategy, percentage = self.send.percentage,
    send_time = self.send.epoch and time.format(self.send.epoch) or nil, send_date = self.send.date }
end

return preflight
