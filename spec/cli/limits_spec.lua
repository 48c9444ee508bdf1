-- SPDX-License-Identifier: MIT
-- klaviyo limits, as a process.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo limits #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl = support.start { sandbox = { rate_limits = true } }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    user = cli.new(sandbox)
    user.env.LUA_INIT = "" -- this sandbox enforces the limits
  end)

  after_each(function()
    user:close()
  end)

  local function by_operation(arguments)
    local list, result = user:json("limits --json " .. (arguments or ""))
    assert.equal(0, result.code, result.err)
    local map = {}
    for _, one in ipairs(list) do
      map[one.operation] = one
    end
    return map, list
  end

  it("are those of the revision", function()
    local preview = by_operation "--revision 2026-04-15.pre"
    assert.same({ 10, 150 }, { preview.get_campaigns.second, preview.get_campaigns.minute })
    assert.same({ 1, 2, 225 }, { preview.query_campaign_values.second, preview.query_campaign_values.minute,
      preview.query_campaign_values.day })
    assert.equal(15, preview.get_accounts.minute)
    assert.is_nil(preview.get_campaigns.day)
    assert.is_nil(preview.get_campaigns.minute_used)
    local general = by_operation "--revision 2026-10-15"
    assert.same({ 3, 60 }, { general.get_tags_for_campaign.second, general.get_tags_for_campaign.minute })
    assert.equal(10, preview.get_tags_for_campaign.second)
    assert.is_nil(general.get_campaign_audiences) -- the guide's alone
    assert.is_table(preview.get_campaign_audiences)
  end)

  it("say what the service said to the commands before, and no more", function()
    assert.equal(0, user:run("list").code)
    local all = by_operation()
    assert.equal(1, all.get_campaigns.minute_used)
    assert.equal(149, all.get_campaigns.minute_left)
    assert.is_true(all.get_campaigns.window_ends_in > 0 and all.get_campaigns.window_ends_in <= 60)
    local used, list = by_operation "--used"
    assert.is_table(used.get_campaigns)
    assert.is_true(#list < 5)
    local result = user:run "limits --used"
    assert.matches("\nlist campaigns\t10\t150\t\t1 of 150 in this minute, which ends in %d+ s", "\n" .. result.out)
    assert.matches("Not known: what other programs and machines have used since", result.out, 1, true)
  end)

  it("are apart for sizes of lists, which the service counts apart", function()
    sandbox:list { id = "L1", name = "One", size = 5 }
    assert.equal(0, user:run("lists --count").code)
    local all = by_operation "--used"
    local sizes = all["get_list additional"]
    assert.same({ "read a list with its size", 1, 15, 1, 14 }, { sizes.purpose, sizes.second, sizes.minute,
      sizes.minute_used, sizes.minute_left })
    assert.is_nil(all.get_list)
    assert.equal(750, by_operation().get_list.minute)
  end)

  it("count the reports of this machine", function()
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    assert.equal(0, user:run("report").code)
    local one = by_operation().query_campaign_values
    assert.equal(1, one.day_used)
    assert.equal(1, one.minute_used)
    assert.equal(1, one.minute_left)
    assert.matches("read the results of campaigns\t1\t2\t225\t1 of 2 in this minute.*; 1 of 225 in 24 hours",
      user:run("limits").out)
  end)

  it("are shown without a key, too", function()
    user.env.KEY = ""
    user.env.KLAVIYO_CONFIG = user:path "none"
    local result = user:run "limits"
    assert.equal(0, result.code, result.err)
    assert.matches("read the results of campaigns\t1\t2\t225", result.out, 1, true)
    assert.matches("Nothing is known of what is used", result.err, 1, true)
  end)

  it("are not those of the sandbox of --sandbox, which has none", function()
    local words = "The sandbox of --sandbox enforces no limits."
    assert.is_nil(user:run("limits").out:find(words, 1, true))
    local other = cli.new()
    finally(function()
      other:run "sandbox stop"
      other:close()
    end)
    assert.equal(0, other:run("--sandbox sandbox seed shop").code)
    for _ = 1, 3 do -- two a minute are allowed
      assert.equal(0, other:run("--sandbox report --json").code)
    end
    local shown = other:run "--sandbox limits"
    assert.matches(words, shown.out, 1, true)
    assert.matches("3 of 2 in this minute", shown.out, 1, true)
  end)

  it("give the fields that are chosen", function()
    local result = user:run "limits --fields operation,day"
    assert.matches("query_campaign_values\t225", result.out, 1, true)
  end)
end)
