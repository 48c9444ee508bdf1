-- SPDX-License-Identifier: MIT
-- What is missing stops a send, unless it is named.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("what is missing #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    local sale = require("klaviyo").campaign "Summer Sale"
    sale:audience("VIP", { included = { "LIST_1" } }):email { name = "Blast", subject = "It starts" }
    campaign = assert(kl.campaigns:create(sale))
  end)

  local function status()
    return assert(kl.campaigns:tree(campaign.id)).messages[1].status
  end

  local function schedule(options)
    return user:run(("schedule %s --at %s %s"):format(campaign.id, when, options))
  end

  it("stops schedule with --yes, and a dry run, which is a gate", function()
    for _, options in ipairs { "--yes", "--dry-run", "--yes --json", "--dry-run --json",
      "--yes --force=no-template" } do
      local result = schedule(options)
      assert.equal(14, result.code, options)
      assert.matches("no sender's address", result.out .. result.err)
      assert.matches("%-%-force=no%-%a+", result.err)
      assert.equal("DRAFT", status())
    end
    local flight = user:json(("schedule %s --at %s --dry-run"):format(campaign.id, when))
    local codes = {}
    for _, finding in ipairs(flight.findings) do
      codes[finding.code] = finding.kind
    end
    assert.same({ "missing", "missing", "odd" }, { codes["no-template"], codes["no-sender"], codes["no-preview-text"] })
  end)

  it("is accepted where --force names all of it", function()
    assert.equal(0, schedule("--dry-run --force=no-sender,no-template").code)
    assert.equal("DRAFT", status())
    assert.equal(0, schedule("--yes --force=no-sender,no-template").code)
    assert.equal("SCHEDULED", status())
  end)

  it("is accepted by a bare --force on a terminal alone, which asks all the same", function()
    for _, options in ipairs { "--yes --force", "--force", "--force --yes" } do
      local result = schedule(options)
      assert.equal(2, result.code, options)
      assert.matches("%-%-force without names needs a terminal", result.err)
    end
    local unknown = schedule "--yes --force=no-sendr"
    assert.equal(2, unknown.code)
    assert.matches('did you mean "no%-sender"', unknown.err)
    assert.equal("DRAFT", status())
    local screen = user:terminal(("schedule --force %s --at %s"):format(campaign.id, when))
    screen:wait("Type"):type "Summer Sale\n"
    assert.equal(0, screen:finish().code)
    assert.equal("SCHEDULED", status())
  end)

  it("is found in a file by create --dry-run", function()
    local complete = 'sale:audience("A", { included = { "L" } }):email { name = "M", subject = "S", template_id = "T", '
      .. 'from_email = "a@example.com", from_label = "A" }'
    local files = {
      ["no subject"] = complete:gsub('"S"', '""'),
      ["no template"] = complete:gsub('template_id = "T", ', ""),
      ["the sender's address is not an email address"] = complete:gsub("a@example.com", "nobody"),
      ["no text"] = 'sale:audience("A", { included = { "L" } }):sms { name = "M", body = " " }',
      ["no list is included"] = complete:gsub('{ "L" }', "klaviyo.array {}"),
    }
    for expected, text in pairs(files) do
      user:write("draft.lua", 'local sale = campaign "Draft"\n' .. text .. "\nreturn sale\n")
      local result = user:run("create --dry-run " .. user:path "draft.lua")
      assert.equal(14, result.code, expected .. "\n" .. result.err)
      assert.matches(expected, result.out, 1, true)
    end
    user:write("draft.lua", 'local sale = campaign "Draft"\n' .. complete .. "\nreturn sale\n")
    assert.equal(0, user:run("create --dry-run " .. user:path "draft.lua").code)
    user:write("draft.lua", 'local sale = campaign "Draft"\n' .. files["no template"] .. "\nreturn sale\n")
    assert.equal(0, user:run("create --dry-run --force=no-template " .. user:path "draft.lua").code)
    assert.equal(1, #assert(kl.campaigns:list()).data)
  end)
end)
