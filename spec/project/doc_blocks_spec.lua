-- SPDX-License-Identifier: MIT
--- Blocks of Lua and YAML in doc/: each works where the page says it stands. (Those of the README: readme_spec.lua;
--- ```console: spec/cli/session_spec.lua.)

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local support = require "spec.support.sandbox"

local function blocks(path, kind)
  local list = {}
  for block in process.read(path):gmatch("\n```" .. kind .. "\n(.-)\n```") do
    list[#list + 1] = block
  end
  return list
end

-- How many blocks a page has that somebody runs: a new one needs a test here.
local COUNTED = { ["doc/sandbox.md"] = { lua = 2 }, ["doc/files.md"] = { lua = 2, yaml = 1 },
  ["doc/command.md"] = { lua = 1 }, ["doc/fleet.md"] = { lua = 2 } }

describe("the blocks of doc/ #process", function()
  it("are all known here", function()
    local pipe = assert(io.popen "ls doc/*.md")
    for path in pipe:lines() do
      for _, kind in ipairs { "lua", "yaml" } do
        assert.equal((COUNTED[path] or {})[kind] or 0, #blocks(path, kind), path)
      end
    end
    pipe:close()
  end)

  it("of the sandbox's page run", function()
    local first, faults = blocks("doc/sandbox.md", "lua")[1], blocks("doc/sandbox.md", "lua")[2]
    local under_test = [[
      local draft = support.sale()
      local campaign = assert(kl.campaigns:create(draft))
      local message
      message, id = campaign.messages[1].id, campaign.id
    ]]
    local text = first:gsub("%-%- %.%.%. the script under test %.%.%.", (under_test:gsub("%%", "%%%%")))
      :gsub("message = id, rates = { 0.21, 0.34 }", "message = message, rates = { 0.21 }") -- of one variation
      :gsub("sandbox:stop%(%)", function()
        return faults .. "\nsandbox:stop()"
      end)
    text = "local klaviyo, support = ...\nlocal id\n" .. text .. "\nkl:close() return id"
    local program = assert(load(text, "=block"))
    assert.is_string(program(klaviyo, support))
  end)

  it("of the pages on files and on the command are campaign files that create", function()
    local sandbox, kl, user = cli.start()
    finally(function()
      cli.stop(sandbox, kl, user)
    end)
    sandbox:list { id = "L1", name = "Staff" }
    sandbox:list { id = "L2", name = "Newsletter" }
    sandbox:segment { id = "S1", name = "Best" }
    local files = blocks("doc/files.md", "lua")
    user:write("klaviyo.lua", (files[2]:gsub("\n  tags = [^\n]*", "")))
    user:write("friday.lua", blocks("doc/command.md", "lua")[1])
    local whole = 'local s = %1\ns:audience("All", { included = { "L" } }):sms { name = "T", body = "x" }\nreturn s'
    user:write("variables.lua", (files[1]:gsub("return (campaign%(.-%))$", whole)))
    user:write("monday.yaml", blocks("doc/files.md", "yaml")[1])
    process.run("mkdir " .. user:path "yaml" .. " && mv " .. user:path "monday.yaml" .. " " .. user:path "yaml/")
    for file, name in pairs { ["friday.lua"] = "Black Friday", ["variables.lua"] = "Sale with 20%%",
      ["yaml/monday.yaml"] = "Monday" } do
      local planned = user:run("plan " .. user:path(file))
      assert.equal(0, planned.code, planned.err)
      assert.matches(name, planned.out)
    end
  end)

  it("of the page on many machines run", function()
    local server = redis.start()
    if not server then
      pending "redis-server is not installed"
      return
    end
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    finally(function()
      sandbox:stop()
      server:stop()
    end)
    local list = blocks("doc/fleet.md", "lua")
    local first = list[1]:gsub("redis://[^\"]*", server.url):gsub("klaviyo%.client {", function(words)
      return words .. (' base_url = %q, api_key = "pk_test", loop = "blocking",'):format(sandbox.url)
    end)
    local text = table.concat({ "local klaviyo = ...", first, list[2], "kl:close() return lease" }, "\n")
    local program = assert(load(text, "=block"))
    assert.matches("klaviyo.lease %(black%-friday, released%)", tostring(program(klaviyo)))
  end)
end)
