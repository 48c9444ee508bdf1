-- SPDX-License-Identifier: MIT
--- Checks of the pre-flight that ask the service: how many recipients there are and how large the lists, whether the
--- senders are the account's, whether templates have unsubscribe links, which other campaigns send to these lists on
--- the same day, or have sent. What cannot be read is reported as not known, and never stops a send.

local cache = require "klaviyo.cli.cache"
local checks = require "klaviyo.cli.checks"
local core = require "klaviyo.core"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local filter = require "klaviyo.model.filter"
local local_time = require "klaviyo.cli.local_time"
local names = require "klaviyo.cli.names"
local sends = require "klaviyo.cli.sends"
local sizes = require "klaviyo.cli.sizes"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local account_checks = {}

local known = describe.known

local PATIENCE = 20  -- seconds for one question
local COUNTING = 30  -- seconds for an estimate; the rest is for the sizes of lists
local ALL = 40       -- seconds for all of them
local KEPT = 3600    -- seconds that the account's default sender is kept, and that an estimate may be old
local TEMPLATES = 10 -- templates that are read
local CAMPAIGNS = 20 -- other campaigns of the day that are read

---@class klaviyo.cli.unknown
---@field about string  what is not known
---@field reason string

---@class klaviyo.cli.account_checks
---@field recipients? integer
---@field sizes table<string, integer>  of lists and segments, by id
---@field findings klaviyo.cli.finding[]
---@field skipped string[]  checks that were left out, as their warnings are silenced
---@field unknown klaviyo.cli.unknown[]

---@class klaviyo.cli.account_checks.run
---@field ctx klaviyo.cli.context
---@field flight klaviyo.cli.preflight
---@field deadline number
---@field find fun(name: string, about: string, what: string, ...)
---@field unknown klaviyo.cli.unknown[]

-- What is left of the time, as options of a call; nil if nothing is.
local function patience(run, most)
  local left = run.deadline - core.now()
  return left > 1 and { timeout = math.min(most or PATIENCE, left) } or nil
end

-- Tells that something is not known, and why.
local function give_up(run, about, err)
  local reason = type(err) == "string" and err or failure.reason(err)
  run.unknown[#run.unknown + 1] = { about = about, reason = text.clean(reason) }
end

local NO_TIME = ("the answers before it took %d s"):format(ALL)

-- Calls a function with options of a call, if there is time. most: seconds for it.
local function ask(run, about, fn, most)
  local options = patience(run, most)
  if not options then
    return give_up(run, about, NO_TIME)
  end
  local value, err = fn(options)
  if value == nil then
    give_up(run, about, err)
  end
  return value
end

-- Recipients ---------------------------------------------------------------------------------------------------------

-- A campaign with the lists that it goes to now: an estimate of others is none of it.
local function key_of(flight)
  local ids = {}
  for _, audience in ipairs(flight.campaign.audiences) do
    for _, field in ipairs { "included", "excluded" } do
      ids[#ids + 1] = field .. " " .. table.concat(known(audience[field]) or {}, " ")
    end
  end
  table.sort(ids)
  return files.digest(flight.campaign.id .. "\n" .. table.concat(ids, "\n"))
end

-- The estimates that were started and not awaited to their end: when, by key.
local function started(ctx)
  local kept, now, list = cache.read(ctx, "estimates"), os.time(), {}
  for key, at in pairs(type(kept) == "table" and kept or {}) do
    list[key] = type(at) == "number" and at <= now and now - at < KEPT and at or nil
  end
  return list
end

-- Asks for an estimate. One that took too long before is read, and not started again: it would take as long.
local function count_recipients(run, options)
  local campaign, ctx, key = run.flight.campaign, run.ctx, key_of(run.flight)
  local began = started(ctx)
  options.start = began[key] == nil
  local number, err = campaign:estimate(options)
  if err and not options.start and (err.kind == "not_found" or err.kind == "status") then
    options.start, options.timeout, began[key] = true, (patience(run, COUNTING) or options).timeout, nil
    number, err = campaign:estimate(options)
  end
  local what = err and err.kind == "timeout" and err.message:match "could not be estimated: (.*)$"
  began[key] = what and (began[key] or os.time()) or nil
  if what or next(began) or not options.start then
    cache.write(ctx, "estimates", began)
  end
  return number, what and what .. "; the same command waits for it again" or err
end

local function estimate(run, allowed, skipped)
  local count = ask(run, "how many recipients the campaign has", function(options)
    return count_recipients(run, options)
  end, COUNTING)
  if count == 0 and allowed["no-recipients"] then
    table.insert(skipped, "no-recipients")
  elseif count == 0 then
    run.find("no-recipients", "the send", "by the service's estimate nobody gets it")
  end
  return count
end

-- Senders ------------------------------------------------------------------------------------------------------------

-- Contents of a channel, each with a title.
local function contents_of(flight, channel)
  local list = {}
  for _, message in ipairs(flight.messages) do
    for _, content in ipairs(describe.contents(message)) do
      if content.details.channel == channel then
        local name = describe.name(message.name)
        list[#list + 1] = { title = content.title and ("%s, %s"):format(name, content.title) or name,
          details = content.details }
      end
    end
  end
  return list
end

-- The account's default sender, which is kept for an hour.
local function default_sender(run)
  local kept, age = cache.read(run.ctx, "account")
  if type(kept) == "table" and type(kept.sender) == "string" and age < KEPT then
    return kept.sender
  end
  local account = ask(run, "whether the senders are the account's default", function(options)
    return run.ctx:client():account(options)
  end)
  local contact = account and known(account.contact_information)
  local sender = contact and known(contact.default_sender_email)
  if sender then
    cache.write(run.ctx, "account", { sender = sender })
  end
  return sender
end

local function check_senders(run)
  local emails = contents_of(run.flight, "email")
  local default = #emails > 0 and default_sender(run)
  for _, email in ipairs(default and emails or {}) do
    local own = known(email.details.from_email)
    if own and own:lower() ~= default:lower() then
      run.find("other-sender", email.title, "the sender differs from the account's default: %s, not %s",
        text.clean(own), text.clean(default))
    end
  end
end

-- Unsubscribe links of emails -----------------------------------------------------------------------------------------

-- Where a template has none of these, the service adds a link of its own below the email (its help, article
-- 115006054267): it is how the email looks that suffers, so this is a warning of its own, apart from texts.
local WORDS = { "unsubscribe", "opt%-?%s?out", "manage_preferences" }

local function says_how(html)
  local lower = html:lower()
  for _, word in ipairs(WORDS) do
    if lower:find(word) then
      return true
    end
  end
  return false
end

local function check_template(run, id, title)
  local about = ("whether template %s has an unsubscribe link"):format(text.clean(id))
  local template = ask(run, about, function(options)
    return run.ctx:client().templates:get(id, options)
  end)
  local html = template and known(template.html)
  if template and not html then
    give_up(run, about, "the service shows no HTML of it")
  elseif html and not says_how(html) then
    run.find("no-unsubscribe", title, "%s has no unsubscribe link: the service adds its own below the email",
      known(template.name) and ('the template "%s"'):format(text.clean(template.name)) or "template " .. text.clean(id))
  end
end

local function check_templates(run)
  local seen, count = {}, 0
  for _, email in ipairs(contents_of(run.flight, "email")) do
    local id = known(email.details.template_id)
    if id and not seen[id] then
      seen[id], count = true, count + 1
      if count > TEMPLATES then
        return give_up(run, "whether the other templates have an unsubscribe link", ("more than %d of them"):format(
          TEMPLATES))
      end
      check_template(run, id, email.title)
    end
  end
end

-- Other campaigns of the day -----------------------------------------------------------------------------------------

-- The first and last day of a send on a zone's calendar; nil if it is not known.
local function days_of(send, zone)
  if send.epoch then
    local first, last = sends.span(send, zone)
    if send.strategy == "local_timezone" then
      first, last = send.epoch, send.epoch -- it is one day, wherever they are
    end
    return local_time.wall(first, zone).days, local_time.wall(last, zone).days
  end
  local day = send.date and time.date(send.date)
  return day, day
end

-- The first day of what is sent, on its zone's calendar; nil if no day is known.
local function first_day(flight)
  local first
  for _, own in ipairs(flight.sends or { flight.send }) do
    local day = days_of(own, flight.view.zone)
    first = day and math.min(day, first or day) or first
  end
  return first
end

-- Which messages of a status may share a day with the send; nil if none can. What was sent on its first day or later
-- has been updated since that day began.
local function narrow(run, status)
  local by_status, zone = filter.equals("status", status), run.flight.view.zone
  if status ~= "SENT" then
    return by_status
  end
  local day = first_day(run.flight)
  return day and filter.all(by_status, filter.since("updated_at", local_time.at(day, 0, zone))) or nil
end

-- All messages of a status that may share a day with the send, with their campaigns; nil and the error.
local function messages_of(run, status)
  local options, wanted = patience(run), narrow(run, status)
  if not wanted then
    return {}
  elseif not options then
    return nil, NO_TIME
  end
  options.filter, options.include, options.page_size = wanted, { "campaign" }, 100
  local list = {}
  local page, err = run.ctx:client().messages:list(options)
  while page do
    for _, message in ipairs(page.data) do
      list[#list + 1] = message
    end
    page, err = page:next()
    run.ctx.progress:set(#list)
  end
  return not err and list or nil, err
end

-- Whether two sends share a day.
local function share_a_day(a, b, zone)
  local first, last = days_of(a, zone)
  local begins, ends = days_of(b, zone)
  return first ~= nil and begins ~= nil and begins <= last and ends >= first
end

-- Whether a campaign is this one, or one that is sent together with it.
local function is_own(flight, id)
  for _, other in ipairs(flight.peers or {}) do
    if other.campaign.id == id then
      return true
    end
  end
  return id == flight.campaign.id
end

-- Messages of other campaigns that go out on the same days, by the id of their campaign.
local function same_day(run, messages, found, order)
  local flight = run.flight
  for _, message in ipairs(messages) do
    local campaign, send = message.campaign, describe.send(message)
    if campaign and send and not is_own(flight, campaign.id) then
      local is_near = false
      for _, own in ipairs(flight.sends or { flight.send }) do
        is_near = is_near or share_a_day(own, send, flight.view.zone)
      end
      if is_near then
        if not found[campaign.id] then
          found[campaign.id], order[#order + 1] = {}, campaign.id
        end
        found[campaign.id][message.id] = send
      end
    end
  end
end

-- The lists of what is sent, each with the name of its audience and its sends.
local function own_lists(flight)
  local lists = {}
  for i, audience in ipairs(flight.audiences) do
    for _, id in ipairs(known(audience.included) or {}) do
      lists[id] = lists[id] or { name = describe.name(audience.name), sends = {} }
      table.insert(lists[id].sends, flight.sends and flight.sends[i] or flight.send)
    end
  end
  return lists
end

-- Whether a list gets something on the day of a send.
local function is_on_its_day(list, send, zone)
  for _, own in ipairs(list and list.sends or {}) do
    if share_a_day(own, send, zone) then
      return true
    end
  end
  return false
end

-- Finds the lists that a campaign's messages of the day share with this send.
local function compare(run, tree, on_the_day, lists)
  local zone, shown = run.flight.view.zone, run.flight.view.names or names.none
  for _, audience in ipairs(tree.audiences) do
    for _, message in ipairs(audience.messages) do
      local send = on_the_day[message.id]
      for _, id in ipairs(send and known(audience.included) or {}) do
        if is_on_its_day(lists[id], send, zone) then
          run.find("same-day", lists[id].name, "list %s %s %s / %s on the same day: %s %s", shown:label(id),
            message.status == "SENT" and "got" or "gets", describe.name(tree.name), describe.name(message.name),
            describe.when(send, zone), text.clean(zone.name))
        end
      end
    end
  end
end

local function check_day(run)
  local about, found, order = "which other campaigns send to these lists on the same day", {}, {}
  for _, status in ipairs { "SCHEDULED", "SENDING", "SENT" } do
    local messages, err = messages_of(run, status)
    if not messages then
      return give_up(run, about, err)
    end
    same_day(run, messages, found, order)
  end
  local lists = own_lists(run.flight)
  for i, id in ipairs(order) do
    if i > CAMPAIGNS then
      return give_up(run, about, ("%d more campaigns of the day were not read"):format(#order - CAMPAIGNS))
    end
    local tree = ask(run, about, function(options)
      return run.ctx:client().campaigns:tree(id, options)
    end)
    if not tree then
      return
    end
    compare(run, tree, found[id], lists)
  end
end

-- Sizes of lists ------------------------------------------------------------------------------------------------------

-- The lists that the send goes to, by kind, and those whose kind is not known.
local function by_kind(flight)
  local shown, kinds, unknown, seen = flight.view.names or names.none, { list = {}, segment = {} }, {}, {}
  for _, audience in ipairs(flight.audiences) do
    for _, id in ipairs(known(audience.included) or {}) do
      if not seen[id] then
        seen[id] = true
        table.insert(kinds[shown:kind(id)] or unknown, id)
      end
    end
  end
  return kinds, unknown
end

local function read_sizes(run)
  local kinds, unknown = by_kind(run.flight)
  local all = {}
  for _, kind in ipairs { "list", "segment" } do
    run.ctx.progress:begin("Reading sizes")
    local some, problem = sizes.some(run.ctx, kind, kinds[kind], function()
      local options = patience(run)
      return options and options.timeout
    end)
    for id, size in pairs(some) do
      all[id] = size
    end
    if problem then
      give_up(run, ("the sizes of all %ss"):format(kind), problem)
    end
  end
  if #unknown > 0 then
    give_up(run, "the size of " .. text.clean(table.concat(unknown, ", ")), "no list or segment of this id was read")
  end
  return all
end

local STEPS = { { "other-sender", check_senders }, { "no-unsubscribe", check_templates }, { "same-day", check_day } }

---Asks the service. Checks whose warnings are silenced are left out. A flight of several sends has `sends`, one for
---each of its audiences, and `peers`, the campaigns that are sent together with it.
---@param ctx klaviyo.cli.context
---@param flight klaviyo.cli.preflight
---@param allowed table<string, boolean>
---@return klaviyo.cli.account_checks
function account_checks.read(ctx, flight, allowed)
  local result = { findings = {}, unknown = {}, skipped = {} }
  local run = { ctx = ctx, flight = flight, deadline = core.now() + ALL, unknown = result.unknown,
    find = checks.finder(result.findings) }
  for _, step in ipairs(STEPS) do
    if allowed[step[1]] then
      table.insert(result.skipped, step[1])
    else
      ctx.progress:begin "Checking with the service"
      step[2](run)
    end
  end
  ctx.progress:begin "Estimating the recipients"
  result.recipients = estimate(run, allowed, result.skipped)
  result.sizes = read_sizes(run)
  ctx.progress:finish()
  return result
end

return account_checks
