-- SPDX-License-Identifier: MIT
--- klaviyo request.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo request #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("makes any call", function()
    assert(kl.campaigns:create(support.sale()))
    local answer, result = user:json "request get /api/campaigns -q 'page[size]=1'"
    assert.equal(0, result.code)
    assert.equal("campaign", answer.data[1].type)
    assert.equal(4, user:run("request GET /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV").code)
    assert.matches("^200\n", user:run("request GET /api/campaigns -i").out)
  end)

  it("prints numbers and the order of names as they came", function()
    local port = process.port()
    local body = '{"b":12345678901234567890,"a":1.50}'
    local server = process.start((os.getenv "KLAVIYO_LUA" or "lua5.4") .. " -e " .. process.quote(([[
      local server = assert(require("socket").bind("127.0.0.1", %d))
      while true do
        local client = server:accept()
        repeat local line = client:receive() until not line or line == ""
        client:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
          .. "Connection: close\r\n\r\n" .. %q)
        client:close()
      end]]):format(port, #body, body)), user:path "server")
    local env = { KLAVIYO_CONFIG = user:path "none", KLAVIYO_API_KEY = "pk_x",
      KLAVIYO_BASE_URL = "http://127.0.0.1:" .. port }
    local result
    process.wait_for("an answer", function()
      result = user:run("request GET /api/lists --call-timeout 1", { env = env })
      return result.code == 0
    end)
    server:stop()
    assert.equal('{\n  "b": 12345678901234567890,\n  "a": 1.50\n}\n', result.out)
  end)

  it("asks before all that is no reading, for it may send", function()
    for _, call in ipairs { "POST /api/campaign-message-schedule -d '{}'", "POST /api/campaign-message%2Dschedule",
      "DELETE /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV", "patch /api/campaigns/X -d '{}'", "PUT /api/x" } do
      local result = user:run("request " .. call)
      assert.equal(9, result.code, call)
      assert.matches("Nothing was sent: there is no terminal to ask on", result.err)
    end
    assert.same({}, support.seen(sandbox))
    local screen = user:terminal "request DELETE /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV"
    screen:wait("may change the account, or send to real people. Do it? [y/N]"):type "y\n"
    assert.equal(4, screen:finish().code)
    assert.equal(6, user:run("request POST /api/campaign-message-schedule -d '{}' --yes").code)
  end)

  it("refuses what is no request", function()
    assert.equal(2, user:run("request FETCH /api/campaigns").code)
    assert.equal(2, user:run("request GET /api/campaigns -q novalue").code)
    assert.equal(2, user:run("request GET /api/campaigns -H 'Authorization: x'").code)
    assert.equal(3, user:run("request POST /api/campaigns -y -d '{'").code)
  end)
end)
