-- SPDX-License-Identifier: MIT
--- Names instead of ids in campaign files.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"

local NAMED = [[
local sale = campaign "Summer Sale"
  :timezone "America/New_York"
sale:audience("VIP", {
    included = { list "VIP customers", segment "Lapsed 90 days" },
    excluded = { klaviyo.list "Staff" },
  })
  :email { name = "Blast", subject = "It starts now", from_email = "hello@example.com", from_label = "Example",
           template = template "Summer" }
  :sms { name = "Text", body = "The sale is on" }
return sale
]]

local JSON = '{"name": "Summer Sale", "audiences": [{\n"name": "VIP",\n"included": [{"list": "VIP customers"}, "S1"],\n'
  .. '"messages": [{"name": "Blast", "channel": "email",\n"subject": "s", "template_id": {"template": "Summer"}}]}]}'

describe("names in campaign files #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    sandbox:list { id = "L1", name = "VIP customers" }
    sandbox:list { id = "L2", name = "Staff" }
    sandbox:list { id = "L3", name = "Twice" }
    sandbox:list { id = "L4", name = "Twice" }
    sandbox:segment { id = "S1", name = "Lapsed 90 days" }
    sandbox:template { id = "T1", name = "Summer" }
    user:write("sale.lua", NAMED)
    os.remove(user:path "sale.lua.lock")
    sandbox:clear_requests()
  end)

  local apply, plan, change, campaign, writes = file.of(function()
    return sandbox, kl, user
  end)

  local function reads(path)
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method == "GET" and request.path == path and 1 or 0)
    end
    return count
  end

  it("are planned, applied and found unchanged", function()
    local planned = plan()
    assert.equal(0, planned.code, planned.err)
    assert.same({}, writes())
    local applied = apply()
    assert.equal(0, applied.code, applied.err)
    local audience = campaign().audiences[1]
    assert.same({ "L1", "S1" }, audience.included)
    assert.same({ "L2" }, audience.excluded)
    assert.is_string(audience.messages[1].variations[1].details.template_id)
    sandbox:clear_requests()
    local again = plan "--check"
    assert.equal(0, again.code, again.out)
    assert.equal(1, reads "/api/lists")
    change('list "VIP customers"', 'list "Staff"')
    local differs = plan "--json"
    assert.matches('"after": %[\n%s+"L2",\n%s+"S1"\n%s+%]', differs.out)
    assert.equal(0, apply().code)
    assert.same({ "L2", "S1" }, campaign().audiences[1].included)
  end)

  it("are known by the pre-flight of files, with what they name", function()
    sandbox:list { id = "L1", name = "VIP customers", size = 1234 }
    user:write("sale.lua", (NAMED:gsub('body = "The sale is on" }', 'body = "The sale is on",\n'
      .. '    send = { at = "2040-01-01T10:00:00Z" } }')))
    assert.equal(0, apply().code)
    local flight = user:run("schedule --dry-run " .. user:path "sale.lua")
    assert.matches('"VIP customers" (L1)', flight.out, 1, true)
    assert.not_matches("no list or segment of this id was read", flight.out)
  end)

  it("are refused with file and line, all of them, before anything is compared or sent", function()
    change('list "VIP customers"', 'list "VIP custmers"')
    change('list "Staff"', 'list "Twice"')
    change('template "Summer"', 'template "Sumer"')
    for _, arguments in ipairs { "plan %s", "apply %s --yes", "create %s" } do
      local result = user:run(arguments:format(user:path "sale.lua"))
      assert.equal(3, result.code, arguments)
      assert.matches('sale.lua:4: audiences[1].included[1] names the list "VIP custmers", and there is none (did you '
        .. 'mean "VIP customers"?)', result.err, 1, true)
      assert.matches('sale.lua:5: audiences[1].excluded[1] names the list "Twice", and 2 have this name: L3 (created ',
        result.err, 1, true)
      assert.matches('sale.lua:8: audiences[1].messages[1].template names the template "Sumer", and there is none (did '
        .. 'you mean "Summer"?)', result.err, 1, true)
      assert.matches("nothing was sent", result.err, 1, true)
    end
    assert.same({}, writes())
    assert.equal(0, reads "/api/campaigns")
  end)

  it("of 20 files cost one listing, and their problems are one failure", function()
    os.execute("mkdir -p " .. user:path "all" .. " && rm -f " .. user:path "all" .. "/*")
    for i = 1, 20 do
      sandbox:list { id = ("N%02d"):format(i), name = "Shop " .. i }
      user:write(("all/%02d.lua"):format(i), NAMED:gsub("Summer Sale", "Sale " .. i)
        :gsub('list "VIP customers"', ('list "Shop %d"'):format(i)))
    end
    sandbox:clear_requests()
    local applied = user:run("apply --yes " .. user:path "all")
    assert.equal(0, applied.code, applied.err)
    assert.equal(3, reads "/api/lists") -- 24 lists, 10 a page
    assert.equal(1, reads "/api/segments")
    assert.equal(1, reads "/api/templates")
    for _, name in ipairs { "all/03.lua", "all/07.lua" } do
      user:write(name, (user:read(name):gsub("Staff", "Staf")))
    end
    local result = user:run("plan " .. user:path "all")
    assert.equal(3, result.code)
    assert.matches("2 of 20 files have names that are not known; nothing was sent", result.err, 1, true)
    assert.matches('all/03.lua:5: audiences[1].excluded[1] names the list "Staf", and there is none', result.err, 1,
      true)
    assert.matches('all/07.lua:5: audiences[1].excluded[1] names', result.err, 1, true)
  end)

  it("are plain tables in JSON", function()
    user:write("sale.json", JSON)
    local created = user:run("create " .. user:path "sale.json")
    assert.equal(0, created.code, created.err)
    assert.same({ "L1", "S1" }, campaign().audiences[1].included)
    user:write("sale.json", (JSON:gsub("VIP customers", "Nobody")))
    local result = user:run("plan " .. user:path "sale.json")
    assert.matches('sale.json:3: audiences[1].included[1] names the list "Nobody"', result.err, 1, true)
    user:write("sale.json", (JSON:gsub('"included": %b[]', '"included": {"list": "VIP customers"}')))
    for _, line in ipairs { "plan ", "create --dry-run " } do
      assert.matches('sale.json:3: audiences[1].included must be a list, found {"list": "VIP customers"} by itself: '
        .. 'write [{"list": "VIP customers"}]', user:run(line .. user:path "sale.json").err, 1, true)
    end
  end)

  it("are not looked up by a dry run, which finds nothing missing", function()
    local result = user:run("create --dry-run " .. user:path "sale.lua")
    assert.equal(0, result.code, result.err)
    assert.same({}, sandbox:requests())
    change('klaviyo.list "Staff"', 'list "VIP customers"')
    assert.matches('list "VIP customers" is included and excluded', user:run("create --dry-run "
      .. user:path "sale.lua").out, 1, true)
  end)

  it("have the line of a mistake in them", function()
    change('list "Staff"', "list(nil)")
    assert.matches("sale.lua:5: list takes the name of a list, found nothing", plan().err, 1, true)
    user:write("sale.lua", (NAMED:gsub('list "Staff"', 'template "Summer"')))
    assert.matches("sale.lua:5: audiences[1].excluded[1] takes a list or a segment, found template \"Summer\"",
      plan().err, 1, true)
    assert.same({}, sandbox:requests())
  end)

  it("may be written into the text of klaviyo edit", function()
    apply()
    user:write("editor", "#!/bin/sh\nsed -i 's/included = .*/included = { list \"Staff\" },/' \"$1\"\n")
    os.execute("chmod +x " .. user:path "editor")
    local edited = user:run("edit 'Summer Sale' --yes", { env = { EDITOR = user:path "editor" } })
    assert.equal(0, edited.code, edited.err)
    assert.same({ "L2" }, campaign().audiences[1].included)
  end)
end)
