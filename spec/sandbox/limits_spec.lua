-- SPDX-License-Identifier: MIT
--- Rate limits: two fixed windows for each account and operation.
local socket = require "socket"
local wire = require "spec.support.wire"

describe("sandbox rate limits", function()
  local box, client

  after_each(function()
    client:close()
    box:stop()
  end)

  --- Requests until the first 429: how many passed, and that answer.
  local function exhaust(path, headers)
    for i = 1, 1000 do
      local answer = client:get(path, nil, headers)
      if answer.status == 429 then
        return i - 1, answer
      end
    end
  end

  it("are off unless asked for", function()
    box, client = wire.start()
    assert.is_nil(exhaust "/api/campaigns")
    assert.is_nil(client:get("/api/campaigns").headers["ratelimit-limit"])
  end)

  it("allow ten a second, and say when to come again", function()
    box, client = wire.start { rate_limits = true }
    local passed, answer = exhaust "/api/campaigns"
    assert.equal(10, passed)
    assert.equal("1", answer.headers["retry-after"])
    assert.is_nil(answer.headers["ratelimit-limit"])
    assert.equal("throttled", answer.json.errors[1].code)
  end)

  it("allow one count of profiles a second, and 15 a minute, beside the other reads", function()
    box, client = wire.start { rate_limits = true, rate_scale = 0.01 }
    box:list { id = "L1" }
    local stable = { revision = "2026-07-15" }
    local counting = "/api/lists/L1?additional-fields%5Blist%5D=profile_count"
    local answer = client:get(counting, nil, stable)
    assert.equal(200, answer.status)
    assert.equal("15", answer.headers["ratelimit-limit"])
    assert.equal(429, client:get(counting, nil, stable).status)
    assert.equal(200, client:get("/api/lists/L1", nil, stable).status)
    assert.equal(404, client:get("/api/segments/L1?additional-fields%5Bsegment%5D=profile_count", nil, stable).status)
  end)

  it("tell about the steady window on every other answer", function()
    box, client = wire.start { rate_limits = true }
    for i = 1, 5 do
      local answer = client:get(i == 3 and "/api/campaigns?sort=x" or "/api/campaigns")
      assert.equal("150", answer.headers["ratelimit-limit"])
      assert.equal(tostring(150 - i), answer.headers["ratelimit-remaining"])
      assert.equal("60", answer.headers["ratelimit-reset"])
      assert.is_nil(answer.headers["retry-after"])
    end
  end)

  it("count each operation and each account by itself", function()
    box, client = wire.start { rate_limits = true, rate_scale = 0.01 }
    local made = wire.create(client)
    assert.equal(10, (exhaust "/api/campaigns"))
    assert.equal(10, (exhaust "/api/campaign-messages"))
    assert.equal(10, (exhaust("/api/campaigns/" .. made.id)))
    assert.equal(429, client:get("/api/campaigns/other").status)
    assert.equal(10, (exhaust("/api/campaigns", { Authorization = "Klaviyo-API-Key pk_other" })))
    assert.equal(404, client:get("/api/nothing").status)
  end)

  it("allow three for the tags of a message in the later revisions", function()
    box, client = wire.start({ rate_limits = true, rate_scale = 0.01 }, "openapi")
    local made = wire.create(client)
    local passed = exhaust("/api/campaign-messages/" .. made.messages[1] .. "/tags")
    assert.equal(3, passed)
    passed = exhaust("/api/campaign-messages/" .. made.messages[1] .. "/relationships/tags")
    assert.equal(3, passed)
  end)

  it("can have windows as short as a test wants", function()
    box, client = wire.start { rate_limits = true, rate_scale = 60 }
    local began, passed = socket.gettime(), 0
    while passed < 150 do
      local answer = client:get "/api/campaigns"
      if answer.status == 429 then
        local wait = tonumber(answer.headers["retry-after"])
        assert.is_true(wait > 0 and wait <= 0.018, answer.headers["retry-after"])
        socket.select(nil, nil, wait)
      else
        passed = passed + 1
      end
    end
    local answer = client:get "/api/campaigns"
    if answer.status == 429 and tonumber(answer.headers["retry-after"]) > 0.018 then
      assert.is_true(tonumber(answer.headers["retry-after"]) <= 1)
    else
      assert.is_true(socket.gettime() - began > 0.15)
    end
  end)

  it("do nothing for what they refuse", function()
    box, client = wire.start { rate_limits = true, rate_scale = 0.01 }
    for _ = 1, 12 do
      client:post("/api/campaigns", wire.campaign "guide")
    end
    assert.equal(10, #client:get("/api/campaigns").json.data)
    box:reset()
    assert.equal(201, client:post("/api/campaigns", wire.campaign "guide").status)
  end)
end)
