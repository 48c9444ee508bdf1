-- SPDX-License-Identifier: MIT
--- klaviyo cancel: the emergency stop. A message that is sending stops for the recipients who do not have it yet.

local describe = require "klaviyo.cli.describe"
local stop_messages = require "klaviyo.cli.stop_messages"
local text = require "klaviyo.cli.terminal.text"

local cancel = { summary = "Cancel scheduled and sending messages, for good." }

function cancel.define(command)
  command:argument("CAMPAIGN", "Id or name of a campaign, or id of an audience or message."):target "id"
  command:flag("--drafts", "Cancel drafts too.")
  command:flag("-y --yes", "Do not ask.")
end

function cancel.run(ctx, args)
  local found, messages = stop_messages.find(ctx, args.id,
    { SCHEDULED = true, SENDING = true, DRAFT = args.drafts or nil }, "cancelled")
  if not args.yes then
    for _, message in ipairs(messages) do
      ctx.term:note(("%s  %s  %s"):format(message.id, text.pad(message.status, 9), describe.name(message.name)))
    end
  end
  ctx:agree { nothing = "nothing was cancelled",
    question = ("Cancel %s?"):format(text.count(#messages, "message")) }
  stop_messages.perform(ctx, found, messages, "cancel", "cancelled")
end

return cancel
