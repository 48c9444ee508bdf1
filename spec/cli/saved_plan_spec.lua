-- SPDX-License-Identifier: MIT
--- A plan that is reviewed before it is applied.

local campaign_files = require "spec.support.campaign_files"
local cli = require "spec.support.cli"
local core = require "klaviyo.core"
local json = require "klaviyo.model.json"
local native = require "klaviyo.terminal"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("a saved plan #process", function()
  local sandbox, kl, user, plan_file

  setup(function()
    sandbox, kl, user = cli.start()
    plan_file = user:path "week.plan"
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    sandbox:clear_faults()
    os.execute("rm -f " .. user.directory .. "/sale* " .. plan_file)
  end)

  local function plan(files, options)
    local result = user:run(("plan %s -o %s %s"):format(options or "", plan_file, files))
    assert.equal(0, result.code, result.err)
    return result
  end

  local function apply(options)
    return user:run(("apply --yes --plan %s %s"):format(plan_file, options or ""))
  end

  local function writes()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method ~= "GET" and 1 or 0)
    end
    return count
  end

  -- Two campaigns in the account, whose files then change.
  local function changed_files()
    local files = campaign_files.write(user, 2)
    assert.equal(0, user:run("apply --yes " .. files).code)
    user:write("sale01.lua", campaign_files.text("Sale 01", { "It starts now", "It ends now", "A third" }))
    user:write("sale02.lua", campaign_files.text("Sale 02", { "It starts now" }))
    return files
  end

  local function campaign(name)
    for one in kl.campaigns:trees() do
      if one.name == name then
        return one
      end
    end
  end

  local function bodies(name)
    local list = {}
    for i, message in ipairs(campaign(name).messages) do
      list[i] = message.variations[1].details.body
    end
    table.sort(list)
    return list
  end

  local function assert_refused(result, ...)
    assert.equal(6, result.code, result.out .. result.err)
    for _, pattern in ipairs { ... } do
      assert.matches(pattern, result.err)
    end
    assert.matches("nothing was changed", result.err)
    assert.equal(0, writes())
  end

  -- Changes the plan's text, and seals it as the command does.
  local function forge(change, options)
    local content = user:read "week.plan"
    local forged = change(content)
    assert.are_not.equal(content, forged)
    if options ~= "unsealed" then
      local blank = forged:gsub('"seal": "sha256:%x+"', '"seal": "sha256:' .. ("0"):rep(64) .. '"')
      forged = blank:gsub('"seal": "sha256:%x+"', '"seal": "sha256:' .. core.sha256(blank) .. '"')
    end
    user:write("week.plan", forged)
  end

  it("is done as it was reviewed, and does nothing the second time", function()
    changed_files()
    local planned = plan(user.directory)
    assert.matches("All files: 1 message to create, 3 messages to change, 1 message to remove", planned.out)
    assert.matches("Plan written to %S+week.plan; to do exactly this: klaviyo apply %-%-plan", planned.err)
    user:write("sale03.lua", campaign_files.text("Sale 03", { "Not reviewed" }))
    sandbox:clear_requests()
    local applied = apply()
    assert.equal(0, applied.code, applied.err)
    assert.matches("1 message created, 3 messages changed, 1 message removed", applied.out)
    assert.same({ "A third", "It ends now", "It starts now" }, bodies "Sale 01")
    assert.same({ "It starts now" }, bodies "Sale 02")
    assert.is_nil(campaign "Sale 03")
    sandbox:clear_requests()
    local second = apply()
    assert.equal(0, second.code, second.err)
    assert.matches("Nothing to do: 2 files unchanged", second.out)
    assert.equal(0, writes())
  end)

  it("creates campaigns, once", function()
    plan(campaign_files.write(user, 2))
    assert.matches("2 campaigns created", apply().out)
    sandbox:clear_requests()
    assert.matches("Nothing to do", apply().out)
    assert.equal(0, writes())
    assert(campaign("Sale 01").messages[1].variations[1]:update { details = { channel = "sms", body = "by hand" } })
    sandbox:clear_requests()
    assert_refused(apply(), "What would be done now is not what %S+week.plan says",
      "sale01.lua: update content of Text 1")
  end)

  it("holds no secret, and is its owner's alone", function()
    plan(campaign_files.write(user, 1))
    local content = user:read "week.plan"
    assert.is_nil(content:find(user.env.KEY, 1, true))
    assert.equal(384, native.file_access(plan_file).mode) -- 0600
    local value = json.decode(content)
    assert.equal(1, value.klaviyo_plan)
    assert.same({ "default", sandbox.url, false }, { value.account.name, value.account.origin, value.account.sandbox })
    assert.equal("sha256:" .. core.sha256(user:read "sale01.lua"), value.files[1].digest)
    assert.equal("create", value.files[1].changes[1].action)
  end)

  it("goes to standard output or a device without replacing it", function()
    local files = campaign_files.write(user, 1)
    local printed = user:run("plan -o - " .. files)
    assert.equal(1, json.decode(printed.out).klaviyo_plan)
    local piped = user:run("plan -o /dev/stdout --json " .. files, { sink = "| cat" })
    assert.matches('"klaviyo_plan": 1', piped.out)
    assert.equal(0, user:run("plan -o /dev/null " .. files).code)
    assert.equal("other", native.file_type "/dev/null")
    assert.equal(3, user:run(("plan -o %s/none/x %s"):format(user.directory, files)).code)
    assert.equal(2, user:run("plan -o x --lock y -", { input = user:read "sale01.lua" }).code)
  end)

  it("is refused if the files have changed, and says which and how", function()
    local files = changed_files()
    plan(files)
    user:write("sale02.lua", (user:read("sale02.lua"):gsub("It starts now", "Something else")))
    user:write("sale01.lua", (user:read("sale01.lua"):gsub('vip:sms { name = "Text 3", body = "A third" }', "")))
    sandbox:clear_requests()
    assert_refused(apply(), "The files have changed since %S+week.plan was made",
      'sale02.lua: content of Text 1: body was "It starts now", is "Something else"',
      "sale01.lua: message Text 3 is no longer in it", "klaviyo plan %-o")
    changed_files()
    user:write("sale02.lua", user:read "sale02.lua" .. "-- a comment\n")
    sandbox:clear_requests()
    assert_refused(apply(), "sale02.lua: its text, or one that it includes, is another one, and describes the same")
  end)

  it("keeps its variables, and notices what files have in common", function()
    user:write("sale01.lua", 'include "sale-brand.lua"\n' .. campaign_files.text("Sale 01", { "It starts" }):gsub(
      '"It starts"', "vars.opening"))
    user:write("sale-brand.lua", "brand = 1\n")
    plan(user:path "sale01.lua", "--set opening=Now")
    user:write("sale-brand.lua", "brand = 2\n")
    sandbox:clear_requests()
    assert_refused(apply(), "sale01.lua: its text, or one that it includes, is another one")
    user:write("sale-brand.lua", "brand = 1\n")
    user:write("klaviyo.lua", 'return { audience = { excluded = { "OTHER" } } }')
    assert_refused(apply(), 'sale01.lua: audience 1: excluded was %(none%), is %["OTHER"%]')
    os.remove(user:path "klaviyo.lua")
    assert.equal(2, apply("--set opening=Later").code)
    assert.equal(0, apply().code)
    assert.same({ "Now" }, bodies "Sale 01")
  end)

  it("is refused if the account has changed, and says how", function()
    local files = changed_files()
    plan(files)
    assert(campaign("Sale 01").messages[2].variations[1]:update { details = { channel = "sms", body = "by hand" } })
    assert(campaign("Sale 02"):update { description = "by hand" })
    sandbox:clear_requests()
    assert_refused(apply(), "The account has changed since %S+week.plan was made",
      'sale01.lua: variation %w+: body was "It ends", is "by hand"',
      'sale02.lua: campaign Sale 02: description was %(none%), is "by hand"')
    changed_files() -- nothing is different in the account now but what follows
    plan(files)
    assert(campaign("Sale 01").messages[1]:schedule { at = support.tomorrow() })
    sandbox:clear_requests()
    assert_refused(apply(), 'message Text 1: status was "DRAFT", is "SCHEDULED"')
    assert(campaign("Sale 01").messages[1]:revert())
    assert(kl.messages:create { campaign = campaign("Sale 02").id, audience = campaign("Sale 02").audiences[1].id,
      name = "Late" })
    sandbox:clear_requests()
    assert_refused(apply(), "sale02.lua: message Late is new")
    plan(files)
    local late = campaign("Sale 02").messages
    assert(kl.messages:delete(late[#late].id))
    sandbox:clear_requests()
    assert_refused(apply(), "sale02.lua: message %w+ ?%w* is gone")
  end)

  it("is refused where a new campaign was created meanwhile by somebody else", function()
    plan(campaign_files.write(user, 1))
    local sale = require("klaviyo").campaign "Sale 01"
    sale:audience(nil, { included = { "LIST" } }):sms { name = "Text 1", body = "It starts" }
    assert(kl.campaigns:create(sale))
    sandbox:clear_requests()
    local result = apply()
    assert.equal(6, result.code)
    assert.matches('has a campaign "Sale 01" already', result.err)
    assert.equal(0, writes())
  end)

  it("is for one account", function()
    local files = changed_files()
    plan(files)
    user:write("config", user:read "config" .. ('[other]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
    sandbox:clear_requests()
    assert_refused(user:run(("--profile other apply --yes --plan %s"):format(plan_file)),
      'week.plan is for the account "default", and this is "other"', "choose it with %-%-profile default")
    assert_refused(user:run(("--revision 2026-10-15 apply --yes --plan %s"):format(plan_file)),
      'week.plan is for the revision "2026%-04%-15.pre", and this is "2026%-10%-15"', "%-%-revision 2026%-04%-15.pre")
    local twin = support.start()
    local config = user:read "config"
    user:write("config", (config:gsub(sandbox.url, twin.url)))
    assert_refused(apply(), ("is for the service at %q"):format(sandbox.url))
    user:write("config", config)
    twin:stop()
    sandbox:fail { method = "GET", path = "/api/accounts", times = 0, status = 200,
      body = '{ "data": [{ "type": "account", "id": "OTHER1", "attributes": {} }] }' }
    assert_refused(apply(), 'is for the account "%w+", and this is "OTHER1"')
    sandbox:clear_faults()
    sandbox:fail { method = "GET", path = "/api/accounts", times = 0, status = 503 }
    local unread = user:run(("--call-timeout 2 apply --yes --plan %s"):format(plan_file))
    assert.equal(7, unread.code, unread.err) -- it may be another one
    sandbox:clear_faults()
    sandbox:fail { method = "GET", path = "/api/accounts", times = 0, status = 403 }
    assert.equal(0, apply().code)
  end)

  it("is refused if it was changed, is of another format, or is none", function()
    local files = changed_files()
    plan(files)
    sandbox:clear_requests()
    local kept = user:read "week.plan"
    forge(function(content)
      return (content:gsub("It starts now", "It starts not"))
    end, "unsealed")
    assert_refused(apply(), "week.plan was changed after it was made")
    user:write("week.plan", kept)
    forge(function(content)
      return (content:gsub("It starts now", "It starts not"))
    end)
    assert_refused(apply(), "The files have changed") -- no text of the plan reaches the account
    user:write("week.plan", kept)
    forge(function(content) -- another change, of which the files know nothing
      return (content:gsub('"changes": %[.-\n      %]', '"changes": []'))
    end)
    assert_refused(apply(), "What would be done now is not what %S+week.plan says",
      "sale01.lua: update content of Text 1")
    user:write("week.plan", kept)
    for pattern, other in pairs { ['"options": {[^}]*}'] = '"options": 7',
      ['"options": {}'] = '"options": { "lock": [] }', ['"fields": {[^}]*}'] = '"fields": [1]',
      ['"variables": {}'] = '"variables": [{}]' } do
      user:write("week.plan", kept)
      forge(function(content)
        return (content:gsub(pattern, other, 1))
      end)
      assert_refused(apply(), "was changed after it was made")
    end
    for version, words in pairs { [0] = "an older klaviyo %(format 0, this one reads 1%)", [2] = "a newer klaviyo" } do
      user:write("week.plan", (kept:gsub('"klaviyo_plan": 1', '"klaviyo_plan": ' .. version)))
      assert_refused(apply(), words)
    end
    for _, content in ipairs { "", "{", "[]", "7", '{ "version": 1 }' } do
      user:write("week.plan", content)
      local result = apply()
      assert.equal(3, result.code, content)
    end
    assert.equal(3, user:run("apply --yes --plan nowhere").code)
    user:write("week.plan", kept)
    assert.equal(2, apply(files).code)
    assert.equal(2, apply("--prune").code)
    assert.equal(2, user:run("apply --yes").code)
    assert.equal(0, writes())
  end)

  it("continues where it was interrupted, whatever it was doing", function()
    local files = changed_files()
    plan(files)
    for number = 1, 4 do
      sandbox:clear_requests()
      for _, method in ipairs { "PATCH", "POST", "DELETE" } do
        sandbox:fail { method = method, late = "20s", times = 0 }
      end
      local screen = user:terminal(("apply --yes --for 5 --plan %s"):format(plan_file))
      process.wait_for("write " .. number, function()
        return writes() > 0
      end)
      screen:type "\3"
      assert.equal(130, screen:finish().code)
      sandbox:clear_faults()
    end
    local last = apply "--for 5"
    assert.equal(0, last.code, last.err)
    assert.same({ "A third", "It ends now", "It starts now" }, bodies "Sale 01")
    assert.same({ "It starts now" }, bodies "Sale 02")
    assert.matches("Nothing to do", apply("--again").out)
  end)
end)
