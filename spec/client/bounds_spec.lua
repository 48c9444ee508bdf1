-- SPDX-License-Identifier: MIT
--- What a server, or a program, may ask too much of: each bound has an error of its own, which names the option.
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local script = require "spec.support.script"

-- The error of one GET that is answered so.
local function refused(answer, options)
  local server = script.server { serve = function(c)
    if c:read() then
      answer(c)
    end
    c:close()
  end }
  return script.run(server, function()
    local given = { base_url = server.url, api_key = "pk_x", limits = false, max_attempts = 1, timeout = 20 }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    local kl = klaviyo.client(given)
    local result, err = kl:request { path = "/x" }
    local pending = kl._dispatch.transport.core:pending()
    kl:close()
    assert.equal(0, pending)
    return result, err
  end)
end

local function says(kind, part, result, err)
  assert.is_nil(result)
  assert.equal(kind, err.kind)
  assert.truthy(err.message:find(part, 1, true), err.message)
  assert.is_false(err.retryable)
end

local function with_body(body, headers)
  return function(c)
    c:write(script.answer(200, body, headers))
  end
end

local function text_of(length)
  return '"' .. ("x"):rep(length - 2) .. '"'
end

-- The output of a shell command.
local function output_of(command)
  local pipe = assert(io.popen(command))
  local bytes = pipe:read "*a"
  pipe:close()
  return bytes
end

local function gzip(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local bytes = output_of("gzip -9nc " .. path)
  os.remove(path)
  return bytes
end

describe("the body of an answer", function()
  it("has max_body bytes at most, announced or not, and compressed or not", function()
    assert.equal(998, #assert(refused(with_body(text_of(1000)), { max_body = 1000 })).body)
    says("too_large", "(max_body)", refused(with_body(text_of(1001)), { max_body = 1000 }))
    says("too_large", "(max_body)", refused(with_body(text_of(1001), { ["Content-Length"] = false,
      Connection = "close" }), { max_body = 1000 }))
    local letters = {} -- that hardly get shorter: how much longer a body gets is bounded by itself
    for i = 1, 1001 do
      letters[i] = string.char(97 + i * i * 31 % 23)
    end
    local text = '"' .. table.concat(letters, "", 1, 999) .. '"'
    local coding = { ["Content-Encoding"] = "gzip" }
    assert.equal(998, #assert(refused(with_body(gzip(text:sub(1, 999) .. '"'), coding), { max_body = 1000 })).body)
    says("too_large", "over 1000 bytes (max_body)", refused(with_body(gzip(text), coding), { max_body = 1000 }))
  end)

  it("is refused by what it announces, before it comes", function()
    says("too_large", "67108864 bytes (max_body)", refused(function(c)
      c:write "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 67108865\r\n\r\n"
      c:pause(20)
    end))
  end)

  it("has 64 MB by default, however it comes", function()
    local sent = 0
    local chunk = (" "):rep(1048576)
    says("too_large", "67108864 bytes (max_body)", refused(function(c)
      c:write "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
      while sent < 80 and c:write(chunk) do
        sent = sent + 1
      end
    end))
    assert.is_true(sent >= 63 and sent < 80, sent)
  end)

  it("has max_depth levels at most", function()
    local function nest(depth)
      return with_body(("["):rep(depth) .. ("]"):rep(depth))
    end
    assert(refused(nest(128)))
    says("too_large", "(max_depth)", refused(nest(129)))
    says("too_large", "(max_depth)", refused(nest(5), { max_depth = 4 }))
    says("too_large", "(max_depth)", refused(with_body(("["):rep(1000000))))
    assert(refused(nest(1024), { max_depth = 1024 }))
    assert.has_error(function()
      klaviyo.client { api_key = "pk_x", max_depth = 1025 }
    end, "klaviyo.client: option max_depth is 1024 at most, got 1025")
  end)
end)

-- The zlib format of a text, and that without its wrapper, made of gzip's.
local function deflate(text)
  local plain = gzip(text):sub(11, -9)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  local sum = string.char(math.floor(b / 256), b % 256, math.floor(a / 256), a % 256)
  return "\120\156" .. plain .. sum, plain
end

describe("a compressed body", function()
  local TEXT = '{"data":[' .. ('{"type":"campaign","id":"1"},'):rep(99) .. '{"type":"campaign","id":"1"}]}'

  it("is asked for as gzip or deflate, and read as either", function()
    local zlib, plain = deflate(TEXT)
    for coding, body in pairs { gzip = gzip(TEXT), ["X-GZIP"] = gzip(TEXT), deflate = zlib, Deflate = plain,
      identity = TEXT } do
      local accepted
      local server = script.server { answer = function(request)
        accepted = request.headers["accept-encoding"]
        return script.answer(200, body, { ["Content-Encoding"] = coding })
      end }
      script.run(server, function()
        local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false }
        assert.equal(100, #assert(kl:request { path = "/x" }).body.data, coding)
        assert.equal(TEXT, assert(kl:request { path = "/x", raw = true }).body)
        kl:close()
      end)
      assert.equal("gzip, deflate", accepted)
    end
  end)

  it("is an error where it is cut off, damaged or of another coding, raw or not", function()
    local whole = gzip(TEXT)
    for _, raw in ipairs { false, true } do
      for _, case in ipairs {
        { "disconnected", "ends too early", whole:sub(1, -2) }, { "disconnected", "ends too early", whole:sub(1, 40) },
        { "disconnected", "ends too early", whole:sub(1, 1) }, { "protocol", "is damaged", TEXT },
        { "protocol", "is damaged", whole:sub(1, -9) .. "????" .. whole:sub(-4) },
        { "protocol", "is damaged", whole .. "??" },
        { "protocol", "is encoded as br, which was not asked for", whole, "br" },
        { "protocol", "is encoded as gzip, gzip,", gzip(whole), "gzip, gzip" },
      } do
        for _, method in ipairs { "GET", "POST" } do
          local server = script.server { answer = function()
            return script.answer(200, case[3], { ["Content-Encoding"] = case[4] or "gzip" })
          end }
          script.run(server, function()
            local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false, max_attempts = 1 }
            local result, err = kl:request { method = method, path = "/x", raw = raw }
            assert.is_nil(result)
            assert.equal(case[1], err.kind)
            assert.truthy(err.message:find(case[2], 1, true), err.message)
            assert.equal(method == "POST" and "happened" or "none", err.outcome)
            kl:close()
          end)
        end
      end
    end
  end)

  it("is no reason to doubt a status that says no", function()
    local cut = gzip '{"errors":[{"detail":"wrong"}]}'
    local result, err = refused(function(c)
      c:write(script.answer(422, cut, { ["Content-Encoding"] = "gzip" }))
    end)
    assert.is_nil(result)
    assert.matches("wrong", err.message)
    result, err = refused(function(c)
      c:write(script.answer(422, cut:sub(1, -2), { ["Content-Encoding"] = "gzip" }))
    end)
    assert.is_nil(result)
    assert.equal(422, err.status)
  end)

  it("becomes max_body bytes at most, and not much more than it was", function()
    says("too_large", "(max_body)", refused(with_body(gzip(text_of(1001)), { ["Content-Encoding"] = "gzip" }),
      { max_body = 1000 }))
    assert(refused(with_body(gzip(text_of(1000)), { ["Content-Encoding"] = "gzip" }), { max_body = 1000 }))
    local bomb = output_of "(printf '['; yes 0, 2>/dev/null | head -n 60000000 | tr -d '\\n'; printf '0]') | gzip -9nc"
    assert.is_true(#bomb < 200000, #bomb)
    for _, raw in ipairs { false, true } do
      local peak = io.open("/proc/self/clear_refs", "w")
      local function most()
        return tonumber((assert(io.open "/proc/self/status"):read "*a"):match "VmHWM:%s*(%d+)")
      end
      if peak then -- begins to count from the present size
        peak:write "5"
        peak:close()
      end
      local server = script.server { answer = function()
        return script.answer(200, bomb, { ["Content-Encoding"] = "gzip" })
      end }
      script.run(server, function()
        local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false, max_attempts = 1 }
        local before = most()
        says("too_large", "over 100 times as long as it came compressed", kl:request { path = "/x", raw = raw })
        assert.is_true(most() - before < 64 * 1024, most() - before)
        kl:close()
      end)
    end
  end)
end)

describe("the head of an answer", function()
  it("has max_head bytes at most, in one line or many", function()
    says("too_large", "(max_head)", refused(with_body("{}", { ["X-Long"] = ("x"):rep(70000) })))
    says("too_large", "(max_head)", refused(with_body("{}", { ["X-Long"] = ("x"):rep(2000) }), { max_head = 1000 }))
    local many = {}
    for i = 1, 3000 do
      many["X-" .. i] = ("x"):rep(30)
    end
    says("too_large", "(max_head)", refused(with_body("{}", many)))
    for _, length in ipairs { 101000, 150000, 1000000 } do -- more than libcurl itself takes in one line
      says("too_large", "(max_head)", refused(with_body("{}", { ["X-Long"] = ("x"):rep(length) })))
    end
    assert(refused(with_body("{}", { ["X-Long"] = ("x"):rep(60000) })))
  end)
end)

describe("an answer that drips", function()
  it("is given up after stall_timeout", function()
    local began = core.now()
    local result, err = refused(function(c)
      c:write "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
      c:drip((" "):rep(1000), 1, 0.1)
    end, { stall_timeout = 1 })
    assert.is_nil(result)
    assert.equal("stalled", err.kind)
    assert.truthy(err.message:find("less than 64 bytes a second", 1, true))
    assert.is_true(core.now() - began < 6)
  end)
end)

describe("pages that hold nothing", function()
  local function paging(most_empty)
    local server
    server = script.server { answer = function()
      local number = #server.requests
      local data = number == most_empty + 1 and '{"type":"campaign","id":"1"}' or ""
      local next_link = number <= most_empty and ('"/api/campaigns?page%%5Bcursor%%5D=%d"'):format(number) or "null"
      return script.answer(200, ('{"data":[%s],"links":{"next":%s}}'):format(data, next_link))
    end }
    return server
  end

  it("are followed for a while, and not for ever", function()
    local server = paging(40)
    script.run(server, function()
      local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false }
      local ids = {}
      for campaign in kl.campaigns:each {} do
        ids[#ids + 1] = campaign.id
      end
      assert.same({ "1" }, ids)
      kl:close()
    end)
    server = paging(math.huge)
    script.run(server, function()
      local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false, timeout = 20 }
      local ok, err = pcall(function()
        for _ in kl.campaigns:each {} do
          error "a campaign"
        end
      end)
      assert.is_false(ok)
      assert.equal("loop", err.kind)
      assert.matches("^50 pages in a row hold nothing", err.message)
      local seen = #server.requests
      local related, failed = kl.messages:related("1", "variations")
      assert.is_nil(related)
      assert.equal("loop", failed.kind)
      assert.is_true(#server.requests - seen <= 51)
      kl:close()
    end)
  end)
end)

describe("a Retry-After of years", function()
  it("ends the call by its deadline, and closes its bucket for ten minutes at most", function()
    local server = script.server { answer = function()
      return script.answer(429, '{"errors":[{"detail":"no"}]}', { ["Retry-After"] = "99999999" })
    end }
    script.run(server, function()
      local kl = klaviyo.client { base_url = server.url, api_key = "pk_years", timeout = 5 }
      local began = core.now()
      local result, err = kl:request { path = "/x" }
      assert.is_nil(result)
      assert.equal("rate_limited", err.kind)
      result, err = kl:request { path = "/x" }
      assert.is_nil(result)
      assert.equal("timeout", err.kind)
      local seconds = tonumber(err.message:match "allows the next call in ([%d.]+) s")
      assert.is_true(seconds > 590 and seconds <= 600, err.message)
      assert.is_true(core.now() - began < 3)
      assert(kl:request { path = "/y" } == nil) -- another bucket is asked
      kl:close()
    end)
    assert.equal(2, #server.requests)
  end)
end)

describe("requests in flight", function()
  it("are max_pending at most: one more is refused, and comes in when there is room", function()
    local client = assert(core.client { base_url = "http://127.0.0.1:1", api_key = "x", max_pending = 3 })
    local requests = {}
    for i = 1, 3 do
      requests[i] = assert(client:submit { target = "/x" })
    end
    local request, err = client:submit { target = "/x" }
    assert.is_nil(request)
    assert.equal("busy", err.kind)
    assert.equal("none", err.outcome)
    assert.truthy(err.message:find("max_pending", 1, true))
    requests[1]:close()
    assert(client:submit { target = "/x" })
    client:close()
  end)

  it("are on the wire as many as concurrency says, and no more", function()
    local most, now = 0, 0
    local server = script.server { answer = function(_, c)
      now = now + 1
      most = math.max(most, now)
      c:pause(0.02)
      now = now - 1
      return script.answer(200, "{}")
    end }
    script.run(server, function()
      local kl = klaviyo.client { base_url = server.url, api_key = "pk_x", limits = false, concurrency = 3 }
      local requests = { limit = 20 }
      for i = 1, 20 do
        requests[i] = { path = "/x" }
      end
      assert.equal(20, #assert(kl:gather(requests)))
      kl:close()
    end)
    assert.equal(3, most)
  end)
end)
