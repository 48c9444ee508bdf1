-- SPDX-License-Identifier: MIT
--- klaviyo clone: a copy of a campaign, as drafts.

local facts = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.failure"
local record = require "klaviyo.cli.as_json"
local target = require "klaviyo.cli.select"
local tree = require "klaviyo.cli.terminal.draw_tree"

local clone = { summary = "Copy a campaign, with all that is in it, as drafts." }

function clone.define(command)
  command:argument("CAMPAIGN", "Id or name of the campaign."):target "id"
  command:option("-n --name", "Name of the copy."):argname "TEXT"
end

function clone.run(ctx, args)
  local original = target.campaign(ctx, args.id)
  ctx.term.keep_going = true
  ctx.progress:begin "Copying"
  local copy, err = original:clone { name = args.name }
  ctx.progress:finish()
  failure.check(copy, err)
  ctx:did(("Copied %s to %s."):format(original.id, copy.id))
  failure.check(not err, err and failure.of(err, "the copy was made: klaviyo show " .. copy.id))
  if args.json then
    return ctx:json(record.campaign(copy))
  end
  tree.write(ctx.term, copy, { zone = facts.zone(copy) or ctx:zone(), now = ctx:now() })
end

return clone
