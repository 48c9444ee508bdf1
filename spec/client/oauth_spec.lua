-- SPDX-License-Identifier: MIT
--- klaviyo.oauth, against a token endpoint and an API that the specs script.
local cjson = require "cjson"
local klaviyo = require "klaviyo"
local core = require "klaviyo.core"
local loops = require "spec.support.loops"
local script = require "spec.support.script"

local SECRETS = { "s3cr3t", "refresh%-%d", "access%-%d" }

-- No text may hold a secret.
local function assert_clean(text)
  for _, secret in ipairs(SECRETS) do
    assert.is_nil(tostring(text):find(secret), text)
  end
end

-- A token endpoint. The n-th renewal gives access-n, and refresh-n if `rotate`.
local function endpoint(more)
  local self = { renewals = 0 }
  for name, value in pairs(more or {}) do
    self[name] = value
  end
  self.server = script.server { answer = function(request, c)
    self.renewals = self.renewals + 1
    self.last = request
    if self.before then
      self.before(c)
    end
    if self.reply then
      return self.reply(request)
    end
    return script.answer(200, cjson.encode {
      access_token = "access-" .. (self.same and 1 or self.renewals), token_type = "bearer",
      expires_in = self.life or 3600,
      refresh_token = self.rotate and "refresh-" .. self.renewals or nil,
    }, { ["Content-Type"] = "application/json" })
  end }
  return self
end

-- An API that takes the access tokens that `good` says.
local function api(good)
  return script.server { answer = function(request)
    local token = request.headers.authorization:match "^Bearer (.*)$"
    if good(token) then
      return script.answer(200, '{"data":{"token":"seen"}}')
    end
    return script.answer(401, '{"errors":[{"title":"Expired","detail":"The token has expired","status":"401"}]}')
  end }
end

local function any()
  return true
end

local function oauth_of(at, more)
  local options = { client_id = "app", client_secret = "s3cr3t", refresh_token = "refresh-0",
    token_url = at.server.url .. "/oauth/token" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return klaviyo.oauth(options)
end

local function client_of(service, oauth, more)
  local options = { base_url = service.url, access_token = oauth, limits = false, timeout = 20 }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return klaviyo.client(options)
end

local function get(kl)
  return kl:request { path = "/api/campaigns" }
end

-- Calls until it is answered; before, it gets an error with that text.
local function until_answered(kl, text)
  for _ = 1, 1000 do
    local answer, err = get(kl)
    if answer then
      return
    end
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find(text, 1, true), err.message)
    kl.loop.sleep(0.01)
  end
  error "it was not answered in 10 s"
end

-- Runs a function beside servers in a loop.
local function run(loop, servers, fn)
  if loop == "blocking" then
    return script.run(servers, fn)
  end
  local stop = loops.ticker(loop, function()
    for _, server in ipairs(servers) do
      server:step()
    end
  end)
  local ok, message = pcall(loops.run, loop, fn)
  stop()
  loops.rest(loop)
  for _, server in ipairs(servers) do
    server:stop()
  end
  assert(ok, message)
end

describe("klaviyo.oauth", function()
  it("fetches a token with a form and Basic credentials, without the API's headers, and keeps to it", function()
    local at, service = endpoint(), api(any)
    local oauth = oauth_of(at)
    local kl = client_of(service, oauth)
    script.run({ at.server, service }, function()
      for _ = 1, 3 do
        assert.equal(200, assert(get(kl)).status)
      end
      kl:close()
      oauth:close()
    end)
    assert.equal(1, at.renewals)
    assert.equal("POST", at.last.method)
    assert.equal("/oauth/token", at.last.target)
    assert.equal("grant_type=refresh_token&refresh_token=refresh-0", at.last.body)
    assert.equal("application/x-www-form-urlencoded", at.last.headers["content-type"])
    assert.equal("Basic YXBwOnMzY3IzdA==", at.last.headers.authorization)
    assert.is_nil(at.last.headers.revision)
    assert.equal("Bearer access-1", service.requests[3].headers.authorization)
    assert.is_nil(service.requests[1].raw:find("Basic", 1, true))
  end)

  it("takes a token that is still good, and renews one that is about to end", function()
    local at, service = endpoint { rotate = true }, api(any)
    local stored = {}
    local oauth = oauth_of(at, { access_token = "access-0", expires_at = os.time() + 3600,
      store = function(tokens)
        stored[#stored + 1] = tokens
      end })
    local late = oauth_of(at, { access_token = "access-0", expires_at = os.time() + 20, refresh_token = "refresh-9" })
    local kl, other = client_of(service, oauth), client_of(service, late)
    script.run({ at.server, service }, function()
      assert(get(kl))
      assert.equal(0, at.renewals)
      assert(get(other))
      assert.equal("grant_type=refresh_token&refresh_token=refresh-9", at.last.body)
      kl:close()
      other:close()
      oauth:close()
      late:close()
    end)
    assert.equal("Bearer access-0", service.requests[1].headers.authorization)
    assert.equal("Bearer access-1", service.requests[2].headers.authorization)
    assert.same({}, stored)
  end)

  it("renews once after a 401, hands rotated tokens to store, and uses them from then on", function()
    local at = endpoint { rotate = true }
    local service = api(function(token)
      return token == "access-2"
    end)
    local stored = {}
    local oauth = oauth_of(at, { access_token = "access-0", store = function(tokens)
      stored[#stored + 1] = tokens
    end })
    local kl = client_of(service, oauth)
    script.run({ at.server, service }, function()
      local answer, err = get(kl) -- access-0 is refused, and so is access-1
      assert.is_nil(answer)
      assert.equal("unauthorized", err.kind)
      assert.equal(1, at.renewals)
      until_answered(kl, "the service refused it right after it was renewed")
      assert.equal("grant_type=refresh_token&refresh_token=refresh-1", at.last.body)
      kl:close()
      oauth:close()
    end)
    assert.equal(2, at.renewals)
    assert.equal(2, #stored)
    assert.equal("access-2", stored[2].access_token)
    assert.equal("refresh-2", stored[2].refresh_token)
    assert.is_true(math.abs(stored[2].expires_at - os.time() - 3600) < 60)
  end)

  it("renews one at a time, for all that wait and for all clients", function()
    local at = endpoint { before = function(c)
      c:pause(0.05)
    end }
    local service = api(function(token)
      return token == "access-1"
    end)
    local oauth = oauth_of(at, { access_token = "access-0" })
    local one, two = client_of(service, oauth), client_of(service, oauth)
    script.run({ at.server, service }, function()
      local calls = {}
      for i = 1, 20 do
        calls[i] = function()
          return assert(get(i % 2 == 0 and one or two)).status
        end
      end
      assert.equal(20, #assert(klaviyo.all(calls)))
      one:close()
      two:close()
      oauth:close()
    end)
    assert.equal(1, at.renewals)
  end)

  it("shares a failure between those that waited, and tries again for the next", function()
    local at, service = endpoint(), api(any)
    at.before = function(c)
      c:pause(0.02)
    end
    at.reply = function()
      return script.answer(400, '{"error":"invalid_grant","error_description":"refresh-0 is s3cr3t"}',
        { ["Content-Type"] = "application/json" })
    end
    local oauth = oauth_of(at)
    local kl = client_of(service, oauth)
    script.run({ at.server, service }, function()
      local calls = {}
      for i = 1, 5 do
        calls[i] = function()
          return get(kl)
        end
      end
      calls.all = true
      for _, result in ipairs(klaviyo.all(calls)) do
        assert.is_nil(result[1])
        assert.equal("auth", result[2].kind)
        assert.equal("none", result[2].outcome)
        assert.truthy(result[2].message:find("invalid_grant: the refresh token was revoked", 1, true))
        assert_clean(result[2].message)
      end
      assert.equal(1, at.renewals)
      at.reply = nil
      until_answered(kl, "invalid_grant: the refresh token was revoked")
      kl:close()
      oauth:close()
    end)
    assert.equal(2, at.renewals)
    assert.equal(1, #service.requests)
  end)

  local function none()
    return false
  end

  -- What the token endpoint gives so that every call needs a new token, and which tokens the service takes.
  local GREEDY = {
    ["a token without a life"] = { { life = 0 }, any },
    ["a token of the shortest life"] = { { life = 1 }, any },
    ["the token again that the service refused"] = { { same = true }, none },
    ["tokens that the service refuses, each another one"] = { { rotate = true }, none },
    ["a refusal"] = { { reply = function()
      return script.answer(400, '{"error":"invalid_grant"}')
    end }, any },
    ["an error of its own"] = { { reply = function()
      return script.answer(500, "")
    end }, any },
    ["no response"] = { { reply = function() end }, any },
  }

  -- The different errors of many calls, one after the other and at once.
  local function errors_of_many(kl, loop)
    local texts, list = {}, {}
    local calls = { loop = loop, limit = 16, all = true }
    for i = 1, 200 do
      calls[i] = function()
        return get(kl)
      end
    end
    for _, result in ipairs(assert(klaviyo.all(calls))) do
      texts[result[2] and result[2].message or ""] = true
    end
    for _ = 1, 100 do
      local _, err = get(kl)
      texts[err and err.message or ""] = true
    end
    for text in pairs(texts) do
      list[#list + 1] = text ~= "" and text or nil
    end
    return list
  end

  for name, case in pairs(GREEDY) do
    for _, loop in ipairs(loops.names()) do
      it(("asks once and backs off when the endpoint gives %s (%s loop)"):format(name, loop), function()
        local at, service = endpoint(case[1]), api(case[2])
        local oauth = oauth_of(at, { timeout = 5 })
        local kl = client_of(service, oauth, { loop = loop, timeout = 5 })
        local began, errors = core.now(), nil
        run(loop, { at.server, service }, function()
          errors = errors_of_many(kl, loop)
          kl:close()
          oauth:close()
        end)
        -- The first token, one more for one that was refused, and then one a second at most.
        assert.is_true(at.renewals >= 1 and at.renewals <= 2 + (core.now() - began), at.renewals)
        assert.is_true(#errors <= 2, table.concat(errors, "\n")) -- "unauthorized", and why there is no new token
      end)
    end
  end

  it("names what the endpoint did wrong, never with a secret", function()
    local replies = {
      { script.answer(200, "{}"), "no access_token" },
      { script.answer(200, '{"access_token":17}'), "no access_token" },
      { script.answer(200, '{"access_token":"x y"}'), "access token holds a space" },
      { script.answer(200, "<html>refresh-0", { ["Content-Type"] = "text/html" }), "is text/html" },
      { script.answer(200, '{"access_token":"access-7'), "not valid JSON" },
      { script.answer(401, '{"error":"invalid_client"}'), "the client id or the client secret is wrong" },
      { script.answer(403, '{"error":"s3cr3t refresh-0 ' .. ("x"):rep(400) .. '"}'), "answered 403" },
      { script.answer(500, "s3cr3t", { ["Content-Type"] = "text/plain" }), "answered 500" },
      { script.answer(400, '{"errors":[{"detail":"s3cr3t, refresh-0, access-0, s\\u0033cr3t, access%252D0"}]}'),
        "answered 400: ******, *********, ********, ***********, ************" },
      { script.answer(400, '{"error":"refresh-0","error_description":"s3cr3t"}', { ["X-Klaviyo-Req-Id"] = "s3cr3t",
        ["Content-Type"] = "application/json; a=access-0" }), "answered 400" },
      { script.answer(200, "{}", { ["Content-Type"] = "text/x-s3cr3t-refresh-0-access-0-s%33cr3t" }),
        "text/x-******-*********-********-********" },
      { script.answer(302, "", { Location = "http://elsewhere.example/" }), "a redirect, which is not followed" },
      { script.answer(200, ("x"):rep(70000)), "over 65536 bytes" },
    }
    for _, reply in ipairs(replies) do
      local at, service = endpoint(), api(any)
      at.reply = function()
        return reply[1]
      end
      local oauth = oauth_of(at, { access_token = "access-0", expires_at = os.time() - 1 })
      local kl = client_of(service, oauth)
      script.run({ at.server, service }, function()
        local answer, err = get(kl)
        assert.is_nil(answer)
        assert.equal("auth", err.kind)
        assert.truthy(err.message:find(reply[2], 1, true), err.message)
        assert_clean(err.message)
        kl:close()
        oauth:close()
      end)
      assert.equal(0, #service.requests)
    end
  end)

  it("goes on with a token that is nearly over while it cannot be renewed", function()
    local at, service = endpoint(), api(any)
    at.reply = function()
      return nil -- cut
    end
    local oauth = oauth_of(at, { access_token = "access-0", expires_at = os.time() + 25 })
    local kl = client_of(service, oauth)
    script.run({ at.server, service }, function()
      assert.equal(200, assert(get(kl)).status)
      kl:close()
      oauth:close()
    end)
    assert.equal(1, at.renewals) -- a cut POST is not repeated: the refresh token may have been used up by it
  end)

  it("keeps to the deadline of the call, and is not held up by a renewal that nobody finishes", function()
    local at, service = endpoint(), api(any)
    at.before = function(c)
      c:pause(30)
    end
    local oauth = oauth_of(at)
    local kl = client_of(service, oauth, { timeout = 0.2 })
    script.run({ at.server, service }, function()
      local answer, err = get(kl)
      assert.is_nil(answer)
      assert.is_true(err.kind == "auth" or err.kind == "timeout")
      at.before = nil
      assert(kl:request { path = "/api/campaigns", timeout = 20 })
      kl:close()
      oauth:close()
    end)
  end)

  it("calls store again until it succeeds, and does not fail the call for it", function()
    local at, service = endpoint { rotate = true }, api(any)
    local calls, broken = 0, true
    local oauth = oauth_of(at, { store = function()
      calls = calls + 1
      if broken then
        error "disk full"
      end
    end })
    local kl = client_of(service, oauth)
    script.run({ at.server, service }, function()
      assert(get(kl))
      assert.truthy(oauth.store_error:find("disk full", 1, true))
      broken = false
      assert(get(kl))
      assert.is_nil(oauth.store_error)
      assert(get(kl))
      kl:close()
      oauth:close()
    end)
    assert.equal(3, calls) -- with the one before the first call went out
  end)

  it("shows no secret in any form", function()
    local at = endpoint()
    local oauth = oauth_of(at, { access_token = "access-0" })
    assert.equal("klaviyo.oauth (" .. at.server.url .. ")", tostring(oauth))
    for name, value in pairs(oauth) do
      assert_clean(tostring(name) .. tostring(value))
    end
    oauth:close()
    oauth:close()
    assert.has_error(function()
      oauth:token()
    end)
    at.server:stop()
  end)

  it("refuses options that cannot work, without quoting them", function()
    local function refusal(options)
      local ok, message = pcall(klaviyo.oauth, options)
      assert.is_false(ok)
      assert_clean(message)
      return message
    end
    local good = { client_id = "app", client_secret = "s3cr3t", refresh_token = "refresh-0" }
    local function with(name, value)
      local copy = {}
      for key, item in pairs(good) do
        copy[key] = item
      end
      copy[name] = value
      return copy
    end
    assert.truthy(refusal(with("client_secret", "")):find("client_secret is missing", 1, true))
    assert.truthy(refusal({}):find("client_id is missing", 1, true))
    assert.truthy(refusal(with("client_id", "a:b")):find("colon", 1, true))
    assert.truthy(refusal(with("refresh_token", 17)):find("a number", 1, true))
    assert.truthy(refusal(with("token_url", "http://a.example/token")):find("plain http", 1, true))
    assert.truthy(refusal(with("token_url", "a.example")):find("address with a path", 1, true))
    assert.truthy(refusal(with("client_secrets", "x")):find("client_secret", 1, true))
  end)
end)
