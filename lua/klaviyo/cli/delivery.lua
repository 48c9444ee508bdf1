-- SPDX-License-Identifier: MIT
--- How much of a message has been delivered. What went out cannot be recalled, so a message that was cancelled while it
--- was sending is not one that nobody got.

local describe = require "klaviyo.cli.describe"
local sandbox_server = require "klaviyo.cli.sandbox_server"
local sends = require "klaviyo.cli.sends"
local time = require "klaviyo.model.time"

local delivery = {}

---@class klaviyo.cli.delivery
---@field share number|nil  0 to 1; nil where only that it began is known

-- The counts of the sandbox.
local function counted(ctx, id)
  local state = ctx.server and sandbox_server.control(ctx.server.url, "GET", "messages/" .. id)
  if type(state) == "table" and (state.recipients or 0) > 0 then
    return state.sent / state.recipients
  end
end

-- When a message stopped: a cancelled one was updated last when it was cancelled.
local function stopped(message, now)
  return message.status == "CANCELLED" and time.parse(message.updated_at) or now
end

---The delivered part of a message that is sending or was cancelled; nil if it is nothing, or everything as planned.
---@param ctx klaviyo.cli.context
---@param message klaviyo.message
---@param zone? klaviyo.cli.zone  the campaign's
---@return klaviyo.cli.delivery|nil
function delivery.of(ctx, message, zone)
  if message.status ~= "SENDING" and message.status ~= "CANCELLED" then
    return nil
  end
  local send = describe.send(message)
  local share = ctx.sandbox and counted(ctx, message.id)
  if share then
    return share > 0 and { share = share } or nil
  end
  local first, at = send and sends.span(send, zone), stopped(message, ctx:now())
  if not first or at < first and message.status == "CANCELLED" then
    return nil
  end
  share = sends.progress(send, at)
  return { share = share and share > 0 and share or nil } -- it began, whatever the clocks say
end

---Describes the delivered part in words.
---@param delivered klaviyo.cli.delivery
---@return string
function delivery.text(delivered)
  local share = delivered.share
  return (share and ("about %d %%"):format(math.max(1, math.floor(share * 100 + 0.5))) or "a part")
    .. " went out and cannot be recalled"
end

return delivery
