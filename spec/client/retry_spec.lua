-- SPDX-License-Identifier: MIT
--- Repeats: what is repeated, when, how often, until when. The decision itself is tested on a virtual clock in
--- spec/c/core/retry.c; here is what it does on the wire.
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local script = require "spec.support.script"

-- Runs fn(kl, server, events) beside a server that gives one answer after the other, the last one for ever. An answer
-- is bytes; or a function of the request; or false to close.
local function with_answers(answers, options, fn)
  local server = script.server { answer = function(request, c)
    local answer = answers[math.min(#c.server.requests, #answers)]
    if type(answer) == "function" then
      return answer(request, c)
    end
    return answer or nil
  end }
  local events = {}
  local given = { base_url = server.url, limits = false, timeout = 20, on_event = function(event)
    events[#events + 1] = event
  end }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  given.api_key = not given.access_token and "pk_x" or nil
  script.run(server, function()
    local kl = klaviyo.client(given)
    fn(kl, server, events)
    kl:close()
  end)
end

local function delays(events)
  local list = {}
  for _, event in ipairs(events) do
    if event.type == "retry" then
      list[#list + 1] = event.delay
    end
  end
  return list
end

local OK = script.answer(200, '{"data":[]}')

local function status(code, headers)
  return script.answer(code, '{"errors":[{"detail":"no"}]}', headers)
end

describe("the event of a response", function()
  local function outcomes(answers, method)
    local list = {}
    with_answers(answers, { max_attempts = 2 }, function(kl, _, events)
      kl:request { method = method, path = "/x" }
      for _, event in ipairs(events) do
        list[#list + 1] = event.type == "response" and event.outcome or nil
      end
    end)
    return table.concat(list, " ")
  end

  it("says what the attempts so far may have changed", function()
    assert.equal("none", outcomes({ OK }, "GET"))
    assert.equal("happened", outcomes({ OK }, "POST"))
    assert.equal("happened", outcomes({ script.answer(200, "{") }, "POST"))
    assert.equal("none", outcomes({ status(409) }, "POST"))
    assert.equal("unknown", outcomes({ script.answer(409, "no") }, "POST"))
    assert.equal("unknown", outcomes({ script.answer(429, "no") }, "POST"))
    assert.equal("unknown unknown", outcomes({ status(503), status(409) }, "PATCH"))
    assert.equal("unknown happened", outcomes({ false, OK }, "PATCH"))
  end)
end)

describe("a repeat", function()
  it("is made for what passes by itself, and for reads and idempotent writes alone", function()
    for _, code in ipairs { 502, 503, 504, 520, 521, 522, 523, 524 } do
      for _, method in ipairs(code == 503 and { "GET", "PATCH", "DELETE", "PUT", "HEAD" } or { "GET" }) do
        with_answers({ status(code), OK }, nil, function(kl, server)
          assert.equal(200, assert(kl:request { method = method, path = "/x" }).status)
          assert.equal(2, #server.requests)
        end)
      end
      with_answers({ status(code), OK }, nil, function(kl, server)
        local answer, err = kl:request { method = "POST", path = "/x" }
        assert.is_nil(answer)
        assert.equal("unknown", err.outcome)
        assert.is_false(err.retryable)
        answer, err = kl:request { method = "PATCH", path = "/x", once = true }
        assert.is_not_nil(answer or err)
        assert.equal(2, #server.requests)
      end)
    end
  end)

  it("is not made for what stays as it is", function()
    for _, code in ipairs { 400, 401, 403, 404, 409, 410, 422, 500, 501, 505 } do
      with_answers({ status(code), OK }, nil, function(kl, server)
        local answer, err = kl:request { path = "/x" }
        assert.is_nil(answer)
        assert.equal(code, err.status)
        assert.is_false(err.retryable)
        assert.equal("none", err.outcome)
        assert.equal(1, #server.requests)
      end)
    end
  end)

  it("waits as Retry-After says after a 429, for every method: never less, and at most 250 ms more", function()
    for _, method in ipairs { "GET", "POST", "PATCH", "DELETE" } do
      local came = {}
      local function refuse()
        came[#came + 1] = core.now()
        return status(429, { ["Retry-After"] = "0.15" })
      end
      local function take()
        came[#came + 1] = core.now()
        return OK
      end
      with_answers({ refuse, refuse, take }, nil, function(kl, _, events)
        assert.equal(3, assert(kl:request { method = method, path = "/x" }).attempts)
        for _, delay in ipairs(delays(events)) do
          assert.is_true(delay >= 0.15 and delay <= 0.4, delay)
        end
        assert.equal(2, #delays(events))
        assert.is_true(came[2] - came[1] >= 0.15)
        assert.is_true(came[3] - came[2] >= 0.15)
      end)
    end
  end)

  it("takes an HTTP date for Retry-After, and the service's clock where ours differs", function()
    local function date(offset)
      return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + offset)
    end
    with_answers({ status(429, { ["Retry-After"] = date(1) }), OK }, nil, function(kl, _, events)
      assert(kl:request { path = "/x" })
      assert.is_true(delays(events)[1] <= 1.25)
    end)
    -- its clock is an hour ahead: one second is meant, and not 3601
    with_answers({ status(429, { ["Retry-After"] = date(3601), Date = date(3600) }), OK }, nil, function(kl, _, events)
      assert(kl:request { path = "/x" })
      assert.is_true(delays(events)[1] >= 1 and delays(events)[1] <= 1.25)
    end)
  end)

  it("is made at most max_attempts times, of the client or of the call", function()
    local busy = status(429, { ["Retry-After"] = "0" })
    with_answers({ busy }, { max_attempts = 3 }, function(kl, server)
      local answer, err = kl:request { path = "/x" }
      assert.is_nil(answer)
      assert.equal("rate_limited", err.kind)
      assert.equal(3, err.attempts)
      assert.equal(3, #server.requests)
      assert.is_true(err.retryable)
      assert.equal(0, err.retry_after)
      assert.is_nil((kl:request { path = "/x", max_attempts = 1 }))
      assert.equal(4, #server.requests)
      assert.is_nil((kl:request { path = "/x", max_attempts = 2 }))
      assert.equal(6, #server.requests)
    end)
  end)

  it("does not begin if its time is after the deadline", function()
    with_answers({ status(429, { ["Retry-After"] = "30" }) }, nil, function(kl, server)
      local before = core.now()
      local answer, err = kl:request { method = "POST", path = "/x", timeout = 5 }
      assert.is_nil(answer)
      assert.equal("rate_limited", err.kind)
      assert.equal("none", err.outcome)
      assert.is_true(err.retryable)
      assert.equal(30, err.retry_after)
      assert.equal(1, #server.requests)
      assert.is_true(core.now() - before < 4)
    end)
  end)

  it("backs off by chance, up to a ceiling that doubles", function()
    with_answers({ false, false, false, OK }, nil, function(kl, _, events)
      assert(kl:request { path = "/x" })
      local list = delays(events)
      assert.equal(3, #list)
      for i, delay in ipairs(list) do
        assert.is_true(delay >= 0 and delay <= 0.5 * 2 ^ (i - 1))
      end
    end)
    local kl = klaviyo.client { api_key = "x" }
    local backoff, least, most = kl._dispatch.transport.core, math.huge, 0
    for _ = 1, 200 do
      local span = backoff:backoff(3)
      least, most = math.min(least, span), math.max(most, span)
    end
    assert.is_true(least < 0.4 and most > 1.6 and most <= 2)
    kl:close()
  end)
end)

describe("an outcome", function()
  it("stays unknown however the last attempt failed", function()
    -- the first PATCH may have happened; that the second was refused does not undo it
    with_answers({ false, status(404) }, nil, function(kl)
      local answer, err = kl:request { method = "PATCH", path = "/x" }
      assert.is_nil(answer)
      assert.equal("not_found", err.kind)
      assert.equal(2, err.attempts)
      assert.equal("unknown", err.outcome)
    end)
    with_answers({ false, status(404) }, nil, function(kl)
      local _, err = kl:request { path = "/x" }
      assert.equal("none", err.outcome) -- a read leaves nothing behind
    end)
    with_answers({ status(503, { ["Retry-After"] = "30" }) }, nil, function(kl)
      local _, err = kl:request { method = "DELETE", path = "/x", timeout = 5 }
      assert.equal("unknown", err.outcome)
      assert.is_true(err.retryable)
    end)
  end)

  it("is none where nothing could have happened", function()
    local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "x", max_attempts = 2, limits = false }
    local answer, err = kl:request { method = "POST", path = "/x" }
    assert.is_nil(answer)
    assert.equal("connect", err.kind)
    assert.equal("none", err.outcome)
    assert.is_true(err.retryable)
    assert.equal(2, err.attempts) -- a POST whose connection was never made may be repeated
    kl:close()
    kl = klaviyo.client { base_url = "https://does-not-exist.invalid", api_key = "x", max_attempts = 1, timeout = 1 }
    answer, err = kl:request { method = "POST", path = "/x" }
    assert.is_nil(answer)
    assert.is_true(err.kind == "resolve" or err.kind == "timeout")
    assert.equal("none", err.outcome)
    kl:close()
  end)
end)

describe("a deadline", function()
  it("ends a call whatever it is doing, with one sentence", function()
    local function silent(_, c)
      c:pause(60)
    end
    with_answers({ silent }, nil, function(kl)
      local before = core.now()
      local answer, err = kl:request { method = "POST", path = "/x", timeout = 0.15 }
      assert.is_nil(answer)
      assert.equal("timeout", err.kind)
      assert.equal("unknown", err.outcome)
      assert.is_true(core.now() - before < 5)
    end)
  end)

  it("is one for all attempts", function()
    local function silent(_, c)
      c:pause(60)
    end
    with_answers({ silent }, { attempt_timeout = 0.1, timeout = 0.4 }, function(kl, server)
      local answer, err = kl:request { path = "/x" }
      assert.is_nil(answer)
      assert.equal("timeout", err.kind)
      assert.is_true(err.attempts >= 1 and #server.requests <= 4)
    end)
  end)

  it("does not hide why the last attempt failed, whatever there is no time for", function()
    local function silent(_, c)
      c:pause(60)
    end
    for kind, answer in pairs { timeout = silent, server = status(503), disconnected = false } do
      -- the account's limit has no place for a second attempt before the deadline
      with_answers({ answer }, { limits = true }, function(kl, server)
        local _, err = kl:request { path = "/x", rate = { 1, 60 }, attempt_timeout = 0.1, timeout = 0.9 }
        assert.equal(kind, err.kind)
        assert.equal(1, err.attempts)
        assert.equal(1, #server.requests)
        if err.message:find("rate limit", 1, true) then
          assert.is_nil(err.message:find("^the account's rate limit"), err.message)
        end
      end)
    end
    -- six calls, one after the other, against a service that hangs
    with_answers({ silent }, { limits = true }, function(kl)
      for _ = 1, 6 do
        local _, err = kl:request { path = "/x", rate = { 10, 150 }, attempt_timeout = 0.05, timeout = 0.3 }
        assert.equal("timeout", err.kind)
        assert.matches("^no response from", err.message)
      end
    end)
  end)

  it("is one for a verb that makes several calls", function()
    -- each answer takes a while: six of them, of which the list is empty, would take longer than the call may
    local function slow(request, c)
      c:pause(0.12)
      if request.target:find "^/api/campaign%-messages%?" then
        return script.answer(200, '{"data":[]}')
      end
      return request.target:find("^/api/campaigns/") and script.answer(200,
        '{"data":{"type":"campaign","id":"1","attributes":{"definition":{"name":"x"}},"relationships":{'
        .. '"campaign-messages":{"data":[{"type":"campaign-message","id":"1"},{"type":"campaign-message","id":"2"},'
        .. '{"type":"campaign-message","id":"3"},{"type":"campaign-message","id":"4"}]}}}}')
        or script.answer(200, '{"data":{"type":"campaign-message","id":"1","attributes":{"definition":{}}}}')
    end
    with_answers({ slow }, { dialect = "openapi", revision = "2026-07-15.pre" }, function(kl)
      local before = core.now()
      local answer, err = kl.campaigns:tree("1", { timeout = 0.3 })
      assert.is_nil(answer)
      assert.equal("timeout", err.kind)
      assert.is_true(core.now() - before < 5)
    end)
  end)
end)

describe("a token", function()
  it("is requested once more after a 401, with the rejected one as argument", function()
    local asked = {}
    local function source(context)
      asked[#asked + 1] = context
      return "token" .. #asked
    end
    with_answers({ status(401), OK }, { access_token = source }, function(kl, server)
      assert.equal(200, assert(kl:request { method = "POST", path = "/x" }).status)
      assert.equal(2, #asked)
      assert.is_false(asked[1].refused)
      assert.is_true(asked[2].refused)
      assert.equal("token1", asked[2].token)
      assert.equal("Bearer token1", server.requests[1].headers.authorization)
      assert.equal("Bearer token2", server.requests[2].headers.authorization)
    end)
  end)

  it("is not asked for again because of a 401 that is not the service's own, where a repeat would do harm", function()
    local html = script.answer(401, "<html>", { ["Content-Type"] = "text/html" })
    local function source()
      return "token"
    end
    with_answers({ html, OK }, { access_token = source }, function(kl, server)
      local answer, err = kl:request { method = "POST", path = "/x" }
      assert.is_nil(answer)
      assert.equal("unauthorized", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal(1, #server.requests)
    end)
    for _, method in ipairs { "GET", "DELETE" } do
      with_answers({ html, OK }, { access_token = source }, function(kl)
        assert.equal(2, assert(kl:request { method = method, path = "/x" }).attempts)
      end)
    end
    -- one more attempt is one of max_attempts
    with_answers({ status(401), OK }, { access_token = source, max_attempts = 1 }, function(kl, server)
      assert.is_nil((kl:request { method = "POST", path = "/x" }))
      assert.equal(1, #server.requests)
    end)
  end)

  it("that is refused twice ends the call", function()
    local asked = 0
    local function source()
      asked = asked + 1
      return "token"
    end
    with_answers({ status(401) }, { access_token = source }, function(kl)
      local answer, err = kl:request { path = "/x" }
      assert.is_nil(answer)
      assert.equal("unauthorized", err.kind)
      assert.equal(2, asked)
      assert.equal("no", err.errors[1].detail)
    end)
  end)

  it("that cannot be had is an error of the call, not a raise", function()
    for _, source in ipairs {
      function() error "no way" end,
      function() return nil, "no way" end,
      function() error({ no = "way" }) end,
      function() return 17 end,
      function() return "" end,
      function() return "x y" end,
    } do
      local kl = klaviyo.client { base_url = "http://127.0.0.1:1", access_token = source }
      local answer, err = kl:request { method = "POST", path = "/x" }
      assert.is_nil(answer)
      assert.equal("auth", err.kind)
      assert.equal("none", err.outcome)
      kl:close()
    end
  end)
end)
