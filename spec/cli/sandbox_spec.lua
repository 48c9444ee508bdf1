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
end)
