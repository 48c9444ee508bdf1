-- SPDX-License-Identifier: MIT
local core = require "klaviyo.core"
local sparse_fields = require "klaviyo.wire.sparse_fields"

describe("sparse_fields.types", function()
  it("finds the types whose fields a request chooses, however the link is written", function()
    assert.is_nil(sparse_fields.types "/api/campaigns")
    assert.is_nil(sparse_fields.types "/api/campaigns?sort=name")
    assert.is_nil(sparse_fields.types "/api/fields/x?page%5Bsize%5D=1")
    assert.same({ campaign = true, ["campaign-message"] = true },
      sparse_fields.types "/api/campaigns?fields%5Bcampaign%5D=definition.name&fields%5Bcampaign-message%5D=name")
    assert.same({ tag = true }, sparse_fields.types "https://x.example/api/campaigns?page=2&fields[tag]=name")
  end)
end)

describe("sparse_fields.types of a long query", function()
  it("takes a time that grows with its length alone", function()
    local began = os.clock()
    local long = "/api/lists?filter=" .. ("x"):rep(200000) .. "&fields[list]=name"
    assert.same({ list = true }, sparse_fields.types(long))
    assert.is_true(os.clock() - began < 1)
  end)
end)

describe("sparse_fields.is_partial", function()
  it("is kept as long as the document", function()
    local document, other = assert(core.document "{}"), assert(core.document "{}")
    sparse_fields.keep(document, { tag = true })
    sparse_fields.keep(other, nil)
    assert.is_true(sparse_fields.is_partial(document, "tag"))
    assert.is_false(sparse_fields.is_partial(document, "campaign"))
    assert.is_false(sparse_fields.is_partial(other, "tag"))
    sparse_fields.keep("a text", { tag = true })
    assert.is_nil(sparse_fields.kept "a text")
  end)
end)
