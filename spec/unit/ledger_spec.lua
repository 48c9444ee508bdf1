-- SPDX-License-Identifier: MIT
--- What a client has created and is creating.

local core = require "klaviyo.core"
local ledger = require "klaviyo.calls.ledger"
local collect = require "spec.support.collect"

-- A client of which only the loop counts.
local function client()
  local gone = {}
  return { gone = gone, loop = {
    caller = function()
      return coroutine.running() or gone
    end,
    gone = function(caller)
      return gone[caller] == true
    end,
  } }
end

describe("a ledger", function()
  it("gives an object to one call alone, and marks what was found", function()
    local kl, object = client(), { id = "A" }
    assert.is_false(ledger.has(kl, "A"))
    assert.is_true(ledger.adopt(kl, object))
    assert.is_true(object.reconciled)
    assert.is_true(ledger.has(kl, "A"))
    assert.is_false(ledger.adopt(kl, { id = "A" }))
    assert.is_false(ledger.claim(kl, "A"))
    assert.is_false(ledger.has(client(), "A"))
  end)

  it("keeps the newest ids, and no more than a thousand", function()
    local kl = client()
    for i = 1, 1100 do
      assert.is_true(ledger.claim(kl, "id" .. i))
    end
    assert.is_false(ledger.has(kl, "id100"))
    assert.is_true(ledger.has(kl, "id101"))
    assert.same({ "id1099", "id1100" }, ledger.ids(kl, 2))
    assert.equal(1000, #ledger.ids(kl, 5000))
  end)

  it("knows what is being created beside a call, until that ends, looks, is killed or should have ended", function()
    local kl, mine = client(), {}
    local function entry(ends)
      return ledger.begin(kl, { resource = "campaign" }, core.now() + (ends or 60))
    end
    local own = ledger.begin(kl, mine, core.now() + 60)
    assert.same({}, ledger.others(kl, mine))
    local other = entry()
    assert.equal(other.record, ledger.others(kl, mine)[1])
    other.is_sending = false
    assert.same({}, ledger.others(kl, mine))
    ledger.finish(kl, other)
    other = entry()
    ledger.finish(kl, other)
    assert.same({}, ledger.others(kl, mine))
    entry(-1)
    assert.same({}, ledger.others(kl, mine))
    local thread = coroutine.create(function()
      entry()
    end)
    assert(coroutine.resume(thread))
    assert.equal(1, #ledger.others(kl, mine))
    kl.gone[thread] = true
    assert.same({}, ledger.others(kl, mine))
    ledger.finish(kl, own)
  end)

  it("does not keep its client alive", function()
    local weak = setmetatable({ client() }, { __mode = "v" })
    ledger.begin(weak[1], {}, core.now() + 60)
    ledger.claim(weak[1], "A")
    collect()
    assert.is_nil(weak[1])
  end)
end)
