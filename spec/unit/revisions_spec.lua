-- SPDX-License-Identifier: MIT
local klaviyo = require "klaviyo"
local operations = require "klaviyo.wire.operations"
local revisions = require "klaviyo.model.revisions"
local query = require "klaviyo.wire.query"
local script = require "spec.support.script"

describe("revisions", function()
  it("know which dialect a revision speaks", function()
    assert.equal("auto", revisions.dialect "2026-04-15.pre")
    assert.equal("openapi", revisions.dialect "2026-07-15.pre")
    assert.equal("openapi", revisions.dialect "2026-10-15")
    assert.equal("openapi", revisions.dialect "2027-01-15")
  end)

  it("take a later one for the newest that is known, and say so", function()
    for _, revision in ipairs { "2026-10-16", "2027-01-15", "2027-01-15.pre", "2028-02-29", "2028-10-15" } do
      local row, message = revisions.find(revision)
      assert.equal("2026-10-15", row and row.name, revision)
      assert.matches(revision, message, 1, true)
    end
    assert.is_nil(select(2, revisions.find "2026-10-15"))
  end)

  it("refuse what is no revision, and name the one that was meant", function()
    for revision, meant in pairs { ["2026-04-15"] = "2026-04-15.pre", ["2026-07-15"] = "2026-07-15.pre",
      ["2026-10-15.pre"] = "2026-10-15", ["2026-01-15"] = "2026-10-15", ["2026-07-15pre"] = "2026-07-15.pre" } do
      local row, message = revisions.find(revision)
      assert.is_nil(row, revision)
      assert.matches(('did you mean "%s"'):format(meant), message, 1, true)
    end
    for _, revision in ipairs { "", "latest", "2026-7-15", "2026-07-15\r\nX: y", "2024-02-15", "2028-10-16",
      "2127-01-15",      "2027-02-29", "2027-13-01", "2027-00-10", "2027-01-15.beta", 20270115, false } do
      local row, message = revisions.find(revision)
      assert.is_nil(row, tostring(revision))
      assert.matches("2026%-04%-15%.pre", message)
    end
    assert.is_nil((revisions.find(nil)))
  end)

  it("know since when there is something", function()
    assert.is_false(revisions.has("2026-04-15.pre", "capabilities", "throttle_unit"))
    assert.is_true(revisions.has("2026-07-15.pre", "capabilities", "throttle_unit"))
    assert.is_true(revisions.has("2027-01-15", "capabilities", "throttle_unit"))
    assert.equal("2026-07-15.pre", revisions.since("capabilities", "throttle_unit"))
    assert.is_true(revisions.has("2026-04-15.pre", "operations", "get_campaigns"))
    assert.is_nil(revisions.since("operations", "get_campaigns"))
  end)

  it("place a revision that only an escape hatch call names by its date", function()
    assert.is_false(revisions.has("2025-01-15", "capabilities", "throttle_unit"))
    assert.is_true(revisions.has("2026-08-01", "capabilities", "throttle_unit"))
    assert.equal("S", revisions.tier("get_tags_for_campaign_message", "2026-08-01"))
    assert.is_nil(revisions.tier("get_tags_for_campaign_message", "2025-01-15"))
  end)

  it("order themselves", function()
    assert.is_true(revisions.reaches("2026-10-15", "2026-07-15.pre"))
    assert.is_false(revisions.reaches("2026-04-15.pre", "2026-07-15.pre"))
    assert.is_true(revisions.reaches(nil, "2026-10-15"))
    assert.is_true(revisions.reaches("2026-04-15.pre", nil))
  end)

  it("say with which revision stable endpoints are asked", function()
    assert.equal("2026-07-15", revisions.companion "2026-04-15.pre")
    assert.equal("2026-07-15", revisions.companion "2026-07-15.pre")
    assert.equal("2026-10-15", revisions.companion "2026-10-15")
    assert.equal("2027-01-15", revisions.companion "2027-01-15")
  end)

  it("hide operations and includes that came later", function()
    local tags = operations.get "get_tags_for_campaign"
    assert.is_true(operations.available(tags, "guide", "2026-04-15.pre"))
    assert.is_false(operations.available(tags, "openapi", "2026-07-15.pre"))
    assert.is_true(operations.available(tags, "openapi", "2026-10-15"))
    local asked = { include = { "tags" }, fields = { tag = "name" } }
    assert.same({ { "fields[tag]", "name" }, { "include", "tags" } },
      query.build("get_campaign", "openapi", asked, "2026-10-15"))
    local _, problems = query.build("get_campaign", "openapi", asked, "2026-07-15.pre")
    assert.equal(2, #problems)
    assert.equal("include[1]", problems[2].path)
    assert.equal('cannot be "tags"; ' .. revisions.hint "2026-10-15", problems[2].message)
  end)
end)

describe("the revision of a client", function()
  local function client(options, events)
    options.api_key, options.base_url = "pk_test", "http://127.0.0.1:1"
    options.on_event = events and function(event)
      events[#events + 1] = event
    end
    return klaviyo.client(options)
  end

  it("may be newer than this library: an event says what it is taken for", function()
    local events = {}
    client({ revision = "2027-01-15" }, events):close()
    assert.equal(1, #events)
    assert.equal("revision", events[1].type)
    assert.equal("2026-10-15", events[1].taken_as)
    events = {}
    client({ revision = "2026-10-15" }, events):close()
    assert.same({}, events)
  end)

  it("is refused at the caller's line where it is none, for one call too", function()
    local function refused(fn)
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("revisions_spec.lua:%d+: ", message)
      assert.matches('did you mean "2026-07-15.pre"', message, 1, true)
    end
    refused(function()
      client({ revision = "2026-07-15" }):close()
    end)
    local kl = client {}
    refused(function()
      local _ = kl.campaigns:get("C", { revision = "2026-07-15" })
    end)
    kl:close()
  end)

  it("is what an error names that a later one would not have made", function()
    local kl = client { revision = "2026-07-15.pre" }
    local _, err = kl.campaigns:related("C", "tags")
    assert.equal("validation", err.kind)
    assert.matches("2026-10-15", err.message, 1, true)
    assert.matches("--revision", err.message, 1, true)
    kl:close()
  end)

  -- Runs a function with an environment variable.
  local function with_variable(value, fn)
    local getenv = os.getenv
    os.getenv = function(name) -- luacheck: ignore 122
      if name == "KLAVIYO_REVISION" then
        return value
      end
      return getenv(name)
    end
    local ok, message = pcall(fn)
    os.getenv = getenv -- luacheck: ignore 122
    assert(ok, message)
  end

  it("comes from the environment where the program names none", function()
    with_variable("2026-10-15", function()
      local kl, named = client {}, client { revision = "2026-07-15.pre" }
      assert.equal("2026-10-15", kl.options.revision)
      assert.equal("2026-07-15.pre", named.options.revision)
      kl:close()
      named:close()
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { "L" } }):email { name = "A", subject = "S",
        ab_test = { winner_metric = "opens" } }
      assert.is_true(sale:validate())
      assert.is_nil((sale:validate { revision = "2026-07-15.pre" }))
    end)
    with_variable("", function()
      local kl = client {}
      assert.equal(revisions.default, kl.options.revision)
      kl:close()
    end)
    with_variable("2026-10-14", function()
      local ok, message = pcall(client, {})
      assert.is_false(ok)
      assert.matches('KLAVIYO_REVISION: there is no revision "2026-10-14"', message, 1, true)
    end)
  end)

  -- What each way to call a service that rejects the revision says.
  local function rejected(status, item, revision)
    local body = '{"errors":[' .. item .. "]}"
    local server = script.server { answer = function()
      return script.answer(status, body)
    end }
    local messages = {}
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, revision = revision, max_attempts = 1,
        reconcile = 0 }
      for i, call in ipairs { function()
        return kl.campaigns:get "C"
      end, function()
        return kl.campaigns:list()
      end, function()
        return kl:request { path = "/api/profiles" }
      end, function()
        return kl.messages:create { campaign = "C", audience = "A", name = "M" }
      end } do
        local result, err = call()
        assert.is_nil(result)
        messages[i] = err.message
      end
      kl:close()
    end)
    assert.equal(4, #server.requests) -- and not once more in another dialect
    return messages
  end

  it("is what the error says that a service no longer knows, with one to name", function()
    for _, case in ipairs {
      { 400, '{"code":"invalid","detail":"Invalid value.","source":{"header":"revision"}}' },
      { 400, '{"code":"invalid","title":"Invalid revision","detail":"2026-04-15.pre is not one."}' },
      { 400, '{"code":"revision_retired","detail":"Not any more."}' },
      { 404, '{"detail":"There is no such API revision."}' },
      { 406, '{"detail":"x","source":{"parameter":"Revision"}}' },
      { 410, '{"detail":"Gone."}' },
      { 410, "" },
    } do
      for _, revision in ipairs { "2026-04-15.pre", "2026-10-15", "2027-01-15" } do
        local other = revision == "2026-10-15" and "2026-07-15.pre" or "2026-10-15"
        for _, message in ipairs(rejected(case[1], case[2], revision)) do
          assert.matches(("the request named revision %s: name one"):format(revision), message, 1, true)
          assert.matches(('klaviyo.client { revision = "%s" }, or --revision %s'):format(other, other), message,
            1, true)
        end
      end
    end
  end)

  it("is not what other errors are about", function()
    for _, case in ipairs {
      { 400, '{"detail":"revision is too long","source":{"pointer":"/data/attributes/name"}}' },
      { 400, '{"detail":"No such parameter.","source":{"parameter":"filter"}}' },
      { 404, '{"detail":"A campaign does not exist."}' },
      { 400, '{"code":7,"title":[],"detail":{"revision":1},"source":[]}, 3, null' },
      { 403, '{"detail":"Your key may not use this revision."}' },
    } do
      for _, message in ipairs(rejected(case[1], case[2], "2026-07-15.pre")) do
        assert.is_nil(message:find("the request named revision", 1, true), message)
      end
    end
  end)
end)
