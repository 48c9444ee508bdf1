-- SPDX-License-Identifier: MIT
--- A believable shop for the sandbox: lists and segments with sizes, templates with variables, tags, campaigns of the
--- last weeks with results, an A/B test that has a winner, one that is being sent, one that is scheduled, and drafts.
--- The same every time, but for the days, which are counted back from the sandbox's present.

local klaviyo = require "klaviyo"
local time = require "klaviyo.model.time"

local shop = {}

local DAY, HOUR = 86400, 3600
local ZONE = "America/New_York"
local REVISION = "2026-10-15" -- the first that has A/B tests

local PEOPLE = { ["America/New_York"] = 5, ["America/Chicago"] = 3, ["America/Los_Angeles"] = 2 }

local UNSUBSCRIBE = [[ | <a href="{% unsubscribe_link %}">Unsubscribe</a>]]

-- Control requests, in their order: where, and what.
local BASICS = {
  { "account", { organization = "Northwind Outfitters", sender_name = "Northwind Outfitters",
    sender_email = "hello@northwind.example", website = "https://northwind.example", timezone = ZONE,
    currency = "USD" } },
  { "lists", { id = "NWSLTR", name = "Newsletter", size = 24310, zones = PEOPLE, consented = 0.97 } },
  { "lists", { id = "VIPCUS", name = "VIP customers", size = 1840, zones = PEOPLE } },
  { "lists", { id = "SMSSUB", name = "SMS subscribers", size = 6215, zones = PEOPLE, consented = 0.99 } },
  { "lists", { id = "STAFF1", name = "Staff, for tests", size = 14 } },
  { "segments", { id = "ENG90D", name = "Engaged 90 days", size = 9870, zones = PEOPLE, is_starred = true } },
  { "segments", { id = "LAPS90", name = "Lapsed 90 days", size = 7455, zones = PEOPLE } },
  { "segments", { id = "BOOTS1", name = "Bought winter boots", size = 1265, zones = PEOPLE } },
  { "segments", { id = "APPUSR", name = "App users", size = 3120, zones = PEOPLE } },
  { "templates", { id = "TWEEKL", name = "Weekly letter", html = [[
<h1>{{ headline|default:"New this week" }}</h1>
<p>Hi {{ person.first_name|default:"there" }},</p>
<p>{{ intro|default:"these arrived since Monday." }}</p>
<p><a href="https://northwind.example/new">See what is new</a></p>
<p><small>{{ organization.name|default:"Northwind Outfitters" }}]] .. UNSUBSCRIBE .. "</small></p>" } },
  { "templates", { id = "TSALE1", name = "Sale", html = [[
<h1>{{ percent|default:"20" }} % off</h1>
<p>Hi {{ person.first_name|default:"there" }}, the sale is on until {{ ends|default:"Sunday" }}.</p>
<p><a href="https://northwind.example/sale">Shop the sale</a></p>
<p><small>Northwind Outfitters]] .. UNSUBSCRIBE .. "</small></p>" } },
  { "templates", { id = "TWELCM", name = "Welcome back", editor_type = "SYSTEM_DRAGGABLE", html = [[
<h1>We kept your size, {{ person.first_name|default:"friend" }}</h1>
<p><a href="https://northwind.example/back">Have a look</a></p>
<p><small>Northwind Outfitters]] .. UNSUBSCRIBE .. "</small></p>" } },
  { "metrics", { id = "PLORDR", name = "Placed Order", integration = "Shopify", category = "eCommerce" } },
  { "metrics", { id = "STCHCK", name = "Started Checkout", integration = "Shopify", category = "eCommerce" } },
  { "metrics", { id = "VWPROD", name = "Viewed Product", integration = "API", category = "API" } },
  { "tags", { id = "TAGNWS", name = "newsletter" } },
  { "tags", { id = "TAGSAL", name = "sale" } },
  { "tags", { id = "TAGTST", name = "a/b test" } },
}

local function mail(subject, template, preview)
  return { channel = "email", subject = subject, preview_text = preview, template_id = template,
    from_email = "hello@northwind.example", from_label = "Northwind Outfitters" }
end

local function sms(body)
  return { channel = "sms", body = body, add_opt_out_language = true }
end

-- A message with one variation.
local function message(name, details)
  return { name = name, variations = { { name = name, details = details } } }
end

local TEST = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 4 }

-- Campaigns: how many days before the present they are sent; whom; what; and what comes of it. Those without `days` are
-- drafts, a negative one is still to come.
local CAMPAIGNS = {
  { name = "Weekly letter: rain jackets", days = 41, lists = { "NWSLTR" }, tag = "TAGNWS",
    messages = { message("Letter", mail("New rain jackets are in", "TWEEKL")) },
    results = { open_rate = 0.381, click_rate = 0.029, conversion_rate = 0.0041, order_value = 74 } },
  { name = "Summer sale", days = 34, lists = { "ENG90D", "VIPCUS" }, tag = "TAGSAL",
    messages = { message("Sale mail", mail("Summer sale: up to 40 % off", "TSALE1", "Until Sunday")),
      message("Sale text", sms "Northwind: the summer sale is on, up to 40 % off: https://northwind.example/s") },
    results = { click_rate = 0.071, conversion_rate = 0.0158, order_value = 88 } },
  { name = "Weekly letter: trail shoes", days = 27, lists = { "NWSLTR" }, tag = "TAGNWS",
    messages = { message("Letter", mail("Trail shoes, tested by us", "TWEEKL")) },
    results = { open_rate = 0.402, click_rate = 0.034, conversion_rate = 0.0049, order_value = 81 } },
  { name = "Win back: we kept your size", days = 20, lists = { "LAPS90" },
    messages = { message("Win back", mail("We kept your size", "TWELCM")) },
    results = { open_rate = 0.187, click_rate = 0.011, unsubscribe_rate = 0.0084, conversion_rate = 0.0011,
      order_value = 59 } },
  { name = "Free shipping: which subject line?", days = 13, lists = { "NWSLTR" }, tag = "TAGTST",
    messages = { { name = "Free shipping", ab_test = TEST, variations = {
      { name = "Plain", details = mail("Free shipping this weekend", "TSALE1") },
      { name = "With a deadline", details = mail("Only until Sunday: free shipping", "TSALE1") } } } },
    variations = { { open_rate = 0.342, click_rate = 0.024, conversion_rate = 0.0043 },
      { open_rate = 0.417, click_rate = 0.033, conversion_rate = 0.0058 } } },
  { name = "Boot care for new owners", days = 9, lists = { "BOOTS1" },
    messages = { { name = "Boot care", ab_test = { winner_metric = "unique-clicks", winner_percentage = 100,
      winner_wait_hours = 4 }, variations = {
        { name = "Photo first", details = mail("Make them last", "TWEEKL") },
        { name = "Text first", details = mail("Three minutes for your boots", "TWEEKL") } } } },
    variations = { { open_rate = 0.513, click_rate = 0.0080 }, { open_rate = 0.508, click_rate = 0.0096 } } },
  { name = "Weekly letter: wool", days = 6, lists = { "NWSLTR" }, tag = "TAGNWS",
    messages = { message("Letter", mail("Wool, and why it does not itch", "TWEEKL")) },
    results = { open_rate = 0.394, click_rate = 0.031, conversion_rate = 0.0046, order_value = 96 } },
  { name = "App: early access", days = 2, lists = { "APPUSR" }, tag = "TAGSAL",
    messages = { message("Early access", { channel = "push", title = "Early access",
      body = "The winter range, for you first" }) },
    results = { open_rate = 0.062, click_rate = 0.028, conversion_rate = 0.007, order_value = 112 } },
  { name = "Winter range", hours = 3, lists = { "NWSLTR" }, tag = "TAGSAL", throttled = 20,
    messages = { message("Winter mail", mail("The winter range is here", "TWEEKL")) },
    results = { open_rate = 0.41, click_rate = 0.037, conversion_rate = 0.0062, order_value = 109 } },
  { name = "Weekly letter: gloves", days = -2, lists = { "NWSLTR" }, tag = "TAGNWS",
    messages = { message("Letter", mail("Gloves that work with screens", "TWEEKL")) } },
  { name = "Holiday gift guide", lists = { "ENG90D", "VIPCUS" },
    messages = { message("Gift guide", mail("The gift guide, {{ person.first_name|default:'for you' }}", "TWEEKL")),
      message("Gift text", sms "Northwind: the gift guide is here: https://northwind.example/g") } },
  { name = "Stock clearance (idea)", lists = { "LAPS90" }, messages = { message("Clearance", mail("", nil)) } },
}

-- When a campaign is sent: at ten in the morning in New York, or some hours ago.
local function time_of(plan, now)
  if plan.hours then
    return now - plan.hours * HOUR
  end
  local day = time.format(now - plan.days * DAY):sub(1, 10)
  return (time.resolve(day .. "T10:00:00", ZONE)) or now - plan.days * DAY
end

local function model_of(plan)
  local messages = {}
  for i, one in ipairs(plan.messages) do
    messages[i] = one
  end
  return { name = plan.name, builder = "wizard", send_settings = { send_timezone = ZONE },
    audiences = { { name = "Everybody", included = plan.lists, messages = messages } } }
end

local function seed_results(control, campaign, plan)
  if plan.results then
    plan.results.campaign = campaign.id
    control("results", plan.results)
    plan.results.campaign = nil
  end
  for i, rates in ipairs(plan.variations or {}) do
    local variation = campaign.messages[1].variations[i]
    control("results", { variation = variation.id, open_rate = rates.open_rate, click_rate = rates.click_rate,
      conversion_rate = rates.conversion_rate })
  end
end

local function seed_campaign(kl, control, plan, now)
  local at = (plan.days or plan.hours) and time_of(plan, now)
  local present = at and at <= now
  control("clock", { set = time.format(present and at - 2 * HOUR or now) })
  local campaign = assert(kl.campaigns:create(model_of(plan)))
  if plan.tag then
    assert(kl.tags:attach(plan.tag, campaign))
  end
  seed_results(control, campaign, plan)
  if at then
    assert(campaign:schedule(plan.throttled and { at = time.format(at), strategy = "throttled",
      percentage = plan.throttled } or { at = time.format(at) }))
  end
end

---Fills an empty sandbox with the shop. The clock stands while it is filled, and runs on from the present.
---@param url string
---@param key string
---@param now number  the sandbox's present
---@param control fun(endpoint: string, body: table)  raises what goes wrong
---@param tick? fun(done: integer)
---@return { campaigns: integer, lists: integer, segments: integer, templates: integer }
function shop.seed(url, key, now, control, tick)
  control("clock", { set = time.format(now - 60 * DAY), rate = 0 })
  local counts = { campaigns = 0, lists = 0, segments = 0, templates = 0 }
  for _, step in ipairs(BASICS) do
    control(step[1], step[2])
    counts[step[1]] = counts[step[1]] and counts[step[1]] + 1
  end
  local kl = klaviyo.client { base_url = url, api_key = key, revision = REVISION, limits = false }
  local ok, problem = pcall(function()
    for i, plan in ipairs(CAMPAIGNS) do
      seed_campaign(kl, control, plan, now)
      counts.campaigns = i
      if tick then
        tick(i)
      end
    end
  end)
  kl:close()
  control("clock", { set = time.format(now), rate = 1 })
  return ok and counts or error(problem, 0)
end

return shop
