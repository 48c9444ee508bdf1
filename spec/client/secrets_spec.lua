-- SPDX-License-Identifier: MIT
--- The key stays home: everything that the library can print, in every way a call can end, is searched for it. (Memory
--- that is given back: `make torture`. The command: spec/cli_*_spec.lua. Tokens that renew themselves:
--- spec/client/oauth_spec.lua.)
local cli = require "spec.support.cli"
local http = require "spec.support.http"
local klaviyo = require "klaviyo"
local sandbox = require "klaviyo.sandbox"
local script = require "spec.support.script"
local support = require "spec.support.sandbox"

local SECRET = "hush_hush"

-- What the three ways to prove who one is have in common, and a proxy with a password.
local CREDENTIALS = {
  ["an API key"] = function()
    return { api_key = "pk_" .. SECRET }
  end,
  ["a token"] = function()
    return { access_token = "token_" .. SECRET }
  end,
  ["a function for tokens"] = function()
    return { access_token = function()
      return "token_" .. SECRET
    end }
  end,
}

-- Searches a value and all that can be reached from it. Returns where the secret is, and how many texts there were.
local function search(value, seen, path)
  local texts = 0
  local where
  local function look(text)
    texts = texts + 1
    if tostring(text):find(SECRET, 1, true) then
      where = where or path
    end
  end
  look(value)
  if type(value) == "table" and not seen[value] then
    seen[value] = true
    for key, item in pairs(value) do
      for _, part in ipairs { key, item } do
        local found, more = search(part, seen, path .. "." .. tostring(key))
        where, texts = where or found, texts + more
      end
    end
    local found, more = search(getmetatable(value), seen, path .. " (metatable)")
    where, texts = where or found, texts + more
  end
  return where, texts
end

local function holds_no_secret(...)
  local total = 0
  for i = 1, select("#", ...) do
    local where, texts = search((select(i, ...)), {}, "value " .. i)
    assert.is_nil(where)
    total = total + texts
  end
  return total
end

-- Ways to quote a text.
local function each(format)
  return function(text)
    return (text:gsub(".", function(c)
      return format:format(c:byte())
    end))
  end
end

local function first(escape)
  return function(text)
    return escape(text:sub(1, 1)) .. text:sub(2)
  end
end

local ESCAPES = {
  json = each "\\u%04x", json_upper = each "\\u%04X", url = each "%%%02x", url_upper = each "%%%02X",
  json_first = first(each "\\u%04x"), url_first = first(each "%%%02X"),
  url_in_url = function(text)
    return (each "%%%02x"(text):gsub("%%", "%%25"))
  end,
  json_in_json = function(text)
    return (each "\\u%04x"(text):gsub("\\", "\\\\"))
  end,
  thrice = function(text)
    return (each "\\u%04x"(text):gsub("\\", ("\\"):rep(8)))
  end,
  url_in_json = function(text)
    return each "\\u%04x"(each "%%%02x"(text))
  end,
  json_in_url = function(text)
    return (each "\\u%04x"(text):gsub("\\", "%%5C"))
  end,
  mixed = function(text)
    local at = 0
    return (text:gsub(".", function(c)
      at = at + 1
      local forms = { "%c", "\\u%04x", "%%%02x", "%%25%02X" }
      return forms[at % 4 + 1]:format(c:byte())
    end))
  end,
}

local function unescape(text)
  local function byte(digits)
    return string.char(tonumber(digits, 16) % 256)
  end
  return (text:gsub("\\+u00(%x%x)", byte):gsub("%%(%x%x)", byte))
end

local function json(value)
  return (require("klaviyo.model.json").encode(value))
end

local box

setup(function()
  box = assert(sandbox.start { port = 0 })
end)

before_each(function()
  box:reset()
end)

teardown(function()
  box:stop()
end)

local FAULTS = { { status = 400 }, { status = 401 }, { status = 403 }, { status = 404 }, { status = 409 },
  { status = 422 }, { status = 429 }, { status = 500 }, { status = 503 }, { cut = "before" }, { cut = "after" },
  { cut = "body" }, { cut = 5, reset = true }, { html = true, status = 502 }, { html = true, status = 200 },
  { garbage = '{"data":' }, { redirect = "http://127.0.0.1:1/x" }, { latency = 1 }, { huge = 200000 }, { drip = 20 },
  { wrong_length = true } }

for name, credential in pairs(CREDENTIALS) do
  describe("with " .. name, function()
    local events

    local function client(more)
      local options = credential()
      options.base_url, options.max_attempts, options.limits, options.timeout = box.url, 2, false, 0.15
      options.max_body = 100000
      options.on_event = function(event)
        events[#events + 1] = event
      end
      for key, value in pairs(more or {}) do
        options[key] = value
      end
      return klaviyo.client(options)
    end

    before_each(function()
      events = {}
    end)

    it("no fault brings it into an error, an event, or what can be reached from them and from the client", function()
      local texts = 0
      for _, fault in ipairs(FAULTS) do
        for _, method in ipairs { "GET", "POST" } do
          local kl = client()
          fault.method, fault.times = method, 0
          box:fail(fault)
          local _, err
          if method == "GET" then
            _, err = kl.campaigns:list {}
          else
            _, err = kl.campaigns:create(support.sale())
          end
          texts = texts + holds_no_secret(kl, err or "no error", events)
          kl:close()
          texts = texts + holds_no_secret(kl)
          box:clear_faults()
        end
      end
      assert.is_true(texts > 10000, texts)
    end)

    it("no refusal that quotes it does", function()
      local server = script.server { answer = function(request)
        local quoted = request.headers.authorization:match "%S+$"
        return script.answer(401, ('{"errors":[{"detail":"%s is no key","title":"%s","meta":{"%s":1}}]}'):format(quoted,
          quoted, quoted))
      end }
      script.run(server, function()
        local kl = client { base_url = server.url, timeout = 20 }
        local answer, err = kl:request { path = "/x" }
        assert.is_nil(answer)
        assert.matches("%*+ is no key", err.message)
        assert.matches("^%*+$", err.errors[1].title)
        holds_no_secret(kl, err, events)
        kl:close()
      end)
      assert.is_true(#server.requests >= 1)
    end)

    it("no refusal that quotes it escaped does, wherever it does so", function()
      for how, escape in pairs(ESCAPES) do
        local quoted
        local server = script.server { answer = function(request)
          quoted = escape(request.headers.authorization:match "%S+$")
          local item = ('{"id":"%s","code":"%s","title":"%s","detail":"%s","source":{"pointer":"/%s"},'
            .. '"meta":{"%s":["%s"]},"links":{"about":"https://x.example/%s?a=%s"}}'):gsub("%%s",
            (quoted:gsub("%%", "%%%%")))
          return script.answer(401, '{"errors":[' .. item .. "," .. item .. "]}", { ["X-" .. how] = quoted,
            ["X-Klaviyo-Req-Id"] = "no-" .. quoted, ["Content-Type"] = "application/json; a=" .. quoted })
        end }
        script.run(server, function()
          local kl = client { base_url = server.url, timeout = 20 }
          local answer, err, request = kl._dispatch.transport:perform { method = "POST", target = "/x" }
          assert.is_nil(answer)
          assert.equal(2, #err.errors, how)
          assert.matches("^no%-%*+$", err.request_id)
          holds_no_secret(kl, err, events, request:headers())
          for _, text in ipairs { err.message, err.request_id, json(err.errors), json(request:headers()) } do
            assert.is_nil(text:find(quoted, 1, true), how)
            assert.is_nil(text:lower():find("hush", 1, true), how)
            for _ = 1, 4 do
              text = unescape(text)
              assert.is_nil(text:find(SECRET, 1, true), how)
            end
          end
          kl:close()
        end)
      end
    end)

    it("no content type, encoding or header field of an answer does", function()
      local headers
      local server = script.server { answer = function(request)
        local key = request.headers.authorization:match "%S+$"
        headers = request.target == "/type" and { ["Content-Type"] = "text/" .. key }
          or request.target == "/coding" and { ["Content-Encoding"] = key }
          or { ["X-Echo"] = ("x"):rep(60) .. key, ["X-Klaviyo-Req-Id"] = ("x"):rep(70) .. key, ["X-" .. key] = "1" }
        return script.answer(200, "{}", headers)
      end }
      script.run(server, function()
        local kl = client { base_url = server.url, timeout = 20 }
        for _, path in ipairs { "/type", "/coding" } do
          local answer, err = kl:request { path = path }
          assert.is_nil(answer)
          assert.matches("%*%*%*%*", err.message)
          holds_no_secret(kl, err, events)
        end
        local answer = assert(kl:request { path = "/echo" })
        assert.matches("^x+%*+$", answer.headers["x-echo"])
        holds_no_secret(kl, answer, events)
        kl:close()
      end)
    end)

    it("no link that holds it is followed, and none shows it", function()
      local server
      server = script.server { answer = function(request)
        local key = request.headers.authorization:match "%S+$"
        local links = { ["/api/campaigns"] = "/api/campaigns?key=" .. key,
          ["/else"] = "https://" .. key .. ".example/x",
          ["/escaped"] = "/api/campaigns?key=%" .. ("%02x"):format(key:byte()) .. key:sub(2) }
        local path = request.target:match "^[^?]*"
        return script.answer(200, ('{"data":[],"links":{"next":"%s"}}'):format(links[path]))
      end }
      script.run(server, function()
        local kl = client { base_url = server.url, timeout = 20 }
        for _, target in ipairs { "/api/campaigns", "/else", "/escaped" } do
          local pages = kl._dispatch.transport:pages({ target = target }, false)
          assert(kl._dispatch.transport:next_document(pages))
          local document, err = kl._dispatch.transport:next_document(pages)
          assert.is_nil(document)
          assert.equal("origin", err.kind)
          holds_no_secret(kl, err, events)
        end
        kl:close()
      end)
      assert.equal(3, #server.requests)
    end)

    it("no place that cannot be reached or trusted does", function()
      local trusted = assert(sandbox.start { port = 0, tls = true })
      for _, place in ipairs { "http://127.0.0.1:1", "https://does-not-exist.invalid", trusted.url } do
        local kl = client { base_url = place }
        local answer, err = kl:request { path = "/api/campaigns" }
        assert.is_nil(answer)
        holds_no_secret(kl, err, events)
        kl:close()
      end
      trusted:stop()
    end)

    it("no object, page, builder or answer shows it, nor does the sandbox's log", function()
      local kl = client { timeout = 20 }
      local campaign = assert(kl.campaigns:create(support.sale()))
      local page = assert(kl.campaigns:list {})
      local answer = assert(kl:request { path = "/api/campaigns" })
      local request = assert(kl._dispatch.transport.core:submit { target = "/api/campaigns" })
      holds_no_secret(kl, campaign, campaign.raw, page, answer, request, kl._dispatch.transport.core, events,
        box:requests(), assert(http.client(box.url, {}):get("/_sandbox/requests")).raw)
      assert.equal("attempt", events[1].type)
      assert.truthy(events[1].headers:find("Authorization: [%w-]+ %*%*%*\n") or name == "a function for tokens")
      kl:close()
    end)

    it("no mistake in a call does", function()
      local kl = client()
      for _, mistake in ipairs {
        function() kl:request { path = "/x", headers = { Authorization = "pk_" .. "other" } } end,
        function() kl:request { path = "http://127.0.0.1:1/elsewhere", nonsense = 1 } end,
        function() kl.campaigns:get(nil) end,
        function() kl.campaigns:nothing() end,
        function() klaviyo.client { api_key = "pk_" .. SECRET .. "\r\nX: y" } end,
        function() klaviyo.client { api_key = { SECRET } } end,
        function() klaviyo.client { api_key = "pk_" .. SECRET, access_token = SECRET } end,
        function() klaviyo.client { api_key = "pk_" .. SECRET, base_url = "http://example.com" } end,
        function() klaviyo.client { api_key = "pk_" .. SECRET, proxy = { SECRET } } end,
        function() klaviyo.client { api_key = "pk_" .. SECRET, nonsense = true } end,
      } do
        local ok, message = pcall(mistake)
        assert.is_false(ok)
        holds_no_secret(message)
      end
      local answer, err = kl:request { path = "http://127.0.0.1:1/elsewhere" }
      assert.is_nil(answer)
      assert.equal("origin", err.kind)
      holds_no_secret(err)
      kl:close()
      holds_no_secret(select(2, pcall(kl.request, kl, { path = "/x" })))
    end)
  end)
end

describe("a proxy that is named with a password", function()
  it("is in no option table, error or event", function()
    local server = script.server { answer = function()
      return script.answer(407, "", { ["Content-Type"] = false })
    end }
    local events = {}
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:1", max_attempts = 1,
        proxy = server.url:gsub("//", "//user:" .. SECRET .. "@"), on_event = function(event)
          events[#events + 1] = event
        end }
      local answer, err = kl:request { path = "/x" }
      assert.is_nil(answer)
      holds_no_secret(kl, err, events)
      kl:close()
    end)
    assert.equal(1, #server.requests)
    assert.truthy(server.requests[1].headers["proxy-authorization"])
  end)
end)

describe("the command #process", function()
  it("prints it neither with --verbose nor in a failure", function()
    local user = cli.new(box)
    for _, arguments in ipairs { "--verbose list", "--verbose show nothing", "doctor", "--verbose request GET /nothing",
      "--nonsense" } do
      local result = user:run(arguments)
      assert.is_true(#result.out + #result.err > 0)
      assert.is_nil((result.out .. result.err):find("pk_spec_secret", 1, true))
    end
    user:close()
  end)
end)
