-- SPDX-License-Identifier: MIT
--- klaviyo revert: makes scheduled messages drafts again.

local selection = require "klaviyo.cli.selection"
local stop_messages = require "klaviyo.cli.stop_messages"

local revert = { summary = "Make scheduled messages drafts again.", examples = {
  'revert "Summer Sale 2026"',
  'revert "Summer Sale 2026/Summer SMS"',
} }

function revert.define(command)
  selection.define(command)
end

function revert.run(ctx, args)
  local found, messages = stop_messages.find(ctx, args.id, { SCHEDULED = true }, "reverted")
  stop_messages.perform(ctx, found, messages, "revert", "reverted")
end

return revert
