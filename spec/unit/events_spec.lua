-- SPDX-License-Identifier: MIT
--- Observers of a client's events; spec/client/ has the events themselves.

local events = require "klaviyo.model.events"

-- What stands for a core client: it has collected these events.
local function core_with(...)
  local list = { ... }
  return { event = function()
    return table.remove(list, 1)
  end }
end

local function observe(core, call)
  local failures = {}
  events.observe(core, call, function(value, text)
    failures[#failures + 1] = { value, text }
  end)
  return failures
end

describe("events", function()
  it("reach the observer in order, collected ones and others", function()
    local seen = {}
    local core = core_with({ type = "attempt" }, { type = "response" })
    assert.is_false(events.observed(core))
    observe(core, function(event)
      seen[#seen + 1] = event.type
    end)
    assert.is_true(events.observed(core))
    events.drain(core)
    events.emit(core, { type = "dialect" })
    assert.same({ "attempt", "response", "dialect" }, seen)
  end)

  it("are dropped where nobody observes", function()
    events.emit(core_with(), { type = "dialect" })
    events.drain(core_with { type = "attempt" })
  end)

  it("keep an observer's error from the call, and report it once for as long as it stays the same", function()
    local core = core_with({ type = "a" }, { type = "b" }, { type = "c" })
    local failures = observe(core, function(event)
      error(event.type == "c" and "other" or "same", 0)
    end)
    events.drain(core)
    assert.same({ { "same", "same" }, { "other", "other" } }, failures)
  end)

  it("end quietly when the observer closes the client", function()
    local core = core_with { type = "a" }
    local count = 0
    observe(core, function()
      count = count + 1
      core.event = function() error "client is closed" end
    end)
    events.drain(core)
    assert.equal(1, count)
  end)
end)
