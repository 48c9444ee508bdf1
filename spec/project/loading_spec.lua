-- SPDX-License-Identifier: MIT
--- A program that reads one campaign loads what that needs and nothing more: start-up is a large part of what a short
--- script or a fresh nginx worker costs.

local process = require "spec.support.process"
local support = require "spec.support.sandbox"

local lua = os.getenv "KLAVIYO_LUA" or "lua5.4"

-- A module that is added here is loaded by every program: load it on use, unless every read needs it.
local NEEDED = {
  "klaviyo", "klaviyo.base", "klaviyo.calls.call_options", "klaviyo.calls.crud", "klaviyo.calls.response",
  "klaviyo.campaign", "klaviyo.classes", "klaviyo.client", "klaviyo.collection", "klaviyo.core", "klaviyo.loop",
  "klaviyo.loop.blocking", "klaviyo.loop.common", "klaviyo.model.callback", "klaviyo.model.error",
  "klaviyo.model.events", "klaviyo.model.json", "klaviyo.model.options", "klaviyo.model.revisions",
  "klaviyo.model.schema", "klaviyo.objects.identity_map", "klaviyo.objects.object", "klaviyo.version",
  "klaviyo.wire.dialect", "klaviyo.wire.dialect.fields", "klaviyo.wire.dialect.negotiate",
  "klaviyo.wire.dialect.read", "klaviyo.wire.dialect.types", "klaviyo.wire.dispatch", "klaviyo.wire.idle",
  "klaviyo.wire.operations", "klaviyo.wire.sparse_fields", "klaviyo.wire.transport",
}

-- What a walk through a list loads besides.
local WALK = { "klaviyo.calls.pages", "klaviyo.wire.grammar", "klaviyo.wire.query" }

local BEGIN = [[
local klaviyo = require "klaviyo"
local kl = klaviyo.client { base_url = arg[1], api_key = "pk_spec" }
]]
local GET = [[assert(assert(kl.campaigns:get(arg[2])).name == "Summer Sale 2026")
]]
local EACH = [[
for campaign in kl.campaigns:each { page_size = 100 } do
  assert(campaign.name == "Summer Sale 2026")
end
]]
local REPORT = [[
local names = {}
for name in pairs(package.loaded) do
  names[#names + 1] = name:find "^klaviyo" and name or nil
end
table.sort(names)
io.write(table.concat(names, " "))
]]

describe("a program that reads", function()
  local sandbox, kl, id
  setup(function()
    sandbox, kl = support.start()
    id = assert(kl.campaigns:create(support.sale())).id
  end)
  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  -- The modules that a program loads, sorted.
  local function loaded(program)
    local path = os.tmpname()
    process.write(path, program)
    local output, code = process.run(("%s %s %s %s"):format(process.quote(process.find(lua)), path, sandbox.url, id))
    os.remove(path)
    assert.equal(0, code, output)
    return output
  end

  it("a campaign loads these modules #process", function()
    assert.equal(table.concat(NEEDED, " "), loaded(BEGIN .. GET .. REPORT))
  end)

  it("a list loads three more #process", function()
    local names = {}
    for _, list in ipairs { NEEDED, WALK } do
      for _, name in ipairs(list) do
        names[#names + 1] = name
      end
    end
    table.sort(names)
    assert.equal(table.concat(names, " "), loaded(BEGIN .. EACH .. REPORT))
  end)
end)
