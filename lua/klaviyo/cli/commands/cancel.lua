-- SPDX-License-Identifier: MIT
--- klaviyo cancel: the emergency stop. A message that is sending stops for the recipients who do not have it yet.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local selection = require "klaviyo.cli.selection"
local stop_messages = require "klaviyo.cli.stop_messages"
local text = require "klaviyo.cli.terminal.text"

local cancel = { summary = "Cancel scheduled and sending messages, for good; revert makes drafts instead.", examples = {
  'cancel "Summer Sale 2026"',
  'cancel "Summer Sale 2026/Summer SMS" --yes',
} }

function cancel.define(command)
  selection.define(command)
  command:flag("--drafts", "Cancel drafts too.")
  command:flag("-y --yes", "Do not ask.")
end

-- Says that this is final, and what is not, to somebody who may only want to stop a send for now.
local function warn(ctx, found, messages)
  local id = (found.message or found.audience or found.campaign).id
  ctx.term:note(ctx.term:err_style("odd", "Cancelling is final: a cancelled message is never sent, and cannot be "
    .. "scheduled again."))
  if describe.statuses(messages).SCHEDULED then
    ctx.term:note(ctx.term:err_style("hint", ("%s revert %s makes drafts of what is scheduled instead"):format(
      text.clean(ctx:program()), text.clean(id))))
  end
end

function cancel.run(ctx, args)
  local found, messages = stop_messages.find(ctx, args.id,
    { SCHEDULED = true, SENDING = true, DRAFT = args.drafts or nil }, "cancelled")
  local zone, gone = describe.zone(found.campaign), 0
  for _, message in ipairs(messages) do
    local delivered = delivery.of(ctx, message, zone)
    gone = gone + (delivered and 1 or 0)
    if not args.yes then
      ctx.term:note(("%s  %s  %s%s"):format(message.id, text.pad(message.status, 9), describe.name(message.name),
        delivered and ": " .. delivery.text(delivered) or ""))
    end
  end
  if not args.yes then
    warn(ctx, found, messages)
  end
  ctx:agree { nothing = "nothing was cancelled", question = ("Cancel %s%s?"):format(text.count(#messages, "message"),
    gone > 0 and (" (%s of which a part went out already)"):format(gone) or "") }
  stop_messages.perform(ctx, found, messages, "cancel", "cancelled")
end

return cancel
