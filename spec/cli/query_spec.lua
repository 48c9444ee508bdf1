-- SPDX-License-Identifier: MIT
--- The options that select campaigns.

local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local query = require "klaviyo.cli.query"

-- Campaigns as a client would give them, and what it was asked for.
local function context(args, campaigns)
  local asked
  args.sort = args.sort or "-updated_at"
  return { args = args, progress = { begin = function() end, set = function() end, finish = function() end },
    now = function() return 1796083200 end, zone = function() return require("klaviyo.cli.local_time").zone "UTC" end,
    client = function()
      return { campaigns = { each = function(_, options)
        asked = options
        local i = 0
        return function()
          i = i + 1
          return campaigns[i]
        end
      end } }
    end }, function()
      return asked
    end
end

local function campaign(name, status)
  return { name = name, messages = { { status = status } }, scheduling = json.null }
end

local function names(ctx, limit)
  local list = {}
  for one in query.each(ctx, limit) do
    list[#list + 1] = one.name
  end
  return list
end

describe("query.each", function()
  local ALL = { campaign("a", "DRAFT"), campaign("b", "SENT"), campaign("c", "DRAFT") }

  it("asks for the campaigns of the options, with their messages", function()
    local ctx, asked = context({ name = "Sale", created_since = "2026-11-01", sort = "name" }, ALL)
    assert.same({ "a", "b", "c" }, names(ctx))
    assert.equal("name", asked().sort)
    assert.same({ "messages" }, asked().include)
    local filter = assert(require("klaviyo.model.filter").encode(asked().filter))
    assert.matches('contains(name,"Sale")', filter, 1, true)
    assert.matches("equals(archived,false)", filter, 1, true)
    assert.matches("greater-or-equal(created_at,1793491200)", filter, 1, true) -- 2026-11-01 in UTC
  end)

  it("leaves out campaigns without a message in the status", function()
    local ctx = context({ all = true, status = "DRAFT" }, ALL)
    assert.same({ "a", "c" }, names(ctx))
  end)

  it("ends at the limit, and asks for no more", function()
    local ctx, asked = context({ all = true }, ALL)
    assert.same({ "a", "b" }, names(ctx, 2))
    assert.equal(2, asked().page_size)
  end)

  it("rejects a day that is none", function()
    local ctx = context({ created_since = "someday" }, ALL)
    local ok, raised = pcall(names, ctx)
    assert.is_false(ok)
    assert.equal(failure.codes.usage, raised.code)
    assert.matches("--created-since", raised.message, 1, true)
  end)
end)
