-- SPDX-License-Identifier: MIT
--- Warnings are silenced by name, and say how themselves.

local checks = require "klaviyo.cli.checks"
local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("the table of checks", function()
  it("is that of the command's documentation", function()
    local file = assert(io.open "doc/command.md")
    local page = file:read "*a"
    file:close()
    local rows = {}
    for _, check in ipairs(checks.list) do
      rows[#rows + 1] = ("| `%s` | %s | %s |"):format(check.name, check.kind == "odd" and "warning" or "missing",
        check.text)
    end
    assert.matches(table.concat(rows, "\n"), page, 1, true)
    assert.has_error(function()
      checks.finder {} ("no-such-check", "the send", "something")
    end)
  end)
end)

describe("--allow #process", function()
  local sandbox, kl, user
  local night = support.tomorrow(3)

  setup(function()
    sandbox, kl, user = cli.start()
    sandbox:account { sender_email = "a@example.com" }
    cli.summer_sale(kl)
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  local function codes(arguments)
    local flight = user:json("schedule 'Summer Sale' --dry-run --zones UTC --at " .. night .. " " .. arguments)
    local list = {}
    for i, finding in ipairs(flight.findings) do
      list[i] = finding.code
      assert.equal("--allow " .. finding.code, finding.silence)
    end
    return table.concat(list, " "), table.concat(flight.allowed, " ")
  end

  it("silences what it names, and says what that was", function()
    assert.same({ "same-list no-preview-text no-opt-out night", "" }, { codes "" })
    assert.same({ "same-list no-preview-text no-opt-out", "night" }, { codes "--allow night" })
    assert.same({ "", "same-list no-preview-text no-opt-out night" },
      { codes "--allow night,same-list,no-opt-out,no-preview-text,far" }) -- far was not found
    assert.same({ "same-list no-preview-text night", "no-opt-out other-sender same-day" },
      { codes "--allow no-opt-out,other-sender,same-day" }) -- what is silenced is not asked for
    local shown = user:run("schedule 'Summer Sale' --dry-run --zones UTC --allow no-opt-out --at " .. night).out
    assert.matches("it is night %(21:00 to 06:00%) where recipients are: 03:00%s+in UTC %(%-%-allow night%)",
      shown)
    assert.matches("Allowed  no-opt-out", shown, 1, true)
  end)

  it("has the profile's beside it", function()
    user:write("config", user:read "config" .. "allow = night, same-list\n")
    finally(function()
      user:write("config", (user:read("config"):gsub("allow.*", "")))
    end)
    assert.same({ "no-preview-text", "same-list no-opt-out night" }, { codes "--allow no-opt-out" })
    assert.matches("warnings silenced by the profile: night, same%-list", user:run("doctor --offline").out)
  end)

  it("refuses names that are none, with those there are", function()
    local result = user:run("schedule 'Summer Sale' --dry-run --allow nigth --at " .. night)
    assert.equal(2, result.code)
    assert.matches("%-%-allow names \"night\", \"passed\", .*found \"nigth\" %(did you mean \"night\"%?%)", result.err)
    local missing = user:run("schedule 'Summer Sale' --dry-run --allow no-list --at " .. night)
    assert.equal(2, missing.code)
    assert.matches("no-list is no warning: what is missing stops a send", missing.err, 1, true)
    assert.matches("--force=no-list accepts it", missing.err, 1, true)
    user:write("config", user:read "config" .. "allow = nights\n")
    finally(function()
      user:write("config", (user:read("config"):gsub("allow.*", "")))
    end)
    local profile = user:run("schedule 'Summer Sale' --dry-run --at " .. night)
    assert.equal(3, profile.code)
    assert.matches("allow of profile default names \"night\"", profile.err)
    assert.equal(3, user:run("doctor --offline").code)
  end)

  it("works for a file that is checked", function()
    user:write("sms.lua", [[return { name = "S", audiences = { { name = "A", included = { "L" },
      messages = { { name = "M", channel = "sms", body = "Sale" } } } } }]])
    assert.matches("--allow no-opt-out", user:run("create --dry-run " .. user:path "sms.lua").out, 1, true)
    local checked = user:json("create --dry-run --allow no-opt-out " .. user:path "sms.lua")
    assert.same({}, checked.findings)
    assert.same({ "no-opt-out" }, checked.allowed)
  end)
end)
