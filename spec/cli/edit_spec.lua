-- SPDX-License-Identifier: MIT
--- klaviyo edit.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local json = require "klaviyo.model.json"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo edit #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    user:write("sale.lua", cli.SALE)
    os.remove(user:path "sale.lua.lock")
  end)

  local apply, _, _, campaign, writes = file.of(function()
    return sandbox, kl, user
  end)

  local id

  before_each(function()
    apply()
    id = campaign().id
    sandbox:clear_requests()
  end)

  local function edit(script, options)
    return user:run("edit " .. (options or "--yes") .. " " .. id, { env = { EDITOR = script } })
  end

  it("writes a campaign file that says what is there", function()
    local text = user:run("edit --print " .. id).out
    user:write("copy.lua", text)
    assert.matches("Nothing to do", user:run(("plan %s --adopt %s"):format(user:path "copy.lua", id)).out)
    assert.matches(':email { %-%- DRAFT\n    id = "%w+",\n    name = "Blast"', text)
  end)

  it("makes what was changed in the editor", function()
    local result = edit [[sed -i 's/It starts now/It is over/; s/"Text"/"Renamed"/']]
    assert.equal(0, result.code)
    assert.matches('subject: "It starts now" → "It is over"', result.out)
    local tree = campaign()
    assert.equal("It is over", tree.audiences[1].messages[1].variations[1].details.subject)
    assert.equal("Renamed", tree.audiences[1].messages[2].name)
    assert.same({ "PATCH /api/campaign-messages/ID", "PATCH /api/campaign-variations/ID",
      "PATCH /api/campaign-variations/ID" }, (function(list)
        table.sort(list)
        return list
      end)(writes()))
  end)

  it("changes nothing where nothing was changed, or nobody agreed", function()
    assert.matches("Nothing was changed", edit("true").err)
    local refused = edit([[sed -i 's/It starts now/It is over/']], "")
    assert.equal(9, refused.code)
    assert.matches("your text is kept in " .. user:path "state", refused.err, 1, true)
    local failed = edit "sh -c 'exit 3'"
    assert.equal(1, failed.code)
    assert.matches("ended with 3; nothing was changed", failed.err)
    assert.is_nil(failed.err:find "hint")
    assert.matches("your text is kept in", edit([[sh -c 'sed -i s/now/then/ "$0"; exit 3']]).err)
    local list = process.run("ls " .. user:path "state/edit")
    assert.equal(2, select(2, list:gsub("\n", ""))) -- what was changed is kept, the rest is not
    assert.same({}, writes())
  end)

  it("changes nothing that was changed in the account meanwhile", function()
    sandbox:set_clock(support.tomorrow(12))
    local other = user:command("revert " .. id)
    assert(campaign().audiences[1].messages[1]:schedule { at = support.tomorrow(14) })
    sandbox:clear_requests()
    local script = [[sh -c '%s >/dev/null; sed -i "s/It starts now/It is over/" "$0"']]
    local result = edit(script:format(other:gsub("'", "")))
    assert.equal(6, result.code, result.err)
    assert.matches("was changed in the meantime; nothing was changed by you", result.err)
    assert.matches("your text is kept in", result.err)
    assert.equal("It starts now", campaign().audiences[1].messages[1].variations[1].details.subject)
  end)

  it("has the changes in JSON", function()
    local result = edit([[sed -i 's/It starts now/It is over/']], "--json --yes")
    assert.equal(0, result.code)
    assert.equal(2, assert(json.decode(result.out)).change)
    assert.equal(0, assert(json.decode(edit("true", "--json").out)).change)
  end)

  it("keeps a text that is wrong, and says where", function()
    local wrong = edit [[sed -i 's/subject/subjct/']]
    assert.equal(3, wrong.code)
    assert.matches("subjct is no field", wrong.err)
    local kept = wrong.err:match "your text is kept in (%S+);"
    assert.matches("subjct", process.read(kept))
    assert.same({}, writes())
  end)

  it("resumes from a text that was kept, and removes it once it is done", function()
    local wrong = edit [[sed -i 's/subject/subjct/; s/It starts now/It is over/']]
    local kept = wrong.err:match "your text is kept in (%S+);"
    local command = wrong.err:match "continue with klaviyo (edit %w+ %-%-resume %S+)"
    local again = user:run(command .. " --yes", { env = { EDITOR = "true" } })
    assert.equal(3, again.code)
    assert.matches("subjct", process.read(kept))
    local done = user:run(command .. " --yes", { env = { EDITOR = "sed -i s/subjct/subject/" } })
    assert.equal(0, done.code, done.err)
    assert.equal("It is over", campaign().audiences[1].messages[1].variations[1].details.subject)
    assert.equal("", process.read(kept))
    user:write("own.lua", user:run("edit --print " .. id).out)
    assert.equal(0, user:run(("edit %s --resume %s --yes"):format(id, user:path "own.lua"),
      { env = { EDITOR = "true" } }).code)
    assert.not_equal("", user:read "own.lua")
  end)

  it("keeps a text that the service refused in the middle, and one that was interrupted", function()
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/*", status = 400, times = 1 }
    local refused = edit [[sed -i 's/It starts now/It is over/']]
    assert.equal(6, refused.code)
    assert.matches("It is over", process.read(refused.err:match "your text is kept in (%S+);"))
    sandbox:clear_faults()
    local screen = user:terminal("edit " .. id, { env = { EDITOR = [[sed -i 's/It starts now/It is over/']] } })
    screen:wait("[y/N]"):type "\3"
    local interrupted = screen:finish()
    assert.equal(130, interrupted.code)
    assert.matches("It is over", process.read(interrupted.text:match "your text is kept in (%S+);"))
  end)

  it("ends with a code of its own where something was blocked, and keeps the text", function()
    assert(campaign().audiences[1].messages[1]:schedule { at = support.tomorrow(14) })
    local blocked = edit [[sed -i 's/It starts now/It is over/; s/All channels/Some channels/']]
    assert.equal(13, blocked.code)
    assert.equal("Some channels", campaign().description)
    assert.matches("It is over", process.read(blocked.err:match "your text is kept in (%S+);"))
  end)

  it("writes when a message is sent, schedules nothing, and says so of another time", function()
    assert(campaign().messages[2]:schedule { at = "2099-01-01T10:00Z", strategy = "throttled", percentage = 25 })
    sandbox:clear_requests()
    local printed = user:run("edit --print " .. id).out
    assert.matches('send = { at = "2099%-01%-01T05:00", strategy = "throttled", percentage = 25 },', printed)
    assert.is_nil(edit("true").err:find("schedules nothing", 1, true))
    local result = edit([[sed -i 's/T05:00/T06:00/']])
    assert.equal(0, result.code, result.err)
    assert.matches("edit schedules nothing: the send of Text is left as it is", result.err)
    assert.same({}, writes())
    assert.equal(3, edit([[sed -i 's/2099-01-01T05:00/soon/']]).code)
    user:write("copy.lua", printed)
    local plan = user:run(("plan --adopt %s %s"):format(id, user:path "copy.lua"))
    assert.matches("Text  Thu 2099%-01%-01 05:00 America/New_York, 25 %% an hour  scheduled", plan.out)
  end)
end)
