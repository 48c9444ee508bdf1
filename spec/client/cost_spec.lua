-- SPDX-License-Identifier: MIT
--- What calls cost in instructions of Lua's, which are the same on every machine and at every load. A bound is what was
--- measured and a twentieth more: who comes above it finds out why, and lowers the cost or raises the bound.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

if _VERSION ~= "Lua 5.4" then
  return -- other versions have other instructions, and LuaJIT compiles them
end

local TIMES = 10

-- Instructions of one run, as a mean of some: the first ones load what they need.
local function instructions(run)
  for _ = 1, 3 do
    run()
  end
  local count, hook, mask, every = 0, debug.gethook()
  debug.sethook(function()
    count = count + 1
  end, "", 1)
  for _ = 1, TIMES do
    run()
  end
  debug.sethook(hook, mask, every)
  return count / TIMES
end

local function email(name)
  return { channel = "email", name = name, subject = "L’été commence 🎉", from_email = "hello@example.com",
    from_label = "Café Zoë" }
end

local function sms(name)
  return { channel = "sms", name = name, body = "Ça commence 😎" }
end

describe("the instructions of", function()
  local sandbox, kl
  setup(function()
    sandbox = support.start()
    kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_spec", limits = false }
  end)
  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  local function at_most(bound, run)
    local count = instructions(run)
    assert.is_true(count <= bound, ("%.0f instructions, of %d"):format(count, bound))
  end

  it("a GET by id", function()
    local id = assert(kl.campaigns:create(support.sale())).id
    at_most(570, function()
      return #assert(kl.campaigns:get(id)).name
    end)
  end)

  it("a creation that is read back, and a walk through its tree", function()
    at_most(15700, function()
      local campaign = assert(kl.campaigns:create {
        name = "Soldes d’été 2026 ☀️", description = "Promotion d’été, tous les canaux",
        send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC" },
        audiences = {
          { included = { "LIST_1" }, messages = { email "E-mail privilégiés", sms "SMS privilégiés" } },
          { included = { "LIST_2" }, excluded = { "LIST_1" }, messages = { email "E-mail à tous", sms "SMS à tous" } },
        },
      })
      for _, audience in ipairs(campaign.audiences) do
        for _, message in ipairs(audience.messages) do
          assert.is_truthy(message.variations[1].channel)
        end
      end
    end)
  end)

  it("an object of a list of a hundred", function()
    for i = 1, 120 do
      assert(kl.campaigns:create { name = "C" .. i, audiences = { { included = { "LIST_1" } } } }, { validate = false })
    end
    at_most(2350, function()
      local count = 0
      for campaign in kl.campaigns:each { page_size = 100, limit = 100 } do
        count = count + #campaign.name
      end
      assert.is_true(count >= 100)
    end)
  end)
end)
