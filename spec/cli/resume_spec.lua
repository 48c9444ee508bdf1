-- SPDX-License-Identifier: MIT
-- An apply that was killed in the middle of a step, and what the next one makes of it.

local cli = require "spec.support.cli"
local json = require "klaviyo.model.json"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("an apply after one that was killed #process", function()
  local sandbox, kl, user

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
    sandbox:clear_faults()
    user:write("sale.lua", cli.SALE)
    os.remove(user:path "sale.lua.lock")
  end)

  local function apply(options)
    return user:run("apply " .. user:path "sale.lua" .. " --yes " .. (options or ""))
  end

  local function recorded_step()
    local ok, content = pcall(json.decode, user:read "sale.lua.lock")
    return ok and content.accounts.default.pending or nil
  end

  -- Kills an apply as soon as the service has received this request of it.
  local function kill_at(method, path)
    sandbox:clear_requests()
    local running = process.start(("sh -c %s"):format(process.quote(("echo $$ >%s; exec %s"):format(user:path "pid",
      user:command("apply --yes " .. user:path "sale.lua")))), user:path "log")
    process.wait_for(method .. " " .. path, function()
      for _, request in ipairs(sandbox:requests()) do
        if request.method == method and request.path:find(path) then
          return true
        end
      end
    end)
    os.execute("kill -9 " .. user:read "pid")
    running:stop()
    assert.is_table(recorded_step())
  end

  local function names()
    local list = {}
    for campaign in kl.campaigns:each() do
      list[#list + 1] = campaign.name
    end
    return list
  end

  local function add_audience()
    local text, count = user:read("sale.lua"):gsub('campaign:audience%("VIP"', 'campaign:audience("Late", { included = '
      .. '{ "L9" } })\ncampaign:audience("VIP"')
    if count == 0 then
      text = user:read("sale.lua"):gsub("\nreturn (%w+)%s*$",
        '\n%1:audience("Late", { included = { "L9" } })\nreturn %1\n')
    end
    user:write("sale.lua", text)
  end

  it("waits for a service that creates the campaign late, and creates no second one", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", process_after = "2s", lag = "1s" }
    kill_at("POST", "^/api/campaigns$")
    local resumed = apply "--for 20"
    assert.equal(0, resumed.code)
    assert.matches("It was created, and is taken over", resumed.err)
    assert.same({ "Summer Sale" }, names())
    assert.is_nil(recorded_step())
    assert.equal(0, apply("--undo").code) -- what was taken over can be undone
    assert.is_true(assert(kl.campaigns:list()).data[1].archived)
  end)

  it("stops where the service may still be late, and says so", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = false }
    kill_at("POST", "^/api/campaigns$")
    sandbox:clear_requests()
    for _ = 1, 2 do -- again and again, until somebody decides
      local resumed = apply "--for 0.2"
      assert.equal(8, resumed.code)
      assert.matches("whether the service created it is not known", resumed.err)
      assert.matches("nothing was changed now", resumed.err)
      assert.matches("%-%-again creates it now, and there will be two if the service was only late", resumed.err)
    end
    assert.equal(8, user:run("plan " .. user:path "sale.lua").code)
    for _, request in ipairs(sandbox:requests()) do
      assert.equal("GET", request.method)
    end
    assert.equal(0, apply("--for 0.2 --again").code)
    assert.same({ "Summer Sale" }, names())
  end)

  it("leaves a colleague's campaign of the same name alone", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = false, twin = "other" }
    kill_at("POST", "^/api/campaigns$")
    local before = assert(kl.campaigns:tree(assert(kl.campaigns:list()).data[1].id)).raw
    local resumed = apply "--for 0.2"
    assert.equal(8, resumed.code)
    assert.matches("nothing equals it", resumed.err)
    assert.same({ "Summer Sale" }, names())
    assert.same(before, assert(kl.campaigns:tree(before.id)).raw)
  end)

  it("goes on by itself where nothing was sent", function()
    assert.equal(0, apply().code)
    local text = user:read("sale.lua.lock"):gsub('"journal"', '"pending": { "action": "create", "kind": "audience", '
      .. '"key": "campaign/audience X", "label": "audience X", "began": "2026-11-28T12:00:00Z" }, "journal"', 1)
    user:write("sale.lua.lock", text)
    assert.is_table(recorded_step())
    assert.equal(0, apply().code)
    assert.is_nil(recorded_step())
  end)

  it("finds an audience that was being added, and undoes it on request", function()
    assert.equal(0, apply().code)
    add_audience()
    sandbox:fail { method = "POST", path = "/api/campaign-audiences", cut = "before", process_after = "1s" }
    kill_at("POST", "^/api/campaign%-audiences$")
    local undone = apply "--undo --for 20"
    assert.equal(0, undone.code)
    assert.matches("undone: audience Late", undone.out)
    assert.is_nil(recorded_step())
    local tree = assert(kl.campaigns:tree(assert(kl.campaigns:list()).data[1].id))
    for _, audience in ipairs(tree.audiences) do
      assert.are_not.equal("Late", audience.name)
    end
  end)

  it("names what it could not find when asked to undo, and keeps it recorded", function()
    assert.equal(0, apply().code)
    add_audience()
    sandbox:fail { method = "POST", path = "/api/campaign-audiences", cut = "before", acted = false }
    kill_at("POST", "^/api/campaign%-audiences$")
    local undone = apply "--undo --for 0.2"
    assert.equal(8, undone.code)
    assert.matches("created audience Late", undone.err)
    assert.matches("run klaviyo apply %-%-undo again later", undone.err)
    assert.is_table(recorded_step())
  end)

  it("undoes a change that was under way", function()
    assert.equal(0, apply().code)
    local text = user:read("sale.lua"):gsub("Summer Sale", "Winter Sale")
    user:write("sale.lua", text)
    sandbox:fail { method = "PATCH", path = "/api/campaigns/*", late = "20s" }
    kill_at("PATCH", "^/api/campaigns/")
    sandbox:clear_faults()
    local undone = apply "--undo"
    assert.equal(0, undone.code)
    assert.same({ "Summer Sale" }, names())
    assert.equal(6, apply("--undo").code)
  end)
end)
