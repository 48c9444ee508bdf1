-- Tests of the script: no account, no network, nothing is sent.
--
--   cd examples/testing && busted --lua=$(command -v lua5.4) reminder_spec.lua

package.path = (debug.getinfo(1, "S").source:match "^@(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local remind = require "reminder"

describe("the reminder", function()
  local sandbox, kl

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  local function tomorrow()
    return os.date("!%Y-%m-%d", os.time() + 86400) .. "T09:00:00Z"
  end

  it("reaches everybody on the list, once, at its time", function()
    sandbox:list { id = "MEMBERS", size = 250 }
    local message = assert(remind(kl, { list = "MEMBERS", at = tomorrow(), text = "See you at nine" }))
    assert.equal("SCHEDULED", message.status)
    assert.equal(0, sandbox:message(message.id).sent)
    sandbox:advance "2d"
    assert.equal(250, sandbox:message(message.id).sent)
    assert(message:refresh())
    assert.equal("SENT", message.status)
  end)

  it("is not scheduled twice when an answer is lost", function()
    sandbox:fail { path = "/api/campaign-message-schedule", cut = "before", acted = true, times = 1 }
    assert(remind(kl, { list = "MEMBERS", at = tomorrow(), text = "See you at nine" }))
    local posts, faults = 0, 0
    for _, request in ipairs(sandbox:requests()) do
      posts = posts + (request.path == "/api/campaign-message-schedule" and 1 or 0)
      faults = faults + (request.fault and 1 or 0)
    end
    assert.equal(1, posts)
    assert.equal(1, faults) -- the answer was lost indeed
  end)

  it("refuses a time that has passed, before anything is scheduled", function()
    local message, err = remind(kl, { list = "MEMBERS", at = "2020-01-01T09:00:00Z", text = "Too late" })
    assert.is_nil(message)
    assert.equal("validation", err.kind)
  end)
end)
