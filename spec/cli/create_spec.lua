-- SPDX-License-Identifier: MIT
--- klaviyo create.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo create #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("makes a campaign in one call and draws it", function()
    local result = user:run("create " .. user:path "sale.lua")
    assert.equal(0, result.code)
    assert.matches("Created", result.err)
    assert.matches("Summer Sale  %w+, wizard", result.out)
    assert.matches("VIP  to LIST_1", result.out)
    assert.matches("Everyone  to LIST_2 without LIST_1", result.out)
    assert.matches("email     It starts now", result.out)
    local posts = 0
    for _, call in ipairs(support.seen(sandbox)) do
      posts = posts + (call == "POST /api/campaigns" and 1 or 0)
    end
    assert.equal(1, posts)
  end)

  it("takes a file from standard input, in Lua and in JSON", function()
    assert.equal(0, user:run("create -", { input = cli.SALE }).code)
    local result = user:run("create - --json", { input = '{"name":"J","audiences":[{"included":["L"]}]}' })
    assert.equal(0, result.code)
    assert.matches('"name": "J"', result.out)
  end)

  it("refuses a wrong file with file, line and field, and sends nothing", function()
    local path = user:write("bad.lua", (cli.SALE:gsub("subject", "subjct"):gsub("body = \"The", "bdy = \"The")))
    local result = user:run("create " .. path)
    assert.equal(3, result.code)
    assert.equal("", result.out)
    assert.matches('bad.lua:5: audiences%[1%].messages%[1%].subjct .-did you mean "subject"', result.err)
    assert.matches("bad.lua:7: audiences%[1%].messages%[2%].bdy", result.err)
    assert.same({}, support.seen(sandbox))
  end)

  it("checks a file without sending it", function()
    assert.equal(0, user:run("create --dry-run " .. user:path "sale.lua").code)
    assert.same({}, support.seen(sandbox))
  end)

  it("leaves the sends of a file to klaviyo schedule, and refuses wrong ones", function()
    local text = cli.SALE:gsub('body = "The sale is on"', '%0, send = { at = "2099-01-01T10:00" }')
    local sends = user:write("sends.lua", text)
    local made = user:run("create " .. sends)
    assert.equal(0, made.code, made.err)
    assert.matches("To send what the file says: klaviyo apply FILE %-%-adopt %w+, then klaviyo schedule FILE", made.err)
    assert.equal("DRAFT", kl.messages:list().data[1].status)
    sandbox:clear_requests()
    user:write("sends.lua", (user:read("sends.lua"):gsub("2099%-01%-01", "2099-13-01")))
    for _, option in ipairs { "", "--dry-run" } do
      local refused = user:run(("create %s %s"):format(sends, option))
      assert.equal(3, refused.code)
      assert.matches("sends.lua:7: audiences%[1%].messages%[2%].send.at names a day that does not exist", refused.err)
    end
    assert.same({}, support.seen(sandbox))
  end)

  it("says what is known when the answer is lost", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
    local result = user:run("create " .. user:path "sale.lua")
    assert.equal(0, result.code) -- it was found there
    local page = assert(kl.campaigns:list())
    assert.equal(1, #page.data)
  end)

  it("does not end as if nothing were there when what was created cannot be read", function()
    sandbox:fail { method = "GET", status = 503, times = 0 }
    local path = user:path "sale.lua"
    local result = user:run("create --call-timeout 1 " .. path)
    local shown = require("cjson").decode(user:run("create --json --call-timeout 1 " .. path).err).error
    sandbox:clear_faults()
    assert.equal(1, result.code)
    assert.matches("the campaign was created", result.err)
    assert.equal(1, shown.code)
    assert.matches("^Created Summer Sale", shown.done[1])
  end)

  it("says what to do when it cannot be found out whether it happened", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
    sandbox:fail { method = "GET", status = 500, times = 0 }
    local result = user:run("create --call-timeout 3 " .. user:path "sale.lua")
    sandbox:clear_faults()
    assert.equal(8, result.code)
    assert.matches("whether it happened is not known", result.err)
    assert.matches("hint: look before you repeat it", result.err)
    assert.equal(1, #assert(kl.campaigns:list()).data)
    assert.matches("Looking for what the service did, for up to %d s", result.err)
  end)
end)
