-- SPDX-License-Identifier: MIT
--- klaviyo recheck: looks again for what a command did that ended without a known outcome.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local klaviyo = require "klaviyo"
local values = require "klaviyo.cli.values"

local LAST = 30 -- seconds for the requests of the last look

local recheck = { summary = "Look again for what a command did whose outcome was unknown.", examples = {
  "recheck klaviyo1.eyJr...",
  "recheck klaviyo1.eyJr... --for 60",
} }

function recheck.define(command)
  command:argument("TOKEN", "The text that the command printed behind \"to look again\"."):target "token"
  command:option("--for", "Seconds to look for; default: once."):argname "SECONDS":target "seconds"
    :convert(values.seconds "--for")
end

function recheck.run(ctx, args)
  ctx.progress:begin "Looking for what the service did"
  local result, err = klaviyo.recheck(args.token, ctx:client(), { reconcile = args.seconds,
    timeout = args.seconds and args.seconds + LAST })
  ctx.progress:finish()
  if not result then
    error(failure.of(err), 0)
  end
  local id, name = type(result) == "table" and result.id or nil, type(result) == "table" and result.name or nil
  if args.json then
    return ctx:json { happened = true, id = id, type = id and result.type or nil, name = name }
  end
  ctx.term:line(id and ("It happened: %s (%s)."):format(describe.name(name), id) or "It happened.")
end

return recheck
