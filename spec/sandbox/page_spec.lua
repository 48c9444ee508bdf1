-- SPDX-License-Identifier: MIT
-- The page for people at "/".

local guide = require "spec.support.guide"
local layout = require "spec.support.layout"
local wire = require "spec.support.wire"

describe("the sandbox's page", function()
  local api

  setup(function()
    api = guide.start()
  end)

  teardown(function()
    api:stop()
  end)

  before_each(function()
    api:reset()
  end)

  it("is one HTML document that asks for nothing elsewhere", function()
    local answer = assert(api.http:request("GET", "/"))
    assert.equal(200, answer.status)
    assert.equal("text/html; charset=utf-8", answer.headers["content-type"])
    assert.matches("default%-src 'none'", answer.body)
    assert.is_nil(answer.body:match "https?://")
    assert.is_nil(answer.body:match "src%s*=")
  end)

  it("escapes what it shows", function()
    local body = assert(api.http:request("GET", "/")).body
    for _, way in ipairs { "innerHTML", "outerHTML", "insertAdjacentHTML", "document%.write", "eval%(" } do
      assert.is_nil(body:match(way))
    end
  end)

  it("is fed with the trees of the campaigns and the progress of their sends", function()
    api.sandbox:list { id = "LIST", size = 100 }
    local campaign, audiences, messages = api:create {
      send_settings = { send_strategy = "THROTTLED", throttle_percentage = 50 } }
    api:schedule(messages[1], { strategy = "throttled" })
    api.sandbox:set_clock "2026-06-01T14:10:00Z"
    local state = assert(api.http:request("GET", "/_sandbox/campaigns")).json
    assert.equal("2026-06-01T14:10:00.000000+00:00", state.now)
    assert.equal(campaign.id, state.campaigns[1].id)
    assert.equal(audiences[1], state.campaigns[1].audiences[1].id)
    local message = state.campaigns[1].audiences[1].messages[1]
    assert.same({ messages[1], "SENDING", 100, 50 }, { message.id, message.status, message.recipients, message.sent })
    assert.equal(2, #message.hours)
  end)

  it("shows it in a browser, names as text and not as markup #process", function()
    local browser = layout.browser()
    if not browser then
      pending "no headless Chromium here"
      return
    end
    local name = [[<img src=x onerror="document.title='broken'"> & 'quoted']]
    api.sandbox:list { id = "LIST", size = 100 }
    local _, _, messages = api:create {
      definition = { name = name }, send_settings = { send_strategy = "THROTTLED", throttle_percentage = 50 },
      messages = { guide.inline_message("email", "a", { name = name }), guide.inline_message("sms", "a") } }
    api:schedule(messages[1], { strategy = "throttled" })
    api.sandbox:set_clock "2026-06-01T14:10:00Z"
    local dom = layout.document(api.sandbox.url .. "/")
    assert.is_nil(dom:match "<img")
    assert.matches("<title>Campaigns sandbox</title>", dom)
    assert.matches("&lt;img src=x", dom)
    assert.matches("50 of 100", dom)
    assert.matches("SENDING", dom)
    assert.matches("not scheduled", dom)
    assert.matches("2026%-06%-01 14:10:00 UTC", dom)
  end)

  it("shows how an A/B test was split in a browser #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local client = wire.client(api.sandbox, "later")
    api.sandbox:list { id = "LIST_1", size = 1000 }
    local function variation(name)
      return { definition = { name = name, details = { channel = "email", subject = name } } }
    end
    local made = wire.create(client, { { name = "Test", variations = { variation "<b>One</b>", variation "Two" },
      ab_test = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 4 } } })
    assert.equal(201, wire.schedule(client, made.messages[1], { strategy = "static",
      send_time = "2026-06-01T14:00:00Z" }).status)
    api.sandbox:results { message = made.messages[1], rates = { 0.25, 0.5 } }
    api.sandbox:set_clock "2026-06-02T00:00:00Z"
    local dom = layout.document(api.sandbox.url .. "/")
    assert.matches("&lt;b&gt;One&lt;/b&gt;: 100 sent, 25.0 %%<", dom)
    assert.matches("Two: 900 sent, 50.0 %%, winner<", dom)
    assert.matches("A/B test with 200 recipients, winner at 2026%-06%-01 18:00 UTC", dom)
    client:close()
  end)

  it("fits a phone and a desk, with everything in its card #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local long = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihung"
    for number = 1, 3 do
      api.sandbox:list { id = "LIST", size = 1000000, zones = { ["Pacific/Auckland"] = 1, ["Pacific/Honolulu"] = 1 } }
      local _, _, messages = api:create {
        definition = { name = "A long name, with " .. long },
        send_settings = { send_strategy = "THROTTLED", throttle_percentage = 10 },
        messages = { guide.inline_message("email", "a", { name = long }), guide.inline_message("sms", "a") } }
      api:schedule(messages[1], { strategy = number == 1 and "throttled" or "local_timezone" })
    end
    api.sandbox:set_clock "2026-06-01T14:10:00Z"
    local document = layout.document(api.sandbox.url .. "/")
    assert.matches("1,000,000", document)
    for _, width in ipairs { 320, 390, 800, 1280 } do
      for _, scheme in ipairs { "light", "dark" } do
        assert.same({}, layout.problems(document, width, ".campaign", scheme), width .. " " .. scheme)
      end
    end
  end)
end)
