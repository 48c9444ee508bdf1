-- SPDX-License-Identifier: MIT
--- What a failed move of a scheduled message leaves behind.

local rescheduling = {}

---Records what a failed move leaves, and returns an exit code's name where the error's own does not say it.
---@param ctx klaviyo.cli.context
---@param title string         the message
---@param err klaviyo.error    of message:reschedule(), with `left_as`
---@return "draft"|nil
function rescheduling.record_failure(ctx, title, err)
  if err.left_as == "draft" then
    ctx:did(("Reverted %s: it is a draft now, and will not be sent."):format(title))
    return "draft"
  elseif err.outcome ~= "none" then
    ctx.log:lost(err.left_as == "rescheduled" and ("%s has the new time."):format(title)
      or ("%s may be a draft, which will not be sent."):format(title))
  else
    ctx.log:failed()
  end
end

return rescheduling
