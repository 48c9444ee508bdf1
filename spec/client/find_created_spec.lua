-- SPDX-License-Identifier: MIT
--- What is taken for the result of a creation whose answer was lost, and what is not.

local klaviyo = require "klaviyo"
local service = require "spec.support.service"

-- Closes without an answer, as a service does that is at work or gone.
local function lose()
  return nil
end

-- Creates the model of the specs beside a service whose list shows these campaigns, made anew for each look.
local function create(campaigns, how, options)
  local given = { write = lose, campaigns = campaigns }
  for name, value in pairs(how or {}) do
    given[name] = value
  end
  local campaign, err, writes
  service.run(given, options, function(kl, server)
    campaign, err = kl.campaigns:create(service.model())
    writes = service.writes(server)
  end)
  assert.equal(1, writes)
  return campaign, err
end

-- Created by somebody while the call is under way, with differences.
local function meanwhile(differs, id)
  return service.campaign(id or "OURS", differs)
end

local function found(differs)
  return function()
    return { meanwhile(differs) }
  end
end

local function is_unknown(campaign, err)
  assert.is_nil(campaign)
  assert.equal("unknown", err.outcome)
  assert.is_false(err.retryable)
  return err
end

describe("a creation whose answer was lost", function()
  it("is what equals it, and says that it was found", function()
    local campaign = assert(create(found()))
    assert.equal("OURS", campaign.id)
    assert.is_true(campaign.reconciled)
    assert.is_nil(campaign:changes())
  end)

  it("is found under texts whose white space the service normalised", function()
    assert(create(found { name = "  Summer \t Sale ", details = { body = "It\n starts " } }))
  end)

  it("is found with a template that the service put in place of the one that was sent", function()
    assert(create(found { details = { template_id = "ANOTHER" } }))
    is_unknown(create(found { details = { template_id = "" } }, nil, { reconcile = 0.1 }))
  end)

  it("is nothing that differs in anything that was sent, or that nobody asked for", function()
    for name, differs in pairs {
      name = { name = "Summer Sale 2" }, description = { description = "Some of it" }, list = { included = { "L1" } },
      lists = { included = { "L1", "L3" } }, excluded = { excluded = { "L9" } }, message = { message = "Other" },
      detail = { details = { body = "Never" } }, channel = { details = { channel = "email" } },
      status = { status = "SCHEDULED" }, case = { name = "summer sale" },
      composed = { name = "Summer Sale\204\129" }, subject = { details = { subject = "Not sent" } },
    } do
      local err
      for _, seconds in ipairs { 0.1, 1, 5 } do -- a busy machine may need longer for the first look
        err = is_unknown(create(found(differs), nil, { reconcile = seconds }))
        if err.seen then
          break
        end
      end
      assert.equal("OURS", err.seen[1].id, name)
      assert.matches("OURS differs in %w+", err.message, 1, name)
    end
  end)

  it("is nothing that was created before the call", function()
    is_unknown(create(found { created = os.time() - 30 }, nil, { reconcile = 0.1 }))
  end)

  it("is not distinguished from another one that equals it: both are shown", function()
    local err = is_unknown(create(function()
      return { meanwhile(nil, "ONE"), meanwhile(nil, "TWO") }
    end))
    assert.equal(2, #err.seen)
    assert.matches("which of them came of this call cannot be said", err.message, 1, true)
  end)

  it("is found behind many newer ones, page by page", function()
    local many = {}
    for i = 1, 150 do
      many[i] = meanwhile({ name = "Other " .. i }, "N" .. i)
    end
    many[151] = meanwhile()
    assert.equal("OURS", assert(create(function()
      return many
    end)).id)
  end)

  it("is not looked for in a list of which a page is missing", function()
    local many = {}
    for i = 1, 30 do
      many[i] = meanwhile({ name = "Other " .. i }, "N" .. i)
    end
    many[1] = meanwhile()
    for _, broken in ipairs { "{}", "null", '"x"', '{"data":{}}', '{"errors":[]}', '{"data":[1]}' } do
      local err = is_unknown(create(function()
        return many
      end, { page_size = 10, read = function(request)
        return request.target:find "cursor=21" and service.answer(200, broken) or nil
      end }, { reconcile = 0.1 }))
      assert.matches("could not be read", err.message, 1, true)
    end
  end)

  it("is nothing while the service's clock is not known, or shows that it is wrong", function()
    is_unknown(create(found(), { dated = false }, { reconcile = 0.1 }))
    -- its creation times are right, and its Date is an hour ahead or behind
    is_unknown(create(found { created = os.time() + 1 }, { clock = 3600 }, { reconcile = 0.1 }))
    is_unknown(create(found { created = os.time() + 1 }, { clock = -3600 }, { reconcile = 0.1 }))
    -- a service whose clocks agree with each other may be hours off ours
    assert(create(found(), { clock = 3600 }))
    assert(create(found(), { clock = -3600 }))
  end)

  it("is nothing at all with reconcile_strict", function()
    local err = is_unknown(create(found(), nil, { reconcile_strict = true }))
    assert.equal("OURS", err.seen[1].id)
    assert.matches("reconcile_strict", err.message, 1, true)
  end)

  it("is nothing that the client created itself", function()
    local made = { meanwhile(nil, "FIRST") }
    service.run({
      write = function(_, _, n)
        return n == 1 and service.answer(201, { data = made[1].data }) or nil
      end,
      campaigns = function()
        return made
      end,
    }, { reconcile = 0.1 }, function(kl, server)
      assert.equal("FIRST", assert(kl.campaigns:create(service.model())).id)
      is_unknown(kl.campaigns:create(service.model()))
      assert.equal(2, service.writes(server))
    end)
  end)

  it("is not what an equal creation of the same client made that runs beside it", function()
    -- one of the two is cut at once; the other is processed and answered later
    local made = {}
    service.run({
      write = function(_, c, n)
        if n == 1 then
          return nil
        end
        made[1] = meanwhile(nil, "SECOND")
        c:pause(0.5)
        return service.answer(201, { data = made[1].data })
      end,
      campaigns = function()
        return made
      end,
    }, nil, function(kl, server)
      local results = klaviyo.all {
        all = true,
        function()
          return kl.campaigns:create(service.model())
        end,
        function()
          return kl.campaigns:create(service.model())
        end,
      }
      assert.equal(2, service.writes(server))
      local lost, answered = results[1], results[2]
      if lost[1] then
        lost, answered = answered, lost
      end
      assert.equal("SECOND", answered[1].id)
      assert.is_nil(answered[1].reconciled)
      is_unknown(lost[1], lost[2])
    end)
  end)

  it("is found by one of two calls that lost their answers, and not by both", function()
    local made = { meanwhile() }
    service.run({ write = lose, campaigns = function()
      return made
    end }, nil, function(kl)
      local results = klaviyo.all { all = true,
        function()
          return kl.campaigns:create(service.model())
        end,
        function()
          return kl.campaigns:create(service.model())
        end }
      local one, other = results[1], results[2]
      if not one[1] then
        one, other = other, one
      end
      assert.equal("OURS", one[1].id)
      is_unknown(other[1], other[2])
    end)
  end)
end)
