-- SPDX-License-Identifier: MIT
--- The permits of one operation, with times that the spec gives.

local pools = require "klaviyo.fleet.pool"

local unpack = table.unpack or unpack

local RATE = { burst = 10, window = 1, steady = 150, length = 60 }

local function ticket(fields)
  fields = fields or {}
  fields.deadline = fields.deadline or 1000
  fields.finish = function(self)
    self.over = true
  end
  return fields
end

-- A reply of Redis, whose clock shows 1000 s where ours shows 0.
local function reply(at, permits, more)
  more = more or {}
  return ("%s %.0f %d %d %d %d %d 60000 [%s] [%s]"):format(more.base or "5", (1000 + at) * 1000, more.active or 1,
    more.share or 100, more.next or 0, more.probing and 1 or 0, more.left or 150, permits, more.urgent or "")
end

local function pool_with(...)
  local pool = pools.new("get_campaigns", RATE)
  for _, one in ipairs { ... } do
    pool:join(one, 0)
  end
  return pool
end

describe("a pool", function()
  it("serves urgent tickets first, and each kind in the order of arrival", function()
    local a, b, urgent = ticket(), ticket(), ticket { urgent = true }
    local pool = pool_with(a, b, urgent)
    assert.same({ normal = 2, urgent = 1, patience = 1000 }, pool:demand(0))
    assert.is_true(pool:learn(reply(0, "6@0,7@0"), "m", 0, 0))
    assert.equal("6:m", urgent.permit.member)
    assert.equal("7:m", a.permit.member)
    assert.is_nil(b.permit)
    assert.same({ b }, pool.waiting)
  end)

  it("has a ticket that waited before go ahead of its kind", function()
    local a, again = ticket(), ticket()
    local pool = pool_with(a)
    pool:join(again, 0, true)
    assert.same({ again, a }, pool.waiting)
  end)

  it("refuses a ticket whose deadline comes before any permit, and no other", function()
    local short, long = ticket { deadline = 3 }, ticket { deadline = 10 }
    local pool = pool_with(short, long)
    pool:learn(reply(0, "", { next = 5000 }), "m", 0, 0)
    assert.equal(5, short.refused)
    assert.is_nil(long.refused)
    pool:learn(reply(1, "6@11000"), "m", 1, 1)
    assert.equal(11, long.refused)
    pool:hand_out(13)
    assert.same({ "6:m" }, pool.returned) -- nobody wanted it
  end)

  it("lets a permit be used when Redis says, for a fifth of the window, however slow the reply was", function()
    local a, b = ticket(), ticket()
    local pool = pool_with(a, b)
    pool:learn(reply(0, "6@2000"), "m", 0, 0.01)
    assert.is_true(math.abs(a.permit.leave - 2.01) < 1e-6 and math.abs(a.permit.latest - 2.2) < 1e-6)
    pool:learn(reply(3, "7@2000"), "m", 2.6, 3.4) -- the first reply has shown the clock better
    assert.is_true(math.abs(b.permit.leave - 5.01) < 1e-6 and math.abs(b.permit.latest - 5.2) < 1e-6)
  end)

  it("starts anew when Redis has lost its data", function()
    local a = ticket()
    local pool = pool_with(a)
    pool:learn(reply(0, "6@2000"), "m", 0, 0)
    local generation = a.generation
    pool:learn(reply(1, "", { base = "9" }), "m", 1, 1)
    assert.is_true(pool.generation > generation)
    assert.equal(0, pool.assigned)
  end)

  it("takes no reply that makes no sense", function()
    local pool = pool_with(ticket())
    for _, text in ipairs { "", "OK", "1 2 3", "5 6 7 8 9 1 150 10 [x] []", "5 6 7 8 9 2 150 10 [] []" } do
      assert.is_false(pool:learn(text, "m", 0, 0))
    end
  end)

  it("has an urgent ticket overtake what was promised, and nobody leave earlier than promised", function()
    local a, b, urgent = ticket(), ticket(), ticket { urgent = true }
    local pool = pool_with(a, b)
    a.pool, b.pool, urgent.pool = pool, pool, pool
    pool:learn(reply(0, "6@1000,7@2000"), "m", 0, 0)
    pool:join(urgent, 0)
    pool:learn(reply(0.5, "8@2500"), "m", 0.5, 0.5)
    pool:overtake(urgent, { a, b, urgent })
    assert.equal("6:m", urgent.permit.member)
    assert.equal("7:m", a.permit.member)
    assert.equal("8:m", b.permit.member)
  end)

  it("asks for some in advance where one call follows the other", function()
    local pool = pool_with(ticket())
    pool:learn(reply(0, "6@0"), "m", 0, 0)
    for i = 1, 10 do
      pool:note_sent(i / 100)
    end
    pool:join(ticket(), 0.1)
    assert.equal(3, pool:demand(0.1).normal)
  end)

  it("gathers those who come while the budget is used up, and asks once; not for an urgent one", function()
    local pool = pool_with(ticket())
    pool:learn(reply(0, "6@0", { next = 650 }), "m", 0, 0)
    pool:join(ticket(), 0.5)
    assert.is_nil(pool:demand(0.5))
    pool:join(ticket(), 0.52)
    assert.equal(2, pool:demand(pool:wake(0.52)).normal)
    assert.is_true(pool:wake(0.52) <= 0.551)
    pool:join(ticket { urgent = true }, 0.52)
    assert.equal(1, pool:demand(0.52).urgent)
  end)

  -- A pool that asked for some at once, and was given them for later.
  local function pool_with_queue(count, leave)
    local tickets, members = {}, {}
    for i = 1, count do
      tickets[i], members[i] = ticket(), ("%d@%d"):format(5 + i, leave * 1000)
    end
    local pool = pool_with(unpack(tickets))
    pool:learn(reply(0, table.concat(members, ","), { next = leave * 1000, active = 4, share = 10 }), "m", 0, 0)
    return pool, tickets
  end

  local function use(pool, list, at)
    for _, one in ipairs(list) do
      assert(pool:take(one))
      pool:note_sent(at)
    end
  end

  it("asks again once all that it holds has left, for those as well that will come again", function()
    local pool, tickets = pool_with_queue(4, 2)
    use(pool, { tickets[1] }, 2)
    pool:note_done(2)
    pool:join(ticket(), 2)
    assert.is_nil(pool:demand(2)) -- three are still held
    use(pool, { tickets[2], tickets[3], tickets[4] }, 2.001)
    pool:note_done(2.002)
    assert.equal(3, pool:demand(pool:wake(2.002)).normal) -- one waits, two are under way, one has ended
    assert.is_true(pool:wake(2.002) < 2.01)
  end)

  it("asks for no more than came lately", function()
    local pool, tickets = pool_with_queue(4, 2)
    use(pool, tickets, 2)
    pool:join(ticket(), 2.1)
    pool:learn(reply(2.1, "10@4000", { next = 2000, active = 4, share = 10 }), "m", 2.1, 2.1)
    pool:learn(reply(2.2, "", { next = 2000, active = 4, share = 10 }), "m", 2.2, 2.2)
    pool:join(ticket(), 9)
    assert.equal(2, pool:demand(9).normal) -- itself, and the one like it
  end)

  it("asks sooner when more calls wait than it holds permits", function()
    local pool = pool_with_queue(2, 30)
    pool:join(ticket(), 0.1)
    pool:join(ticket(), 0.1)
    assert.is_nil(pool:demand(1))
    pool:join(ticket(), 1)
    assert.equal(3, pool:demand(pool:wake(1)).normal)
    assert.is_true(pool:wake(1) < 1.1)
    for _ = 1, 9 do
      pool.share = 3 -- as Redis says: it would give one at most
      pool.ask_at = 30
      pool:join(ticket(), 1)
      assert.is_nil(pool:demand(2))
    end
  end)

  it("gives back what it holds for calls that do not come", function()
    local pool = pool_with()
    pool:note_sent(0)
    pool:learn(reply(0, "6@30000,7@30000", { next = 30000, active = 4, share = 10 }), "m", 0, 0)
    pool:hand_out(5)
    assert.equal(30.2, pool:wake(5)) -- one is under way, and may come again
    pool:note_done(5)
    assert.equal(5.25, pool:wake(5))
    pool:hand_out(5.2)
    assert.same({}, pool.returned)
    pool:hand_out(5.3)
    table.sort(pool.returned)
    assert.same({ "6:m", "7:m" }, pool.returned)
    assert.is_table(pool:demand(5.3))
  end)

  it("gives back what nobody wants after a while", function()
    local pool = pool_with()
    pool:learn(reply(0, "6@0,7@0"), "m", 0, 0)
    assert.is_nil(pool:demand(0.1))
    pool:hand_out(0.3)
    assert.same({ "6:m", "7:m" }, pool.returned)
    assert.is_nil(pool:demand(0.3))
    assert.same({ normal = 0, urgent = 0, patience = 0 }, pool:demand(pool:wake(0.3)))
  end)

  it("tells a 429 at once, and what was left while it probes", function()
    local pool = pool_with()
    pool:note_report(1, 150, 140, 30, nil, "6")
    assert.is_nil(pool:demand(1))
    pool.probing = true
    pool:note_report(2, 150, 139, 29, nil, "7")
    assert.is_table(pool:demand(2))
    pool.probing, pool.report = false, nil
    pool:note_report(3, nil, nil, nil, 7, "8")
    assert.equal(10, pool.hold_until)
    assert.is_table(pool:demand(3))
  end)

  describe("without Redis", function()
    it("sends its share of the budget, by the machines last seen", function()
      local pool = pool_with()
      pool.active = 3
      local now, sent = 0, {}
      while now < 120 do
        local at = pool:alone(now)
        if at <= now then
          pool:note_sent(now)
          sent[#sent + 1] = now
        end
        now = math.max(at, now + 0.001)
      end
      for i = 1, #sent do
        local in_second, in_minute = 0, 0
        for k = i, #sent do
          in_second = in_second + (sent[k] < sent[i] + 1 and 1 or 0)
          in_minute = in_minute + (sent[k] < sent[i] + 60 and 1 or 0)
        end
        assert.is_true(in_second <= 3 and in_minute <= 50)
      end
      assert.equal(100, #sent)
    end)

    it("keeps to its part of what the service said was left", function()
      local pool = pool_with()
      pool.active = 2
      pool:note_report(0, 150, 5, 20)
      for _ = 1, 2 do
        assert.equal(1, pool:alone(1))
        pool:note_sent(1)
      end
      assert.is_true(pool:alone(3) >= 20)
    end)

    it("sends at least one now and then, however many machines there are", function()
      local pool = pool_with()
      pool.active = 1000
      assert.equal(5, pool:alone(5))
      pool:note_sent(5)
      assert.is_true(pool:alone(6) > 300)
    end)
  end)
end)
