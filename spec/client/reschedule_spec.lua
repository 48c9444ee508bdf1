-- SPDX-License-Identifier: MIT
--- Moving a scheduled message to another time, with each of its requests refused or lost: what the service has then,
--- and what is said of it.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

local OLD, NEW = support.tomorrow(14), support.tomorrow(18)
local PATCH = { method = "PATCH", path = "/api/campaign-message-schedule/*" }
local POST = { method = "POST", path = "/api/campaign-message-schedule" }

for _, dialect in ipairs { "guide", "openapi" } do
  describe("message:reschedule (" .. dialect .. ")", function()
    local sandbox, kl, message

    setup(function()
      sandbox, kl = support.start { dialect = dialect, reconcile = 0.3,
        sandbox = { dialect = dialect == "openapi" and "openapi" or nil } }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      message = assert(kl.campaigns:create(support.sale())).messages[1]
      assert(message:schedule { at = OLD })
      sandbox:clear_requests()
    end)

    -- Makes the next requests of one kind go wrong.
    local function fail(kind, fault)
      local given = { times = 1 }
      for _, fields in ipairs { kind, fault } do
        for name, value in pairs(fields) do
          given[name] = value
        end
      end
      sandbox:fail(given)
    end

    -- What the sandbox has, whatever the object says.
    local function now()
      sandbox:clear_faults()
      local other = assert(kl.messages:get(message.id))
      return other.status, other.scheduling ~= klaviyo.null and klaviyo.time.parse(other.scheduling.send_time) or nil
    end

    local function count(method)
      local writes = 0
      for _, request in ipairs(sandbox:requests()) do
        writes = writes + (request.method == method and 1 or 0)
      end
      return writes
    end

    local function assert_has(status, at)
      local real, when = now()
      assert.equal(status, real)
      assert.equal(at and klaviyo.time.parse(at), when)
    end

    local function refused(options, left_as, outcome)
      local done, err = message:reschedule(options or { at = NEW })
      assert.is_nil(done)
      assert.equal(left_as, err.left_as, err.message)
      assert.equal(outcome, err.outcome, err.message)
      return err
    end

    it("ends with the new time, by one revert and one schedule", function()
      assert.equal(message, (message:reschedule { at = NEW }))
      assert.equal("SCHEDULED", message.status)
      assert.equal(1, count "PATCH")
      assert.equal(1, count "POST")
      assert_has("SCHEDULED", NEW)
    end)

    it("does nothing where the message has that time already", function()
      assert(message:reschedule { at = OLD })
      assert.equal(0, count "PATCH" + count "POST")
      assert_has("SCHEDULED", OLD)
    end)

    it("keeps what the options do not name", function()
      assert(message:revert())
      assert(message:schedule { at = OLD, strategy = "throttled", percentage = 25 })
      local kept = dialect == "openapi" and 25 or nil -- that dialect does not show it
      if dialect == "openapi" then
        assert.matches("percentage is missing", refused({ at = NEW }, "unchanged", "none").message)
        assert_has("SCHEDULED", OLD)
      end
      assert(message:reschedule { at = NEW, percentage = kept })
      assert.equal("throttled", message.scheduling.strategy)
      if dialect == "guide" then
        assert.equal(25, message.scheduling.throttle_percentage)
        assert(message:reschedule { percentage = 50 })
        assert.equal(50, message.scheduling.throttle_percentage)
      end
      assert_has("SCHEDULED", NEW)
      assert(message:reschedule { strategy = "static" })
      assert.equal("static", message.scheduling.strategy)
      assert_has("SCHEDULED", NEW)
    end)

    it("keeps a local_timezone detail, or asks for one that is not shown", function()
      assert(message:revert())
      assert(message:schedule { at = OLD, strategy = "local_timezone", past_timezones = "tomorrow" })
      if dialect == "openapi" then
        assert.matches("past_timezones is missing", refused({ at = NEW }, "unchanged", "none").message)
        assert(message:reschedule { at = NEW, past_timezones = "tomorrow" })
      else
        assert(message:reschedule { at = NEW })
        assert.is_true(message.scheduling.past_timezones_tomorrow)
      end
      assert.equal("local_timezone", message.scheduling.strategy)
      assert_has("SCHEDULED", NEW)
    end)

    it("reads the message first: one that is no longer scheduled, or sending, is left alone", function()
      local other = assert(kl.messages:get(message.id))
      assert(other:revert())
      assert.matches("is DRAFT: only a scheduled message can be rescheduled; schedule it",
        refused(nil, "unchanged", "none").message)
      assert(other:cancel())
      assert.equal("status", refused(nil, "unchanged", "none").kind)
      assert_has "CANCELLED"
      assert(kl.messages:get(message.id)) -- the object is as it was read
      sandbox:reset()
      message = assert(kl.campaigns:create(support.sale())).messages[1]
      assert(message:schedule { at = OLD, strategy = "throttled", percentage = 10 })
      sandbox:advance(klaviyo.time.parse(OLD) - kl:now() + 60)
      sandbox:clear_requests()
      assert.matches("is SENDING", refused({ at = support.tomorrow(23), percentage = 10 }, "unchanged", "none").message)
      assert.equal(0, count "PATCH" + count "POST")
    end)

    it("validates everything before anything is changed", function()
      assert.matches("lies in the past", refused({ at = "2020-01-01T00:00:00Z" }, "unchanged", "none").message)
      assert.matches("at is missing", refused({}, "unchanged", "none").message)
      assert.equal(0, count "PATCH" + count "POST")
      assert_has("SCHEDULED", OLD)
    end)

    it("leaves everything as it is where the revert is refused", function()
      fail(PATCH, { status = 409 })
      assert.matches("nothing was changed", refused(nil, "unchanged", "none").message)
      assert.equal(0, count "POST")
      assert_has("SCHEDULED", OLD)
    end)

    it("does not schedule after a revert that was lost and did nothing", function()
      fail(PATCH, { cut = "before" })
      local err = refused(nil, "unknown", "unknown")
      assert.matches("whether it still goes out at .+ or is a draft, which will not be sent, is not", err.message)
      assert.equal(1, count "PATCH")
      assert.equal(0, count "POST")
      assert.is_string(err:token())
      assert_has("SCHEDULED", OLD)
    end)

    it("goes on after a revert whose response was lost", function()
      fail(PATCH, { cut = "before", acted = true })
      assert(message:reschedule { at = NEW })
      assert.equal(1, count "PATCH")
      assert.equal(1, count "POST")
      assert_has("SCHEDULED", NEW)
    end)

    it("goes on after a revert whose response could not be read", function()
      fail(PATCH, { cut = "after" })
      assert(message:reschedule { at = NEW })
      assert.equal(1, count "PATCH")
      assert_has("SCHEDULED", NEW)
    end)

    it("ends with the new time where the response to that was lost", function()
      for _, fault in ipairs { { cut = "before", acted = true }, { cut = "after" } } do
        fail(POST, fault)
        assert(message:reschedule { at = NEW })
        assert.equal(1, count "POST")
        assert_has("SCHEDULED", NEW)
        assert(message:reschedule { at = OLD })
        sandbox:clear_requests()
      end
    end)

    it("sets the old time again where the new one is refused", function()
      fail(POST, { status = 400 })
      local err = refused(nil, "restored", "none")
      assert.equal("bad_request", err.kind)
      assert.matches("the old time, .+, is set again", err.message)
      assert.equal(2, count "POST")
      assert.equal("SCHEDULED", message.status)
      assert_has("SCHEDULED", OLD)
    end)

    it("sets the old time again though the response to that is lost", function()
      fail(POST, { status = 400 })
      fail(POST, { cut = "before", acted = true })
      refused(nil, "restored", "none")
      assert.equal(2, count "POST")
      assert_has("SCHEDULED", OLD)
    end)

    it("does not set the old time while the new one may still come", function()
      fail(POST, { cut = "before" })
      local err = refused(nil, "unknown", "unknown")
      assert.matches("has the new time is not certain; if not, it is a draft and will not be sent", err.message)
      assert.equal(1, count "POST")
      assert_has "DRAFT"
      assert.equal("DRAFT", message.status)
    end)

    it("says that it is a draft where the old time is refused as well", function()
      fail(POST, { status = 400, times = 0 })
      local err = refused(nil, "draft", "none")
      assert.matches("could not be set again .-: it is a draft now, and will not be sent", err.message)
      assert.equal(2, count "POST")
      assert_has "DRAFT"
    end)

    it("does not set an old schedule again of which a detail is not shown", function()
      assert(message:revert())
      assert(message:schedule { at = OLD, strategy = "local_timezone", past_timezones = "tomorrow" })
      sandbox:clear_requests()
      fail(POST, { status = 400 })
      local is_hidden = dialect == "openapi"
      refused({ at = NEW, strategy = "static" }, is_hidden and "draft" or "restored", "none")
      assert.equal(is_hidden and 1 or 2, count "POST")
      if is_hidden then
        assert_has "DRAFT"
      else
        assert_has("SCHEDULED", OLD)
        assert(message:refresh())
        assert.is_true(message.scheduling.past_timezones_tomorrow)
      end
    end)

    it("says that it is not certain where it is not known whether the old time was set", function()
      fail(POST, { status = 400 })
      fail(POST, { cut = "before" })
      local err = refused(nil, "unknown", "unknown")
      assert.matches("set again is not certain, and if not, the message is a draft and will not be sent", err.message)
      assert.equal(2, count "POST")
      assert_has "DRAFT"
    end)

    it("says that it is a draft where the old time has come meanwhile", function()
      local clock = kl.now
      local later = false
      kl.now = function(...)
        return clock(...) + (later and 2 * 86400 or 0) -- at any hour past OLD, which is tomorrow's
      end
      fail(POST, { status = 400 })
      local asked = kl._dispatch.call
      kl._dispatch.call = function(self, operation, ...)
        later = later or operation == "schedule_campaign_message"
        return asked(self, operation, ...)
      end
      local ok, problem = pcall(function()
        local err = refused(nil, "draft", "none")
        assert.matches("cannot be set again .-lies in the past.-: it is a draft now, and will not be sent", err.message)
      end)
      kl.now, kl._dispatch.call = nil, nil
      assert(ok, problem)
      assert.equal(1, count "POST")
      assert_has "DRAFT"
    end)

    it("does not take the old time for restored because the service shows it", function()
      local asked, other = kl._dispatch.call, assert(kl.messages:get(message.id))
      kl._dispatch.call = function(self, operation, ...)
        if operation == "schedule_campaign_message" and other then
          local theirs = other
          other = nil
          assert(theirs:schedule { at = OLD })
        end
        return asked(self, operation, ...)
      end
      local ok, problem = pcall(function()
        local err = refused(nil, "unknown", "unknown")
        assert.matches("may be out of date, .- the message is a draft and will not be sent", err.message)
      end)
      kl._dispatch.call = nil
      assert(ok, problem)
      assert.equal(3, count "POST") -- theirs, the new time, and the old one: two were refused
      assert_has("SCHEDULED", OLD)
    end)

    it("leaves alone what somebody else made of the draft", function()
      local third = support.tomorrow(20)
      local asked, other = kl._dispatch.call, assert(kl.messages:get(message.id))
      kl._dispatch.call = function(self, operation, ...)
        if operation == "schedule_campaign_message" and other then
          local theirs = other
          other = nil
          assert(theirs:schedule { at = third })
        end
        return asked(self, operation, ...)
      end
      local ok, problem = pcall(function()
        local err = refused(nil, "other", "none")
        assert.equal("SCHEDULED", err.seen.status)
      end)
      kl._dispatch.call = nil
      assert(ok, problem)
      assert_has("SCHEDULED", third)
    end)
  end)
end

-- What message.scheduling shows can be given to schedule() as it is, where the dialect shows all of it.
describe("message:schedule takes what message.scheduling gives back", function()
  for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" } do
    it("at revision " .. revision, function()
      local sandbox, kl = support.start { revision = revision }
      local message = assert(kl.campaigns:create(support.sale())).messages[1]
      local is_guide = kl._dispatch:dialect(revision) == "guide"
      local cases = { { at = OLD }, { at = OLD, strategy = "local_timezone", past_timezones = "tomorrow" } }
      cases[#cases + 1] = is_guide and { at = OLD, strategy = "throttled", percentage = 25 }
        or { date = OLD:sub(1, 10), strategy = "smart_send_time" }
      for _, options in ipairs(cases) do
        assert(message:schedule(options))
        local shown = {}
        for name, value in pairs(message.scheduling) do
          shown[name] = value
        end
        assert(message:revert())
        assert(message:schedule(shown))
        assert.same(shown, message.scheduling)
        assert(message:revert())
      end
      kl:close()
      sandbox:stop()
    end)
  end
end)
