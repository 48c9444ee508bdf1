-- SPDX-License-Identifier: MIT
--- What commands cost in requests, whatever the number of campaigns: pages of a hundred, and in virtual time.

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"
local process = require "spec.support.process"

local REVISIONS = { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" }
local START = 1796000000

local function clock(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", START + seconds)
end

describe("the requests of klaviyo #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = { at = clock(0), rate = 0 } })
    kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_spec", limits = false }
    user = cli.new(sandbox)
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    sandbox:set_clock(clock(0))
  end)

  local function large(name, messages)
    local campaign = klaviyo.campaign(name):timezone "UTC"
    local audience = campaign:audience(nil, { included = { "LIST" } })
    for n = 1, messages do
      audience:sms { name = "Text " .. n, body = "It starts" }
    end
    return assert(kl.campaigns:create(campaign))
  end

  -- Runs a command in virtual time, and returns how often each path was requested.
  local function requests_of(arguments, revision, seconds)
    sandbox:clear_requests()
    local command = user:command(arguments, { KLAVIYO_BASE_URL = sandbox.url, KLAVIYO_REVISION = revision })
    local output, code = process.run((command:gsub("lua/klaviyo/cli/main.lua",
      ("spec/support/virtual_command.lua %d"):format(START + (seconds or 0)))), 60)
    assert.equal(0, code, output)
    local counts = {}
    for _, request in ipairs(sandbox:requests()) do
      local path = request.path:gsub("%?.*", ""):gsub("%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w", "ID")
      counts[path] = (counts[path] or 0) + 1
    end
    return counts
  end

  -- From a second to five minutes between two of them, and the shorter again the nearer the send time is.
  it("watch: 319 lists in the day before 60 messages are sent", function()
    local campaign = large("Large", 60)
    for i, revision in ipairs(REVISIONS) do
      assert(campaign:schedule { at = clock(i * 86400) })
      assert.same({ ["/api/campaigns/ID"] = 1, ["/api/campaign-messages"] = revision == REVISIONS[1] and 319 or 320 },
        requests_of(("watch %s --no-results"):format(campaign.id), revision, (i - 1) * 86400))
      campaign = large("Large " .. i, 60)
    end
  end)

  it("report: a page for a hundred results, one for a hundred names, the account and the metric", function()
    for i = 1, 101 do
      assert(large("Sale " .. i, 1):schedule { at = clock(60) })
    end
    sandbox:set_clock(clock(86400))
    sandbox:metric { name = "Placed Order" }
    for i, revision in ipairs(REVISIONS) do
      assert.same({ ["/api/campaign-values-reports"] = 2, ["/api/campaigns"] = 2, ["/api/metrics"] = 1,
        ["/api/accounts"] = i == 1 and 1 or nil }, requests_of("report", revision, 86400)) -- the account is kept
    end
  end)

  it("plan of 50 files: one list of campaigns, and one of messages where it cannot include them", function()
    for i = 1, 50 do
      user:write(("sale%02d.lua"):format(i), ([[return { name = "Sale %02d", audiences = { { included = { "LIST" },
        messages = { { name = "A", channel = "sms", body = "It starts" },
          { name = "B", channel = "sms", body = "It ends" } } } } }]]):format(i))
    end
    local files = user:path "sale*.lua"
    for _, revision in ipairs(REVISIONS) do
      assert.same({ ["/api/campaigns"] = 1 }, requests_of("plan --json " .. files, revision))
    end
    requests_of("apply --yes --json " .. files, REVISIONS[1])
    for i, revision in ipairs(REVISIONS) do
      assert.same({ ["/api/campaigns"] = 1, ["/api/campaign-messages"] = i > 1 and 1 or nil },
        requests_of("plan --json " .. files, revision))
    end
  end)
end)
