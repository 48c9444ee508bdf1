-- SPDX-License-Identifier: MIT
--- No value says more than it should: whatever byte it holds, the request is refused before it leaves, or arrives with
--- the lines and the path that it would have had otherwise.
local klaviyo = require "klaviyo"
local script = require "spec.support.script"

local CONTROL = {}
for code = 0, 31 do
  CONTROL[#CONTROL + 1] = string.char(code)
end
CONTROL[#CONTROL + 1] = "\127"

local OK = '{"data":{"type":"campaign","id":"1","attributes":{"definition":{"name":"x"}}}}'

-- Runs fn beside a server that answers all; returns what it saw.
local function beside(fn)
  local server = script.server { answer = function()
    return script.answer(200, OK)
  end }
  script.run(server, function()
    fn(server)
  end)
  return server.requests
end

local function client(server, more)
  local options = { base_url = server.url, limits = false, max_attempts = 1, revision = "2026-07-15.pre" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  options.api_key = not options.access_token and (options.api_key or "pk_x") or nil
  return klaviyo.client(options)
end

local function request(options)
  return function(server)
    local kl = client(server)
    local answer, err = kl:request(options)
    kl:close()
    return answer, err
  end
end

local function with_client(options)
  return function(server)
    local kl = client(server, options)
    local answer, err = kl:request { path = "/x" }
    kl:close()
    return answer, err
  end
end

-- Where a value may come in. Each is refused: it raises, or returns nil and an error.
local REFUSED = {
  ["the key"] = function(text)
    return with_client { api_key = text }
  end,
  ["a token"] = function(text)
    return with_client { access_token = text }
  end,
  ["a token of a function"] = function(text)
    return with_client { access_token = function()
      return text
    end }
  end,
  ["the user agent"] = function(text)
    return with_client { user_agent = text }
  end,
  ["the client's revision"] = function(text)
    return with_client { revision = "2026-07-15.pre" .. text }
  end,
  ["the call's revision"] = function(text)
    return request { path = "/x", revision = "2026-07-15.pre" .. text }
  end,
  ["a header"] = function(text)
    return request { path = "/x", headers = { ["X-A"] = text } }
  end,
  ["the name of a header"] = function(text)
    return request { path = "/x", headers = { ["X-" .. text] = "1" } }
  end,
  ["the path"] = function(text)
    return request { path = "/x" .. text }
  end,
  ["the method"] = function(text)
    return request { method = "GET" .. text, path = "/x" }
  end,
  ["the base URL"] = function(text)
    return function(server)
      return with_client { base_url = server.url .. "/" .. text }(server)
    end
  end,
}

describe("a control character", function()
  for where, make in pairs(REFUSED) do
    it("in " .. where .. " is refused, and nothing is sent", function()
      for _, byte in ipairs(CONTROL) do
        for _, text in ipairs { "a" .. byte, "a" .. byte .. "X-Injected: 1", byte .. "b" } do
          local seen = beside(function(server)
            local ok, answer, err = pcall(make(text), server)
            local said = tostring(not ok and answer or err)
            assert.is_true(not ok or answer == nil, ("%q was taken"):format(text))
            assert.is_nil(said:find "[%c]", ("%q"):format(said))
          end)
          assert.equal(0, #seen)
        end
      end
    end)
  end
end)

describe("any byte", function()
  it("in an id is one segment of the path, and in a value of the query one value", function()
    for code = 0, 255 do
      local byte = string.char(code)
      local seen = beside(function(server)
        local kl = client(server)
        kl.campaigns:get("a" .. byte .. "/../b")
        assert(kl:request { path = "/x", query = { name = "a" .. byte .. "b&c=d#e" } })
        kl:close()
      end)
      for _, one in ipairs(seen) do
        local _, lines = one.head:gsub("\r\n", "")
        assert.is_true(lines <= 8, one.head)
        assert.is_nil(one.target:find "[%c \127-\255#]")
      end
      local last = seen[#seen].target
      assert.is_nil(last:gsub("^/x%?name=", ""):find "[=&]", last)
      if #seen == 2 then
        assert.truthy(seen[1].target:find("^/api/campaigns/[^/?]+%%2F%.%.%%2Fb$")
          or seen[1].target:find("^/api/campaigns/[^/?]+%%2F%.%.%%2Fb%?"), seen[1].target)
      end
    end
  end)
end)

describe("a link that leads elsewhere", function()
  it("is refused as prev, as next, and by hand", function()
    local other = script.server { answer = function()
      return script.answer(200, OK)
    end }
    local server = script.server { answer = function()
      return script.answer(200, '{"data":[],"links":{"next":"' .. other.url .. '/n","prev":"' .. other.url .. '/p"}}')
    end }
    script.run({ server, other }, function()
      local kl = client(server)
      local page = assert(kl.campaigns:list {})
      for _, way in ipairs { "next", "prev" } do
        local got, err = page[way](page)
        assert.is_nil(got)
        assert.equal("origin", err.kind)
      end
      for _, link in ipairs { other.url .. "/x", "//127.0.0.1:" .. other.port .. "/x", "http://x@127.0.0.1:"
          .. server.port .. "/x", server.url .. "@evil.example/", "https://127.0.0.1:" .. server.port .. "/x" } do
        local got, err = kl:request { path = link }
        assert.is_nil(got)
        assert.equal("origin", err.kind)
      end
      kl:close()
    end)
    assert.equal(0, #other.requests)
  end)
end)
