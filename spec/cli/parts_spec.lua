-- SPDX-License-Identifier: MIT
-- The common form of campaigns of files and accounts.

local json = require "klaviyo.model.json"
local parts = require "klaviyo.cli.plan.parts"

describe("parts.same", function()
  it("compares what the service compares", function()
    assert.is_true(parts.same("included", { "A", "B" }, { "B", "A", "A" }))
    assert.is_false(parts.same("included", { "A" }, { "A", "B" }))
    assert.is_true(parts.same("included", {}, json.null))
    assert.is_true(parts.same("color", "#FF5733", "ff5733"))
    assert.is_true(parts.same("send_settings.send_strategy", "static", "STATIC"))
    assert.is_true(parts.same("description", json.null, nil))
    assert.is_true(parts.same("description", "", json.null))
    assert.is_false(parts.same("description", "x", json.null))
    assert.is_true(parts.same("details.kv_pairs", { a = { 1, 2 } }, { a = { 1, 2 } }))
    assert.is_false(parts.same("details.kv_pairs", { a = { 1, 2 } }, { a = { 1, 3 } }))
    assert.is_false(parts.same("details.badge", true, false))
  end)
end)

describe("parts.nest", function()
  it("makes tables of dotted names", function()
    assert.same({ name = "x", details = { subject = "s", channel = "email" } },
      parts.nest { name = "x", ["details.subject"] = "s", ["details.channel"] = "email" })
  end)
end)
