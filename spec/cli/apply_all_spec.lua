-- SPDX-License-Identifier: MIT
--- Applying several files at once.

local campaign_files = require "spec.support.campaign_files"
local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("an apply of several files #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    os.remove(user:path "sale.lua")
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    sandbox:clear_faults()
    os.execute("rm -f " .. user.directory .. "/sale*")
  end)

  local function apply(files, options)
    return user:run(("apply --yes %s %s"):format(options or "", files))
  end

  local function writes()
    local list = {}
    for _, request in ipairs(sandbox:requests()) do
      list[#list + 1] = request.method ~= "GET" and request or nil
    end
    return list
  end

  -- The bodies of all messages, by campaign.
  local function bodies()
    local found = {}
    for campaign in kl.campaigns:trees() do
      assert.is_nil(found[campaign.name], campaign.name)
      found[campaign.name] = {}
      for i, message in ipairs(campaign.messages) do
        found[campaign.name][i] = message.variations[1].details.body
      end
    end
    return found
  end

  it("asks once, and counts what was done", function()
    local files = campaign_files.write(user, 3)
    local screen = user:terminal("apply " .. user.directory) -- the folder
    screen:wait("All files: 3 campaigns to create."):wait("Make these changes of 3 files? [y/N]"):type "y\n"
    local result = screen:finish()
    assert.equal(0, result.code)
    assert.matches("sale02.lua: Created campaign Sale 02 .*3 campaigns created%.", result.text)
    assert.equal(3, #writes())
    campaign_files.write(user, 2, "It starts now")
    sandbox:clear_requests()
    local changed = apply(files)
    assert.matches("\n2 messages changed, 1 file unchanged.\n$", changed.out)
    assert.equal(2, #writes())
    assert.same({ "It starts now", "It ends" }, bodies()["Sale 02"])
    sandbox:clear_requests()
    assert.matches("Nothing to do: 3 files unchanged", apply(files).out)
    assert.same({}, writes())
  end)

  it("has the changes of all files in JSON, and of each", function()
    local files = campaign_files.write(user, 2)
    assert.equal(0, apply(files).code)
    campaign_files.write(user, 1, "It starts now")
    local planned = user:json("plan " .. files)
    assert.same({ 0, 1, 0, 0 }, { planned.add, planned.change, planned.remove, planned.blocked })
    assert.equal(1, #planned.changes)
    assert.equal(user:path "sale01.lua", planned.changes[1].file)
    assert.same({ 1, 0 }, { planned.files[1].change, planned.files[2].change })
    assert.equal(user:path "sale02.lua", planned.files[2].file)
    local applied = user:json("apply --yes " .. files)
    assert.equal("Sale 02", applied.files[2].name)
    assert.equal("Sale 02", assert(kl.campaigns:get(applied.files[2].campaign)).name)
  end)

  it("sends nothing if one of the files is wrong, or two describe one campaign", function()
    local files = campaign_files.write(user, 4)
    for _, name in ipairs { "sale02.lua", "sale03.lua" } do
      user:write(name, (user:read(name):gsub("body", "bdy")))
    end
    local wrong = apply(files)
    assert.equal(3, wrong.code)
    assert.matches("2 of 4 files have mistakes; nothing was sent", wrong.err)
    assert.matches("sale02.lua:3: audiences%[1%].messages%[1%].bdy.*sale03.lua:3: audiences", wrong.err)
    campaign_files.write(user, 4)
    user:write("sale03.lua", user:read "sale01.lua")
    local double = apply(files)
    assert.equal(3, double.code)
    assert.matches('sale01.lua and %S+sale03.lua both describe a campaign "Sale 01"; nothing was sent', double.err)
    assert.same({}, sandbox:requests())
    assert.equal(0, apply(user:path "sale01.lua").code)
    user:write("sale03.lua.lock", user:read "sale01.lua.lock")
    user:write("sale03.lua", campaign_files.text("Sale 03", { "It starts" }))
    sandbox:clear_requests()
    assert.matches("are both of the campaign %w+", apply(files).err)
    assert.same({}, sandbox:requests())
    assert.equal(2, apply(files, "--lock x").code)
    assert.equal(2, apply(files, "--adopt x").code)
    assert.equal(2, apply(files, "--undo").code)
  end)

  it("changes nothing if a campaign was changed while the question stood there", function()
    local files = campaign_files.write(user, 3)
    assert.equal(0, apply(files).code)
    campaign_files.write(user, 3, "It starts now")
    local screen = user:terminal("apply " .. files)
    screen:wait "Make these changes of 3 files? [y/N]"
    for campaign in kl.campaigns:trees() do
      assert(campaign.name ~= "Sale 02" or campaign:update { description = "by hand" })
    end
    sandbox:clear_requests()
    screen:type "y\n"
    local result = screen:finish()
    assert.equal(6, result.code)
    assert.matches("were changed in the meantime; nothing was changed by you.*sale02.lua: Sale 02", result.text)
    assert.same({}, writes())
  end)

  it("says for every file what was done when one fails, and continues", function()
    local files = campaign_files.write(user, 3)
    assert.equal(0, apply(files).code)
    campaign_files.write(user, 3, "It starts now")
    for _, name in ipairs { "sale01.lua", "sale02.lua", "sale03.lua" } do
      user:write(name, (user:read(name):gsub("It ends", "It ends now")))
    end
    local id = user:read("sale02.lua.lock"):match('Text 2/variation[^"]*": "(%w+)"')
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/" .. id, status = 409 }
    local failed = apply(files)
    assert.equal(6, failed.code)
    assert.matches("1 of 3 files could not be applied", failed.err)
    assert.matches("sale01.lua: done: 2 steps", failed.err)
    assert.matches("sale02.lua: content of Text 2 could not be updated.*sale02.lua: done: Changed content of Text 1.*"
      .. "sale02.lua: not done: change content of Text 2", failed.err)
    assert.matches("run apply again to continue", failed.err)
    local again = apply(files)
    assert.equal(0, again.code, again.err)
    assert.matches("1 message changed, 2 files unchanged", again.out)
    for _, list in pairs(bodies()) do
      assert.same({ "It starts now", "It ends now" }, list)
    end
  end)

  it("names in JSON what nobody knows", function()
    local files = campaign_files.write(user, 2)
    assert.equal(0, apply(files).code)
    campaign_files.write(user, 2, "It starts now")
    local id = user:read("sale02.lua.lock"):match('Text 1/variation[^"]*": "(%w+)"')
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/" .. id, cut = "after", times = 0 }
    sandbox:fail { method = "GET", path = "/api/campaign-variations/" .. id, status = 503, times = 0 }
    local failed = user:run(("--call-timeout 3 apply --json --yes %s"):format(files))
    sandbox:clear_faults()
    assert.equal(8, failed.code)
    local document = require("klaviyo.core").document(failed.err:match "{.*}")
    local report = document:decode(0).error.files
    assert.same({ "done", { "Changed content of Text 1." }, {}, {} },
      { report[1].state, report[1].done, report[1].not_done, report[1].unknown })
    assert.same({ "unknown", {}, {}, { "change content of Text 1" } },
      { report[2].state, report[2].done, report[2].not_done, report[2].unknown })
    assert.equal(0, apply(files).code)
    assert.same({ "It starts now", "It ends" }, bodies()["Sale 02"])
  end)

  it("sends files together within the limits, and one interrupted says what is left of each", function()
    local files = campaign_files.write(user, 12)
    assert.equal(0, apply(files).code)
    campaign_files.write(user, 12, "It starts now")
    sandbox:clear_requests()
    sandbox:fail { method = "PATCH", after = 1, late = "20s", times = 0 }
    local screen = user:terminal("apply --yes " .. files, { env = { LUA_INIT = "" } })
    process.wait_for("several writes at once", function()
      return #writes() >= 9 -- of which one has been answered: it tells the client what the limits are
    end)
    screen:type "\3"
    local result = screen:finish()
    sandbox:clear_faults()
    assert.equal(130, result.code)
    local under_way, left = 0, 0
    for _ in result.text:gmatch "sale%d%d.lua: Changing content of Text 1 %(PATCH [^)]+%) was under way" do
      under_way = under_way + 1
    end
    for _ in result.text:gmatch "sale%d%d.lua: not done: change content of Text 1" do
      left = left + 1
    end
    assert.equal(#writes() - 1, under_way, result.text)
    assert.equal(11, under_way + left, result.text)
    local pending = 0
    for i = 1, 12 do
      local text = user:read(("sale%02d.lua.lock"):format(i))
      pending = pending + (text:find '"pending"' and 1 or 0)
    end
    assert.equal(under_way, pending) -- what was not sent is not looked for
    assert.equal(0, apply(files).code)
    for _, list in pairs(bodies()) do
      assert.same({ "It starts now", "It ends" }, list)
    end
  end)

  it("takes over what an interrupted apply created in several files", function()
    local files = campaign_files.write(user, 3)
    sandbox:fail { method = "POST", path = "/api/campaigns", after = 1, late = "20s", times = 0 }
    local screen = user:terminal("apply --yes " .. files)
    process.wait_for("three creations, one of which is answered and recorded", function()
      local pending = 0
      for i = 1, 3 do
        local there, lock = pcall(user.read, user, ("sale%02d.lua.lock"):format(i)) -- it may not be there yet
        pending = pending + (there and lock:find '"pending"' and 1 or 0)
      end
      return #writes() == 3 and pending == 2
    end)
    screen:type "\3"
    assert.equal(130, screen:finish().code)
    sandbox:clear_faults()
    local again = apply(files, "--for 20")
    assert.equal(0, again.code, again.err)
    assert.equal(2, select(2, again.err:gsub("It was created, and is taken over", "")))
    local count = 0
    for _ in pairs(bodies()) do
      count = count + 1
    end
    assert.equal(3, count)
    assert.matches("Nothing to do: 3 files unchanged", user:run("plan " .. files).out)
  end)

  it("blocks what cannot be changed, and does the rest", function()
    local files = campaign_files.write(user, 2)
    assert.equal(0, apply(files).code)
    for campaign in kl.campaigns:trees() do
      assert(campaign.name ~= "Sale 01" or campaign.messages[1]:schedule { at = support.tomorrow() })
    end
    campaign_files.write(user, 2, "It starts now")
    local result = apply(files)
    assert.equal(13, result.code)
    assert.matches("\n1 message changed, 1 file unchanged, 1 change blocked.\n$", result.out)
  end)
end)
