-- SPDX-License-Identifier: MIT
local address = require "klaviyo.fleet.address"

describe("address.parse", function()
  for text, expected in pairs {
    ["redis://localhost"] = { host = "localhost", port = 6379, tls = false },
    ["redis://user:p%40ss@cache.example.com:6380/3"] = { host = "cache.example.com", port = 6380, user = "user",
      password = "p@ss", database = 3, tls = false },
    ["redis://:secret@10.0.0.1/0"] = { host = "10.0.0.1", port = 6379, password = "secret", database = 0, tls = false },
    ["redis://secret@10.0.0.1/"] = { host = "10.0.0.1", port = 6379, password = "secret", tls = false },
    ["redis://[::1]:7000"] = { host = "::1", port = 7000, tls = false },
    ["rediss://host"] = { host = "host", port = 6379, tls = true },
    ["redis://[fe80::1%25eth0]"] = { host = "fe80::1%eth0", port = 6379, tls = false },
    ["redis://u:p@ss%2F%3A%25@h"] = { host = "h", port = 6379, user = "u", password = "p@ss/:%", tls = false },
    ["redis://u:@h"] = { host = "h", port = 6379, user = "u", password = "", tls = false },
    ["redis://:@h"] = { host = "h", port = 6379, tls = false },
    ["REDISS://h"] = { host = "h", port = 6379, tls = true },
    ["unix:///run/redis.sock"] = { path = "/run/redis.sock", tls = false },
    ["unix://user:pw@/run/redis.sock?db=2"] = { path = "/run/redis.sock", user = "user", password = "pw",
      database = 2, tls = false },
  } do
    it("reads " .. text, function()
      assert.same(expected, (address.parse(text)))
    end)
  end

  for text, problem in pairs {
    ["http://secret@host"] = "has an unknown scheme", ["redis://secret@"] = "names no host",
    ["redis://secret@host:99999"] = "has a port", ["redis://secret@host/x"] = "has a database",
    ["unix://secret"] = "names no path", [""] = "has an unknown scheme",
    ["unix://secret/redis.sock"] = "names no path of a socket (it begins with a third slash)",
    ["unix:///secret" .. ("x"):rep(101)] = "has a path of 108 bytes; a socket's has 107 at most",
    ["redis://:secret%@host"] = "has a % without two hexadecimal digits",
    ["redis://:secret%2@host"] = "has a % without two hexadecimal digits",
    ["redis://:secret%00@host"] = "has a zero byte", ["redis://:secret\0@host"] = "has a zero byte",
    ["redis://:secret@ho st"] = "a character that no host has", ["redis://:secret@host\n"] = "that no host has",
    ["redis://:secret@::1"] = "in brackets", ["redis://secret:x#y@host"] = "has a port",
  } do
    it(("rejects %q with a sentence that repeats nothing of it"):format(text), function()
      local parsed, message = address.parse(text)
      assert.is_nil(parsed)
      assert.truthy(message:find(problem, 1, true), message)
      assert.falsy(message:find("secret", 1, true))
    end)
  end
end)
