-- SPDX-License-Identifier: MIT
--- klaviyo clone: copies a campaign as drafts.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local as_json = require "klaviyo.cli.as_json"
local names = require "klaviyo.cli.names"
local selection = require "klaviyo.cli.selection"
local draw_tree = require "klaviyo.cli.draw_tree"

local clone = { summary = "Copy a campaign, with its audiences and messages, as drafts.", examples = {
  'clone "Summer Sale 2026" --name "Autumn Sale 2026"',
  "clone 01J9Z3NDEKTSV4RRFFQ69G5FAV",
} }

clone.fields = as_json.fields.campaign

function clone.define(command)
  command:argument("CAMPAIGN", "Id or name of the campaign."):target "id"
  command:option("-n --name", "Name of the copy."):argname "TEXT"
end

function clone.run(ctx, args)
  local original = selection.campaign(ctx, args.id)
  ctx.term.keep_going = true
  ctx.progress:begin "Copying"
  ctx.log:begin(("Copying %s (%s)"):format(describe.name(original.name), original.id))
  local copy, err = original:clone { name = args.name }
  ctx.progress:finish()
  failure.check(copy, err)
  ctx:did(("Copied %s to %s."):format(original.id, copy.id))
  failure.check(not err, err and failure.of(err, "the copy was made: klaviyo show " .. copy.id))
  if ctx:wants_data() then
    return ctx:data(as_json.campaign(copy))
  end
  draw_tree.write(ctx.term, copy, { zone = describe.zone(copy) or ctx:zone(), now = ctx:now(),
    names = names.of(ctx, { copy }) })
end

return clone
