-- SPDX-License-Identifier: MIT
--- What the command shares with other machines: the account's budget, in the Redis that KLAVIYO_BUDGET names, and a
--- lease of --lease.

local failure = require "klaviyo.cli.terminal.failure"
local klaviyo = require "klaviyo"
local text = require "klaviyo.cli.terminal.text"

local fleet = {}

local TTL = 120 -- seconds: longer than an attempt, and than most people think about a question

---Adds --lease to a command that writes.
---@param definition table  argparse's
function fleet.define(definition)
  definition:option("--lease", "Only while no other machine holds the lease of this name, in the Redis that "
    .. "KLAVIYO_BUDGET names."):argname "NAME"
  definition:option("--lease-wait", "How long to wait for another machine that holds it; default: not at all."):argname
    "SECONDS"
end

---The limits of the client.
---@param ctx klaviyo.cli.context
---@return table|boolean|nil
function fleet.limits(ctx)
  local address = os.getenv "KLAVIYO_BUDGET" or ""
  if address ~= "" and (not ctx.sandbox or ctx.args.lease) then
    return { shared = address }
  elseif ctx.args.lease then
    failure.raise { code = "usage", message = "--lease needs a Redis that the machines share",
      hint = "KLAVIYO_BUDGET=redis://host:6379/0 klaviyo " .. tostring(ctx.args.command) .. " --lease NAME ..." }
  end
  if ctx.sandbox then
    return false -- it has none
  end
end

---Takes the lease of --lease, if it was given.
---@param ctx klaviyo.cli.context
---@param client klaviyo.client
function fleet.take_lease(ctx, client)
  local given = ctx.args.lease
  if not given and ctx.args.lease_wait then
    failure.raise { code = "usage", message = "--lease-wait is for --lease NAME" }
  elseif not given then
    return
  end
  local wait = tonumber(ctx.args.lease_wait or 0)
  if not wait or not (wait >= 0 and wait < math.huge) then
    failure.raise { code = "usage", message = "--lease-wait is a number of seconds" }
  elseif given == "" or #given > 200 then
    failure.raise { code = "usage", message = "the name of a lease is a text of 1 to 200 bytes" }
  end
  ctx.lease = failure.check(klaviyo.lease(given, { client = client, ttl = TTL, wait = wait }))
end

---Tells what a client's observer hears of the budget: that Redis is gone, and what follows from that.
---@param ctx klaviyo.cli.context
---@param event klaviyo.event
function fleet.observe(ctx, event)
  if event.type == "budget" and event.state == "lost" then
    ctx.term:note(("The shared budget cannot be asked (%s). %s."):format(text.clean(event.why), ctx.args.lease
      and "Nothing is changed until the lease can be checked" or "This machine sends its share of it alone"))
  end
end

---What the machines that share the budget have used.
---@param ctx klaviyo.cli.context
---@return klaviyo.limits_of_operation[]|nil  nil alone: there is no shared budget
---@return klaviyo.error|nil
function fleet.status(ctx)
  local client = ctx:client()
  local limits = client.options.limits
  if type(limits) == "table" and limits.shared then
    return client.limits:status()
  end
end

---Gives the lease back.
---@param ctx klaviyo.cli.context
function fleet.release(ctx)
  if ctx.lease then
    ctx.lease:release()
  end
end

return fleet
