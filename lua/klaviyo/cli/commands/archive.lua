-- SPDX-License-Identifier: MIT
--- klaviyo archive: archives campaigns with their audiences and messages. It cannot be undone.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"

local archive = { summary = "Archive campaigns; this cannot be undone.", examples = {
  'archive "Summer Sale 2026"',
  "archive 01J9Z3NDEKTSV4RRFFQ69G5FAV 01J9Z3NDEKTSV4RRFFQ69G5FAW --yes",
} }

function archive.define(command)
  command:argument("CAMPAIGN", "Ids or names of campaigns."):target "ids":args "+"
  command:flag("-y --yes", "Do not ask.")
end

-- How many messages are scheduled or sending: archiving cancels them.
local function count_sends(campaigns)
  local count = 0
  for _, campaign in ipairs(campaigns) do
    for _, message in ipairs(campaign.messages) do
      count = count + ((message.status == "SCHEDULED" or message.status == "SENDING") and 1 or 0)
    end
  end
  return count
end

function archive.run(ctx, args)
  local campaigns, archived = {}, json.array()
  for i, id in ipairs(args.ids) do
    campaigns[i] = selection.campaign(ctx, id)
    ctx.term:note(("%s  %s, %s"):format(campaigns[i].id, describe.name(campaigns[i].name),
      describe.status_line(campaigns[i].messages)))
  end
  local stopped = count_sends(campaigns)
  local effect = stopped > 0 and ("This cancels %s and cannot be undone."):format(text.count(stopped, "send"))
    or "This cannot be undone."
  if args.yes and stopped > 0 and not args.json then
    ctx.term:note(effect)
  end
  ctx:agree { nothing = "nothing was archived",
    question = ("Archive %s? %s"):format(text.count(#campaigns, "campaign"), effect) }
  ctx.term.keep_going = true
  ctx.progress:begin("Archiving", #campaigns)
  for i, campaign in ipairs(campaigns) do
    ctx.log:begin(("Archiving %s (%s)"):format(describe.name(campaign.name), campaign.id))
    failure.check(campaign:archive())
    ctx.progress:set(i)
    ctx:did(("Archived %s (%s)."):format(describe.name(campaign.name), campaign.id))
    archived[#archived + 1] = campaign.id
    if not args.json then
      ctx.term:line("archived ", campaign.id)
    end
  end
  ctx.progress:finish()
  if args.json then
    ctx:json { account = ctx:account_as_json(), archived = archived, cancelled_sends = stopped }
  end
end

return archive
