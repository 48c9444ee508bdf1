-- SPDX-License-Identifier: MIT
--- :KlaviyoSchedule: all drafts of a campaign, after a summary of what will be sent when.

local facts = require "klaviyo.cli.describe"
local float = require "klaviyo_nvim.float"
local moment = require "klaviyo.cli.format_time"
local names = require "klaviyo_nvim.names"
local plugin = require "klaviyo_nvim"
local problems_of = require "klaviyo.model.problems"
local time = require "klaviyo.model.time"
local validate = require "klaviyo.model.validate"

local schedule = {}

local ESTIMATE = 10 -- seconds that the estimate may take

local function ask(prompt, default)
  return plugin.await(function(done)
    vim.ui.input({ prompt = prompt, default = default }, done)
  end)
end

-- The options of the schedule, from the command or from the user; nil: the user gave none.
local function options_of(words, campaign)
  local zone = facts.zone(campaign)
  local at = words[1] or ask("Send at (ISO 8601, or local time in the campaign's zone): ",
    os.date("!%Y-%m-%dT14:00:00Z", plugin.now() + 86400))
  if not at or at == "" then
    return nil
  end
  local strategy = words[2] or (not words[1] and ask("Strategy (static, local_timezone, throttled): ", "static"))
    or "static"
  local options = { at = at, strategy = strategy }
  if strategy == "throttled" then
    options.percentage = tonumber(words[3] or ask("Percent an hour (10, 11, 13, 14, 17, 20, 25, 33 or 50): ", "25"))
  end
  if not time.parse(at) and zone then
    options.timezone = zone.name
  end
  return options
end

-- Refuses what cannot be scheduled so, before anybody is asked.
local function check(kl, campaign, options)
  local revision = kl._dispatch.revision
  local plan, problems = validate.schedule(options, { dialect = (kl._dispatch:dialect(revision)), now = plugin.now(),
    revision = revision, send_settings = facts.known(campaign.send_settings) })
  if not plan then
    error(problems_of.error(problems, "schedule"), 0)
  end
end

-- The send time in the campaign's zone.
local function moment_of(campaign, options)
  local epoch, zone = time.parse(options.at), facts.zone(campaign) or moment.utc
  if epoch then
    return ("%s %s"):format(moment.show(epoch, zone), zone.name)
  end
  return ("%s %s"):format(options.at, options.timezone or "")
end

-- Whom each audience goes to: names beside ids.
local function add_audiences(lines, campaign)
  local ids = {}
  for _, audience in ipairs(campaign.audiences) do
    vim.list_extend(ids, facts.known(audience.included) or {})
    vim.list_extend(ids, facts.known(audience.excluded) or {})
  end
  local known = names.now(ids)
  local function labels(some)
    local out = {}
    for i, id in ipairs(facts.known(some) or {}) do
      out[i] = known[id] and ("%s (%s)"):format(facts.name(known[id]), id) or id
    end
    return table.concat(out, ", ")
  end
  for _, audience in ipairs(campaign.audiences) do
    local without = labels(audience.excluded)
    lines[#lines + 1] = ("to %s%s"):format(labels(audience.included), without ~= "" and " without " .. without or "")
  end
end

-- How many will get it, by the service's estimate. Without one the summary says why.
local function estimate(campaign)
  local count, err = campaign:estimate { timeout = ESTIMATE }
  return count and ("about %d recipients in the whole campaign, by estimate"):format(count)
    or "recipients: " .. tostring(err):gsub("\n.*", "")
end

local function summary(campaign, options)
  local lines = { "Schedule " .. facts.name(campaign.name) }
  for _, message in ipairs(campaign.messages) do
    local goes = message.status == "DRAFT"
    lines[#lines + 1] = ("%s %-30s %-9s %s"):format(goes and "+" or " ", facts.name(message.name),
      facts.channel(message) or "", goes and "will be sent" or "stays " .. message.status)
  end
  lines[#lines + 1] = ""
  add_audiences(lines, campaign)
  lines[#lines + 1] = ("at %s, %s%s"):format(moment_of(campaign, options), options.strategy,
    options.percentage and (" (%d %% an hour)"):format(options.percentage) or "")
  lines[#lines + 1] = estimate(campaign)
  return lines
end

local function run(id, words, bang)
  local kl = plugin.client()
  local campaign = plugin.check(kl.campaigns:tree(id))
  local options = options_of(words, campaign)
  if not options then
    return
  end
  check(kl, campaign, options)
  local yes = bang or plugin.await(function(done)
    float.confirm(summary(campaign, options), "Real people will get it. Schedule?", done)
  end)
  if not yes then
    plugin.notify "nothing was scheduled"
    return
  end
  local scheduled = plugin.check(campaign:schedule(options))
  plugin.notify(("scheduled: %s"):format(#scheduled == 1 and "1 message" or #scheduled .. " messages"))
  require("klaviyo_nvim.campaign").refresh(id)
end

---@param given { fargs: string[], bang: boolean }  bang: without asking
function schedule.command(given)
  local id = plugin.need_here()
  if id then
    plugin.run(function()
      run(id, given.fargs, given.bang)
    end)
  end
end

return schedule
