-- SPDX-License-Identifier: MIT
--- What the pre-flight asks the service, and that no answer is no reason not to send.

local account_checks = require "klaviyo.cli.account_checks"
local cache = require "klaviyo.cli.cache"
local cli = require "spec.support.cli"
local errors = require "klaviyo.model.error"
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

describe("the pre-flight's questions #process", function()
  local sandbox, kl, user
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  local function email(name, list, details)
    local sale = klaviyo.campaign(name):timezone "Europe/Berlin"
    sale:audience("VIP", { included = { list } }):email { name = "Blast", subject = "S", preview_text = "P",
      from_email = details.from or "shop@example.com", from_label = "Shop", template_id = details.template or "GOOD" }
    return assert(kl.campaigns:create(sale))
  end

  before_each(function()
    sandbox:reset()
    os.execute("rm -rf " .. user.directory .. "/.cache")
    sandbox:account { sender_email = "Shop@example.com" }
    sandbox:list { id = "L1", name = "VIP customers", size = 5000, consented = 0.5 }
    sandbox:template { id = "GOOD", name = "Good", html = "<a href='{% unsubscribe_link %}'>x</a>" }
    sandbox:template { id = "BAD", name = "Bad", html = "<p>Hi</p>" }
  end)

  local function flight(arguments)
    return user:json(("schedule Sale --dry-run --at %s %s"):format(when, arguments or ""))
  end

  local function texts(made)
    local list = {}
    for i, finding in ipairs(made.findings) do
      list[i] = ("%s %s: %s"):format(finding.code, finding.about, finding.text)
    end
    return table.concat(list, "\n")
  end

  it("find nothing where nothing is wrong, and estimate the recipients", function()
    email("Sale", "L1", {})
    local made = flight()
    assert.equal("", texts(made))
    assert.same({}, made.not_known)
    assert.equal(2500, made.recipients)
    local shown = user:run("schedule Sale --dry-run --at " .. when)
    assert.matches("about 2500 recipients in the whole campaign, by estimate", shown.out, 1, true)
    assert.is_nil(shown.out:find("Unknown", 1, true))
    assert.matches('VIP: to "VIP customers" (L1) with 5000 people', shown.out, 1, true)
    assert.same({ { id = "L1", name = "VIP customers", kind = "list", size = 5000 } }, made.lists)
  end)

  it("read the sizes of lists and segments once an hour, and say which are not known", function()
    sandbox:segment { id = "S1", name = "Lapsed", size = 70 }
    local sale = klaviyo.campaign "Sale":timezone "Europe/Berlin"
    sale:audience("VIP", { included = { "L1", "S1", "L9" } }):push { name = "Push", title = "T", body = "B" }
    assert(kl.campaigns:create(sale))
    for _ = 1, 2 do
      local made = flight()
      assert.same({ 5000, 70 }, { made.lists[1].size, made.lists[2].size })
      assert.equal("segment", made.lists[2].kind)
      assert.same({ { about = "the size of L9", reason = "no list or segment of this id was read" } }, made.not_known)
    end
    local asked = {}
    for _, request in ipairs(sandbox:requests()) do
      asked[#asked + 1] = (request.query or ""):find("additional", 1, true) and request.path or nil
    end
    assert.same({ "/api/lists/L1", "/api/segments/S1" }, asked)
    os.execute("rm -rf " .. user.directory .. "/.cache")
    sandbox:fail { path = "/api/lists/L1", status = 403 }
    assert.matches("the sizes of all lists", flight().not_known[1].about)
  end)

  it("find a sender that differs from the account's default, and ask for that once an hour", function()
    email("Sale", "L1", { from = "me@example.com" })
    for _ = 1, 2 do
      assert.equal("other-sender Blast: the sender differs from the account's default: me@example.com, not "
        .. "Shop@example.com", texts(flight()))
    end
    local asked = 0
    for _, seen in ipairs(support.seen(sandbox)) do
      asked = asked + (seen == "GET /api/accounts" and 1 or 0)
    end
    assert.equal(1, asked)
  end)

  it("find a template without an unsubscribe link, which is a warning of its own", function()
    email("Sale", "L1", { template = "BAD" })
    assert.equal('no-unsubscribe Blast: the template "Bad" has no unsubscribe link: the service adds its own below the '
      .. "email", texts(flight()))
    assert.same({ "no-unsubscribe" }, { texts(flight "--allow no-opt-out"):match "^%S+" })
    local made = flight "--allow no-unsubscribe"
    assert.same({ "", { "no-unsubscribe" } }, { texts(made), made.allowed })
  end)

  it("find that nobody gets it", function()
    sandbox:list { id = "EMPTY", size = 0 }
    email("Sale", "EMPTY", {})
    local made = flight()
    assert.equal(0, made.recipients)
    assert.equal("no-recipients the send: by the service's estimate nobody gets it", texts(made))
    made = flight "--allow no-recipients"
    assert.same({ "", { "no-recipients" } }, { texts(made), made.allowed })
  end)

  it("find lists that another scheduled campaign uses on the same day", function()
    email("Sale", "L1", {})
    local other = email("Other", "L1", {})
    local apart = email("Apart", "L2", {})
    local later = email("Later", "L1", {})
    assert(email("Draft", "L1", {}))
    assert.equal("", texts(flight()))
    assert(other.messages[1]:schedule { at = support.tomorrow(16) })
    assert(apart.messages[1]:schedule { at = support.tomorrow(16) })
    assert(later.messages[1]:schedule { at = support.day(3) .. "T16:00:00Z" })
    local at = support.wall(support.tomorrow(16), "Europe/Berlin"):gsub("%-", "%%-")
    assert.matches("^same%-day VIP: list .*L1.* gets Other / Blast on the same day: " .. at .. " Europe/Berlin$",
      texts(flight()))
    assert.equal("", texts(flight "--allow same-day"))
  end)

  it("find lists that another campaign has sent to on the same day, and read nothing older", function()
    local midnight = (math.floor(os.time() / 86400) + 1) * 86400
    local function at(hours)
      return os.date("!%Y-%m-%dT%H:%M:%SZ", midnight + hours * 3600)
    end
    email("Sale", "L1", {})
    -- 23:00 is the next day in Berlin.
    for name, hours in pairs { Old = 20, Night = 23, Morning = 30, Elsewhere = 31 } do
      assert(email(name, name == "Elsewhere" and "L2" or "L1", {}).messages[1]:schedule { at = at(hours) })
    end
    sandbox:set_clock(at(33))
    sandbox:clear_requests()
    local made = user:json(("schedule Sale --dry-run --allow soon --at %s"):format(at(36)))
    local found = {}
    for _, finding in ipairs(made.findings) do
      found[#found + 1] = ("%s %s"):format(finding.code,
        finding.text:match '^list .* got (%a+) / Blast on the same day')
    end
    table.sort(found)
    assert.same({ "same-day Morning", "same-day Night" }, found)
    local since
    for _, request in ipairs(sandbox:requests()) do
      since = since or (request.query or ""):upper():match 'SENT.*UPDATED%%2C(%d+%-%d+%-%d+T%d+)'
    end
    assert.is_true(since == at(23):sub(1, 13) or since == at(22):sub(1, 13), since) -- midnight there, by season
  end)

  it("say what could not be read, and send all the same", function()
    local campaign = email("Sale", "L1", { template = "GONE" })
    sandbox:fail { path = "/api/accounts", status = 403, times = 0 }
    sandbox:fail { path = "/api/campaign-recipient-estimation-jobs", status = 404, times = 0 }
    sandbox:fail { path = "/api/campaign-messages", method = "GET", status = 403, times = 0 }
    local made = flight()
    assert.equal("", texts(made))
    assert.is_nil(made.recipients)
    local unknown = {}
    for i, one in ipairs(made.not_known) do
      unknown[i] = one.about .. ": " .. one.reason
    end
    assert.equal(4, #unknown, table.concat(unknown, "\n"))
    assert.matches("whether the senders are the account's default: .*403.*the key needs the scope accounts:read",
      unknown[1])
    assert.matches("whether template GONE has an unsubscribe link: .*404", unknown[2])
    assert.matches("which other campaigns send to these lists on the same day: .*403", unknown[3])
    assert.matches("how many recipients the campaign has: .*404", unknown[4])
    local shown = user:run("schedule Sale --yes --at " .. when)
    assert.equal(0, shown.code, shown.err)
    assert.matches("Unknown  whether the senders are the account's default: ", shown.out, 1, true)
    assert.equal("SCHEDULED", assert(kl.campaigns:tree(campaign.id)).messages[1].status)
  end)

  it("are not asked where nobody is shown the answers", function()
    email("Sale", "L1", {})
    sandbox:clear_requests()
    assert.equal(0, user:run("schedule Sale --yes --json --at " .. when).code)
    for _, seen in ipairs(support.seen(sandbox)) do
      assert.is_nil(seen:find("accounts", 1, true) or seen:find("estimation", 1, true), seen)
    end
  end)
end)

describe("an estimate that takes too long", function()
  local read, write, kept, asked, answer
  local nothing = function() end
  local ctx = { progress = { begin = nothing, finish = nothing } }
  local audience = { included = { "L1" }, excluded = {} }
  local campaign = { id = "C", audiences = { audience }, estimate = function(_, options)
    asked[#asked + 1] = options.start
    return answer(options)
  end }
  local silent = { ["other-sender"] = true, ["no-unsubscribe"] = true, ["same-day"] = true }

  before_each(function()
    read, write, kept = cache.read, cache.write, {}
    cache.read = function(_, name)
      return kept[name]
    end
    cache.write = function(_, name, value)
      kept[name] = value
    end
    answer = function()
      return nil, errors.new { kind = "timeout", message = 'the recipients of klaviyo.campaign C "Sale" could not be '
        .. "estimated: the job is processing after 30 s" }
    end
  end)

  after_each(function()
    cache.read, cache.write = read, write
  end)

  local function ask()
    asked = {}
    return account_checks.read(ctx, { campaign = campaign, audiences = {}, messages = {}, view = {} }, silent)
  end

  it("is read the next time, and not started again", function()
    local made = ask()
    assert.same({ { about = "how many recipients the campaign has",
      reason = "the job is processing after 30 s; the same command waits for it again" } }, made.unknown)
    assert.same({ true }, asked)
    ask()
    assert.same({ false }, asked)
    answer = function()
      return 5000
    end
    assert.equal(5000, ask().recipients)
    assert.same({ false }, asked)
    assert.equal(5000, ask().recipients)
    assert.same({ true }, asked) -- it was read: the next one is new
  end)

  it("is started again where it is gone, was of other lists, or is an hour old", function()
    ask()
    audience.included = { "L1", "L2" }
    ask()
    assert.same({ true }, asked)
    answer = function(options)
      return options.start and 7, not options.start and errors.new { kind = "not_found", message = "none" } or nil
    end
    assert.equal(7, ask().recipients)
    assert.same({ false, true }, asked)
    audience.included = { "L1" }
    for key in pairs(kept.estimates) do
      kept.estimates[key] = os.time() - 3600
    end
    assert.equal(7, ask().recipients)
    assert.same({ true }, asked)
  end)
end)
