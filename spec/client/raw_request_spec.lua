-- SPDX-License-Identifier: MIT
--- kl:request: what goes out for what is given, and what is refused before.

local service = require "spec.support.service"

-- What the server saw of a request.
local function sent(given)
  local seen
  service.run({ write = function()
    return service.answer(200, "{}")
  end, read = function()
    return service.answer(200, "{}")
  end }, nil, function(kl, server)
    assert(kl:request(given))
    seen = server.requests[1]
  end)
  return seen
end

describe("a request by hand", function()
  it("encodes its query: text as it is, pairs in their order, names sorted, lists with commas", function()
    assert.equal("/x?a=b%20c", sent { path = "/x", query = "a=b%20c" }.target)
    assert.equal("/x?b=1&a=2", sent { path = "/x", query = { { "b", 1 }, { "a", 2 } } }.target)
    assert.equal("/x?a=1%2C2&b=c%20d", sent { path = "/x", query = { b = "c d", a = { 1, 2 } } }.target)
    assert.equal("/x?y=1&a=2", sent { path = "/x?y=1", query = { a = 2 } }.target)
    assert.equal("/x", sent { path = "/x", query = {} }.target)
  end)

  it("sends a table as JSON and a text as it is, with further headers", function()
    assert.equal('{"a":[]}', sent { method = "post", path = "/x", body = { a = require("klaviyo").array {} } }.body)
    local request = sent { method = "PUT", path = "/x", body = "text", headers = { ["X-One"] = "1" } }
    assert.equal("text", request.body)
    assert.equal("PUT", request.method)
    assert.equal("1", request.headers["x-one"])
  end)

  it("is refused where it says what it must not, with a sentence", function()
    service.run({ write = function() end }, nil, function(kl, server)
      for _, wrong in ipairs { {}, { path = "x" }, { path = "/x", headers = { Authorization = "x" } },
        { path = "/x", headers = { ["X: y"] = "z" } }, { path = "/x", headers = { X = "a\r\nb" } },
        { path = "/x", rate = { 1 } }, { path = "/x", pth = 1 } } do
        assert.has_error(function()
          kl:request(wrong)
        end)
      end
      for _, name in ipairs { "Content-Length", "transfer-encoding", "HOST", "Connection", "Expect", "TE", "Upgrade",
        "Proxy-Authorization", "Accept-Encoding" } do
        local ok, message = pcall(kl.request, kl, { path = "/x", method = "POST", headers = { [name] = "1" } })
        assert.is_false(ok)
        assert.matches(name .. " by itself", message, 1, true)
      end
      local response, err = kl:request { path = "/x", method = "POST", body = { f = print } }
      assert.is_nil(response)
      assert.equal("validation", err.kind)
      assert.equal(0, #server.requests)
    end)
  end)
end)
