-- SPDX-License-Identifier: MIT
--- A campaign whose file was deleted still sends what was scheduled from it: klaviyo schedule says so.

local send_files = require "spec.support.send_files"

describe("a campaign file that is gone #process", function()
  local world, user

  setup(function()
    world = send_files.start()
    user = world.user
  end)

  teardown(function()
    world:stop()
  end)

  before_each(function()
    world:apply()
    os.execute(("rm -rf %s && mkdir %s && cp %s/*day.lua* %s"):format(user:path "week", user:path "week",
      user.directory, user:path "week"))
  end)

  it("is named as long as something of it is to be sent, and nothing of it is changed", function()
    assert.equal(0, user:run("schedule --yes " .. user:path "week").code)
    os.remove(user:path "week/monday.lua")
    local result = user:run("schedule --yes " .. user:path "week")
    assert.equal(0, result.code, result.err)
    local out = result.out:gsub("%s+", " ")
    assert.matches("week/monday.lua.lock: its campaign file is gone, and 1 message of Cyber Monday is still scheduled: "
      .. "klaviyo revert %w+ makes drafts", out)
    assert.equal("SCHEDULED", world:messages().Last.status)
    assert(world:messages().Last:revert())
    assert.is_nil(user:run("schedule --yes " .. user:path "week").out:find("is gone", 1, true))
  end)

  it("is no orphan where it only has another name", function()
    assert.equal(0, user:run("schedule --yes " .. user:path "week").code)
    os.execute(("cd %s && mv monday.lua tuesday.lua && cp monday.lua.lock tuesday.lua.lock"):format(user:path "week"))
    local result = user:run("schedule --yes " .. user:path "week")
    assert.equal(0, result.code, result.err)
    assert.is_nil(result.out:find("is gone", 1, true))
  end)
end)
