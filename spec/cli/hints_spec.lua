-- SPDX-License-Identifier: MIT
-- What the command says about what to do next, its colours, and the zones of its times.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("hints #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
    user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n[shop]\nbase_url = "%s"\nkey_env = KEY\n'):format(
      sandbox.url, sandbox.url))
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    local sale = require("klaviyo").campaign "Summer Sale" :timezone "America/New_York"
    sale:audience("VIP", { included = { "LIST_1" } }):sms { name = "Text", body = "It starts" }
    campaign = assert(kl.campaigns:create(sale))
    user:write("sale.lua", cli.SALE)
    os.remove(user:path "sale.lua.lock")
  end)

  local function apply(options)
    return user:run(("apply %s --yes %s"):format(user:path "sale.lua", options or ""))
  end

  it("lead out of --again and --adopt in one step", function()
    local twin = apply()
    assert.matches("hint: %-%-adopt " .. campaign.id .. " takes it over", twin.err)
    assert.equal(0, apply("--adopt " .. campaign.id).code)
    assert(campaign:archive())
    local archived = apply()
    assert.matches("hint: %-%-again creates a new one", archived.err)
    assert.equal(0, apply("--again").code)
    -- another campaign of that name, and the one of the lock file archived: --adopt alone is enough
    local page = assert(kl.campaigns:list { filter = require("klaviyo").filter.equals("archived", false) })
    assert(page.data[1]:archive())
    local sale = require("klaviyo").campaign "Summer Sale"
    sale:audience("VIP", { included = { "LIST_1" } }):sms { name = "Text", body = "It starts" }
    local other = assert(kl.campaigns:create(sale))
    assert.matches("%-%-again creates a new one", apply().err)
    local again = apply "--again"
    assert.matches("%-%-adopt " .. other.id .. " takes it over", again.err)
    assert.equal(0, apply("--adopt " .. other.id).code)
    assert.equal(0, apply().code)
    local gone = user:run(("apply %s --lock %s --yes --adopt %s"):format(user:path "sale.lua", user:path "new.lock",
      campaign.id))
    assert.equal(6, gone.code)
    assert.matches("is archived, and cannot be adopted", gone.err)
  end)

  it("name the next command for the same account", function()
    assert(campaign:schedule { at = when })
    local id = campaign.messages[1].id
    local scheduled = user:run(("--profile shop schedule %s --yes --at %s"):format(id, when))
    assert.matches("hint: klaviyo %-%-profile shop reschedule " .. id, scheduled.err)
    assert(campaign.messages[1]:cancel())
    assert.matches("hint: klaviyo clone " .. campaign.id,
      user:run(("schedule %s --yes --at %s"):format(campaign.id, when)).err)
    assert.matches("hint: klaviyo clone " .. campaign.id, user:run("revert " .. campaign.id).err)
    assert.matches("hint: klaviyo list shows what there is", user:run("show Nothing").err)
    local copy = assert(campaign:clone { name = "Copy" })
    assert.matches("hint: klaviyo schedule " .. copy.id, user:run("watch " .. copy.id).err)
    assert.matches("hint: %-%-drafts cancels drafts too", user:run("cancel --yes " .. copy.id).err)
    local minute = user:run(("--revision 2026-04-15.pre schedule %s --yes --strategy throttled --percentage 25 "
      .. "--unit minute --at %s"):format(copy.id, when))
    assert.matches("%-%-revision 2026%-07%-15.pre", minute.err)
    assert.is_nil(minute.err:find("klaviyo.client", 1, true))
  end)

  it("never advise what is being run", function()
    local env = { KLAVIYO_CONFIG = user:path "none", KLAVIYO_API_KEY = "pk_x", KLAVIYO_BASE_URL = "http://127.0.0.1:1" }
    assert.matches("hint: klaviyo doctor checks the connection", user:run("list --call-timeout 1", { env = env }).err)
    assert.is_nil(user:run("doctor --call-timeout 1", { env = env }).out:find("klaviyo doctor", 1, true))
    sandbox:fail { method = "GET", path = "/api/campaigns", status = 404, times = 1 }
    assert.is_nil(user:run("list").err:find "klaviyo list")
    sandbox:clear_faults()
  end)

  it("has colours in every command where they are wanted always", function()
    assert(campaign:schedule { at = when })
    user:run("plan " .. user:path "sale.lua")
    for _, arguments in ipairs { "list", "show " .. campaign.id, "doctor", "calendar", "plan " .. user:path "sale.lua"
      .. " --adopt " .. campaign.id, "watch --timeout 0.1 --interval 0.05 " .. campaign.id, "cancel --yes "
      .. campaign.id, "clone " .. campaign.id, "create --dry-run " .. user:path "sale.lua" } do
      assert.matches("\27%[%d", user:run("--color always " .. arguments).out, arguments)
      assert.is_nil(user:run("--color never " .. arguments).out:find "\27", arguments)
    end
    assert.matches("\27%[%d", user:run("--color always list --nothing").err)
    assert.matches("\27%[%d", user:run("list --nothing --color=always").err)
  end)

  it("has the zone beside every time", function()
    local done = user:run(("schedule %s --yes --at %s --strategy throttled --percentage 25"):format(campaign.id, when))
    assert.matches("SCHEDULED  [%d-]+ %d%d:00 America/New_York", done.out)
    assert.matches("times in America/New_York", done.out)
    assert.matches("SEND %(Europe/Berlin%)\tCREATED %(Europe/Berlin%)",
      user:run("list --columns send,created_at -z Europe/Berlin").out)
    assert.matches("times in America/New_York", user:run("show " .. campaign.id).out)
    assert.matches("^[%d-]+ %d%d:%d%d America/New_York  Text  SCHEDULED",
      user:run("watch --timeout 0.1 --interval 0.05 " .. campaign.id).out)
  end)
end)
