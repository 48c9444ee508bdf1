-- SPDX-License-Identifier: MIT
local classes = require "klaviyo.classes"
local core = require "klaviyo.core"
local identity_map = require "klaviyo.objects.identity_map"
local json = require "klaviyo.model.json"

local CLIENT = { _classes = classes }

local function document(data, included)
  return assert(core.document(json.encode { data = data, included = included }))
end

local function campaign(name, ...)
  local messages = {}
  for i, id in ipairs { ... } do
    messages[i] = { type = "campaign-message", id = id }
  end
  return { type = "campaign", id = "C", attributes = { definition = { name = name } },
    relationships = { ["campaign-messages"] = { data = messages } } }
end

local function message(id, name)
  return { type = "campaign-message", id = id, attributes = { name = name } }
end

describe("an identity map", function()
  it("has one object for a resource, however it is reached", function()
    local map = identity_map.new(CLIENT, document(campaign("Sale", "M"), { message("M", "Blast") }))
    local found = map:find("campaign-message", "M")
    assert.equal("Blast", found.name)
    assert.equal(found, map:link("campaign-message", "M"))
    assert.equal(found, map:find("campaign", "C").messages[1])
    assert.is_nil(map:find("campaign-message", "N"))
  end)

  it("makes a stub of what a response only names, and fills it in later", function()
    local map = identity_map.new(CLIENT, document(campaign("Sale", "M")))
    local stub = map:find("campaign", "C").messages[1]
    assert.is_false(stub:is_loaded())
    map:add(document(message("M", "Blast")))
    assert.is_true(stub:is_loaded())
    assert.equal("Blast", stub.name)
    assert.equal(stub, map:find("campaign-message", "M"))
  end)

  it("shows the newest response, and keeps unsaved changes", function()
    local map = identity_map.new(CLIENT)
    map:add(document(campaign "Old"))
    local found = map:find("campaign", "C")
    assert.equal("Old", found.name)
    found.description = "mine"
    map:add(document(campaign "New"))
    assert.equal("New", found.name)
    assert.same({ description = "mine" }, found:changes())
  end)

  it("leaves out what is no resource object", function()
    local page = document { campaign "Sale", 1, { type = "campaign" }, json.null, message("M", "Blast") }
    local map = identity_map.new(CLIENT, page)
    local list = map:adopt_all(page, page:find(0, "data"))
    assert.equal(2, #list)
    assert.equal("Blast", list[2].name)
    assert.equal(list[2], map:find("campaign-message", "M"))
  end)
end)
