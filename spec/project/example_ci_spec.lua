-- SPDX-License-Identifier: MIT
--- examples/ci: the pipeline of campaign files, run as it stands.

local campaign_files = require "spec.support.campaign_files"
local cli = require "spec.support.cli"
local process = require "spec.support.process"

local quote = process.quote

describe("examples/ci #process", function()
  local sandbox, kl, user, folder

  setup(function()
    sandbox, kl, user = cli.start()
    folder = user:path "campaigns"
    os.execute("mkdir " .. quote(folder))
    user:write("klaviyo", "#!/bin/sh\nexec " .. user:command '"$@"':gsub("'KLAVIYO_SANDBOX='",
      'KLAVIYO_SANDBOX="$KLAVIYO_SANDBOX"') .. "\n")
    os.execute("chmod +x " .. quote(user:path "klaviyo"))
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    os.execute(("rm -rf %s/* %s"):format(quote(folder), quote(user:path "build")))
    for i = 1, 2 do
      user:write(("campaigns/sale%d.lua"):format(i), campaign_files.text("Sale " .. i, { "It starts" }))
    end
  end)

  local function run(arguments)
    return process.run(("PATH=%s:$PATH examples/ci/pipeline.sh %s 2>&1"):format(quote(user.directory), arguments))
  end

  local function review()
    return run(("review %s %s"):format(quote(folder), quote(user:path "build")))
  end

  local function deploy()
    return run("deploy " .. quote(user:path "build"))
  end

  local function writes()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method ~= "GET" and 1 or 0)
    end
    return count
  end

  it("reviews, and deploys exactly that", function()
    local said, code = review()
    assert.equal(0, code, said)
    assert.matches("There are changes: see [^\n]+build/comment.md", said)
    assert.matches("%*%*2 campaigns to create%.%*%*", user:read "build/comment.md")
    assert.equal(0, writes())
    said, code = deploy()
    assert.equal(0, code, said)
    assert.matches('"name": "Sale 2"', user:read "build/applied.json")
    assert.equal(2, #assert(kl.campaigns:list()).data)
    sandbox:clear_requests()
    assert.equal(0, select(2, deploy()))
    said, code = review()
    assert.equal(0, code, said)
    assert.matches("Nothing to do", said)
    assert.equal(0, writes())
  end)

  it("fails where the account has changed since the review, and where a file is wrong", function()
    assert.equal(0, select(2, review()))
    assert.equal(0, select(2, deploy()))
    user:write("campaigns/sale2.lua", campaign_files.text("Sale 2", { "It starts now" }))
    assert.equal(0, select(2, review()))
    for campaign in kl.campaigns:each() do
      assert(campaign:update { description = "by hand" })
    end
    sandbox:clear_requests()
    local said, code = deploy()
    assert.equal(6, code, said)
    assert.matches("The account has changed since", said)
    user:write("campaigns/sale1.lua", (user:read("campaigns/sale1.lua"):gsub("body", "bdy")))
    said, code = review()
    assert.equal(3, code, said)
    assert.matches("sale1.lua:3: ", said)
    assert.equal(0, writes())
  end)

  it("rehearses in a sandbox, and leaves the lock files as they are", function()
    local said, code = run("rehearse " .. quote(folder))
    assert.equal(0, code, said)
    assert.matches("2 campaigns created", said)
    assert.equal(0, #sandbox:requests())
    assert.equal(2, select(2, process.run("ls " .. quote(folder) .. "/*.lock 2>/dev/null")))
  end)

  it("says how it is used, and is used so in the workflow and the README", function()
    for _, arguments in ipairs { "", "review", "review a", "deploy a b", "usage" } do
      local said, code = run(arguments)
      assert.equal(2, code)
      assert.matches("pipeline.sh deploy OUT", said)
    end
    local known = { ["rehearse campaigns"] = true, ["review campaigns build"] = true, ["deploy build"] = true }
    for _, name in ipairs { "klaviyo.yml", "README.md" } do
      local count = 0
      for arguments in process.read("examples/ci/" .. name):gmatch "[/`]pipeline%.sh (%l+ [%w ]+)" do
        assert.is_true(known[arguments], name .. ": " .. arguments)
        count = count + 1
      end
      assert.is_true(count >= 3, name)
    end
  end)
end)
