-- SPDX-License-Identifier: MIT
--- Finding the campaigns of files in the account, in the fewest requests.

local campaign_files = require "spec.support.campaign_files"
local cli = require "spec.support.cli"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"

local REVISIONS = { ["2026-04-15.pre"] = "guide", ["2026-10-15"] = "openapi" }

for revision, dialect in pairs(REVISIONS) do
  describe(("looking up campaigns of files (%s) #process"):format(dialect), function()
    local sandbox, kl, user, files

    setup(function()
      sandbox, kl, user = cli.start()
      user.env.KLAVIYO_REVISION = revision
      os.execute("mkdir " .. user:path "known")
    end)

    teardown(function()
      cli.stop(sandbox, kl, user)
    end)

    before_each(function()
      sandbox:reset()
      sandbox:list { id = "LIST", name = "Everybody" }
      campaign_files.unlock(user)
      os.execute("rm -rf " .. user.directory .. "/.cache")
    end)

    local function create(name)
      local campaign = klaviyo.campaign(name)
      campaign:audience(nil, { included = { "LIST" } }):sms { name = "Text", body = "It starts" }
      return assert(kl.campaigns:create(campaign))
    end

    -- Runs a command and returns how often each kind of request was sent, and the result.
    local function requests_of(arguments)
      sandbox:clear_requests()
      local result, counts = user:run(arguments), {}
      for _, request in ipairs(sandbox:requests()) do
        local kind = request.method .. " " .. request.path:gsub("%?.*", ""):gsub(("%w"):rep(26), "ID")
        counts[kind] = (counts[kind] or 0) + 1
      end
      return counts, result
    end

    it("reads the account once for 50 new files, and once for 50 known ones", function()
      files = campaign_files.write(user, 50)
      local counts, result = requests_of("plan " .. files)
      assert.same({ ["GET /api/campaigns"] = 1, ["GET /api/lists"] = 1 }, counts) -- the names of lists are kept
      assert.same({ ["GET /api/campaigns"] = 1 }, (requests_of("plan " .. files)))
      assert.matches("All files: 50 campaigns to create.\n$", result.out)
      for i = 1, 50 do
        user:write(("known/sale%02d.json"):format(i), json.encode { id = create(("Sale %02d"):format(i)).id,
          name = ("Sale %02d"):format(i), audiences = { { included = { "LIST" }, messages = { { name = "Text",
            channel = "sms", body = "It starts" } } } } })
      end
      counts, result = requests_of("plan --check " .. user:path "known")
      assert.equal(0, result.code, result.err)
      assert.same({ ["GET /api/campaigns"] = 1,
        ["GET /api/campaign-messages"] = dialect == "openapi" and 1 or nil }, counts)
      assert.matches("Nothing to do: 50 files unchanged.\n$", result.out)
    end)

    it("looks for a name by itself where the account has more pages than there are names", function()
      files = campaign_files.write(user, 2)
      for i = 1, 201 do
        create(("Other %d"):format(i))
      end
      create "Sale 02"
      local counts, result = requests_of("plan " .. files)
      assert.is_true(counts["GET /api/campaigns"] <= 5, counts["GET /api/campaigns"])
      assert.equal(6, result.code)
      assert.matches('has a campaign "Sale 02" already', result.err)
      assert.matches("sale02.lua %-%-adopt %w+ takes it over", result.err)
    end)

    it("reads by its id what a list lacks", function()
      files = campaign_files.write(user, 3)
      assert.equal(0, user:run("apply --yes " .. files).code)
      local id = user:read("sale02.lua.lock"):match '"campaign": "(%w+)"'
      sandbox:fail { method = "GET", path = "/api/campaigns", body = '{"data":[],"links":{"next":null}}', status = 200 }
      local counts, result = requests_of("plan " .. files)
      assert.equal(3, counts["GET /api/campaigns/ID"], result.err)
      assert.matches("Nothing to do: 3 files unchanged", result.out)
      assert(kl.campaigns:archive(id))
      result = user:run("plan " .. files)
      assert.equal(6, result.code)
      assert.matches("The campaign " .. id .. " of [^ ]+sale02.lua.lock is archived", result.err)
    end)
  end)
end
