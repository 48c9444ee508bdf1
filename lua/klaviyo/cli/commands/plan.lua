-- SPDX-License-Identifier: MIT
--- klaviyo plan: shows what apply would do. It changes nothing.

local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local planning = require "klaviyo.cli.plan.planning"

local plan = { summary = "Show the difference between a campaign file and the account.", examples = {
  "plan sale.lua",
  "plan sale.lua --check",
} }

function plan.define(command)
  planning.define(command)
  command:flag("--check", ("Exit with code %d if there is a difference."):format(failure.codes.differs))
end

function plan.run(ctx, args)
  local made = planning.make(ctx, ctx.args.patience or 0)
  if args.json then
    ctx:json(diff_view.as_json(made.change))
  else
    diff_view.write(ctx.term, made.change)
  end
  local differs = not diff.is_empty(made.change) or diff.count(made.change).blocked > 0
  return args.check and differs and failure.codes.differs or failure.codes.ok
end

return plan
