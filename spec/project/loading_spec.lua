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

local PROGRAM = [[
local klaviyo = require "klaviyo"
local kl = klaviyo.client { base_url = arg[1], api_key = "pk_spec" }
assert(assert(kl.campaigns:get(arg[2])).name == "Summer Sale 2026")
local names = {}
for name in pairs(package.loaded) do
  names[#names + 1] = name:find "^klaviyo" and name or nil
end
table.sort(names)
io.write(table.concat(names, " "))
]]

describe("a program that reads a campaign", function()
  it("loads these modules #process", function()
    local sandbox, kl = support.start()
    local id = assert(kl.campaigns:create(support.sale())).id
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(PROGRAM)
    file:close()
    local output, code = process.run(("%s %s %s %s"):format(process.quote(process.find(lua)), path, sandbox.url, id))
    os.remove(path)
    kl:close()
    sandbox:stop()
    assert.equal(0, code, output)
    assert.equal(table.concat(NEEDED, " "), output)
  end)
end)
