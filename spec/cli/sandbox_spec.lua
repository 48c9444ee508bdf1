-- SPDX-License-Identifier: MIT
--- klaviyo sandbox: in the foreground.

local cli = require "spec.support.cli"
local http = require "spec.support.http"
local process = require "spec.support.process"

describe("klaviyo sandbox #process", function()
  local user

  before_each(function()
    user = cli.new()
  end)

  after_each(function()
    user:close()
  end)

  it("serves in the foreground, says where, and ends on a signal", function()
    local script = ("echo $$ >%s; exec %s"):format(user:path "pid", user:command "sandbox --port 0 --db :memory:")
    local running = process.start(("{ sh -c %s; echo code $?; }"):format(process.quote(script)), user:path "log")
    local url = process.wait_for("the address", function()
      return user:read("log"):match "^listening on (http://127%.0%.0%.1:%d+)\n"
    end)
    local kl = require("klaviyo").client { base_url = url, api_key = "pk_x" }
    assert.equal(0, #assert(kl.campaigns:list()).data)
    kl:close()
    os.execute("kill -TERM " .. user:read "pid")
    process.wait_for("its end", function()
      return user:read("log"):find("code 0", 1, true)
    end)
    running:stop()
  end)

  it("serves host names that --allow-host names, and no others", function()
    local running = process.start(user:command "sandbox --port 0 --allow-host one --allow-host two.example",
      user:path "log")
    local url = process.wait_for("the address", function()
      return user:read("log"):match "^listening on (http://%S+)\n"
    end)
    local client = http.client(url)
    for host, status in pairs { ["one:80"] = 200, ["two.example"] = 200, three = 403, localhost = 200 } do
      assert.equal(status, client:get("/_sandbox/clock", nil, { Host = host }).status, host)
    end
    client:close()
    running:stop()
    local wrong = user:run "sandbox --port 0 --allow-host http://one"
    assert.equal(2, wrong.code)
    assert.matches("allow_host must be a list of host names", wrong.err)
  end)

  it("refuses a file that another server uses", function()
    local db = user:path "campaigns.db"
    local running = process.start(user:command("sandbox --port 0 --db " .. db), user:path "log")
    process.wait_for("the address", function()
      return user:read("log"):find("listening on", 1, true)
    end)
    local second = user:run("sandbox --port 0 --db " .. db)
    assert.equal(1, second.code)
    assert.matches("klaviyo: ", second.err)
    running:stop()
  end)

  it("fills an empty sandbox with a shop, the same every time", function()
    local function filled()
      local seed = user:run "sandbox seed shop"
      assert.equal(0, seed.code, seed.err)
      assert.matches("A shop with 12 campaigns, 4 lists, 4 segments and 3 templates", seed.out, 1, true)
      return user:json "report --sandbox --by variation --json"
    end
    local first = filled()
    local second = user:run "sandbox seed shop"
    assert.equal(6, second.code)
    assert.matches("not empty", second.err, 1, true)
    assert.equal(0, user:run("sandbox reset").code)
    local again = filled()
    assert.equal(#first.rows, #again.rows)
    for i, row in ipairs(first.rows) do
      assert.equal(row.campaign_name, again.rows[i].campaign_name)
      assert.equal(row.recipients, again.rows[i].recipients)
      if row.campaign_name ~= "Winter range" then -- this one is being sent
        assert.near(row.opens_unique, again.rows[i].opens_unique, 2)
      end
    end
    local test = first.tests[1]
    assert.equal("ahead", test.verdicts[1].verdict)
    assert.equal("With a deadline", test.verdicts[1].ranking[1].variation)
    local statuses = {}
    for _, campaign in ipairs((user:json "list --sandbox --json")) do
      for _, message in ipairs(campaign.messages) do
        statuses[message.status] = (statuses[message.status] or 0) + 1
      end
    end
    assert.same({ DRAFT = 3, SCHEDULED = 1, SENDING = 1, SENT = 9 }, statuses)
    assert.matches("Weekly letter (TWEEKL)", user:run("preview --sandbox 'Weekly letter: wool'").out, 1, true)
    assert.equal(2, user:run("sandbox seed zoo").code)
    user:run "sandbox stop"
  end)
end)
