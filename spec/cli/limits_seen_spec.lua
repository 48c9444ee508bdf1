-- SPDX-License-Identifier: MIT
-- What the service last said of its limits, kept between commands.

local cache = require "klaviyo.cli.cache"
local core = require "klaviyo.core"
local limits_seen = require "klaviyo.cli.limits_seen"

describe("limits that were seen", function()
  local read, write, kept, writes

  before_each(function()
    read, write, kept, writes = cache.read, cache.write, nil, 0
    cache.read = function()
      return kept
    end
    cache.write = function(_, _, value)
      kept, writes = value, writes + 1
    end
  end)

  after_each(function()
    cache.read, cache.write = read, write
  end)

  local function client(reported)
    return { kl = { _dispatch = { transport = { reported = reported } } } }
  end

  it("are kept until their window ends, beside those of other operations", function()
    limits_seen.keep(client { a = { limit = 150, remaining = 149, reset = 40, at = core.now() - 10 } })
    limits_seen.keep(client { b = { remaining = 9, at = core.now() } })
    local seen = limits_seen.read {}
    assert.equal(149, seen.a.remaining)
    assert.near(os.time() + 30, seen.a.ends, 1.5)
    assert.near(os.time() + 60, seen.b.ends, 1.5)
    kept.a.ends = os.time()
    assert.is_nil(limits_seen.read({}).a)
    assert.is_table(limits_seen.read({}).b)
  end)

  it("are not written where there is no news", function()
    limits_seen.keep(client {})
    assert.equal(0, writes)
  end)

  it("are none where the file is damaged, and never fail a command", function()
    for _, wrong in ipairs { "x", { a = 1 }, { a = { remaining = "9", ends = os.time() + 9 } },
      { a = { remaining = 1, ends = os.time() + 900 } } } do
      kept = wrong
      assert.same({}, limits_seen.read {})
    end
    cache.write = function()
      error "full"
    end
    limits_seen.keep(client { a = { remaining = 1, at = core.now() } })
  end)
end)
