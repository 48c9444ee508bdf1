-- SPDX-License-Identifier: MIT
--- klaviyo plan: shows what apply would do. It changes nothing.

local failure = require "klaviyo.cli.terminal.failure"
local names = require "klaviyo.cli.names"
local plan_markdown = require "klaviyo.cli.plan.plan_markdown"
local plan_view = require "klaviyo.cli.plan.plan_view"
local planning = require "klaviyo.cli.plan.planning"
local saved_plan = require "klaviyo.cli.plan.saved_plan"
local send_plan = require "klaviyo.cli.plan.send_plan"

local plan = { summary = "Show the difference between campaign files and the account.", examples = {
  "plan sale.lua",
  "plan campaigns/ --check",
  "plan campaigns/ -o week.plan",
  "plan campaigns/ --markdown > comment.md",
} }

function plan.define(command)
  planning.define(command, "+")
  command:option("-o --output", "Also write the plan to a file, for apply --plan; -: to standard output alone.")
    :argname "PLAN"
  command:flag("--markdown", "Write tables in Markdown, for a comment on a pull request.")
  command:flag("--check", ("Exit with code %d if there is a difference."):format(failure.codes.differs))
end

local function show(ctx, args, items)
  local sends = send_plan.of_all(ctx:client(), items)
  local shown = not args.json and names.of_changes(ctx, plan_view.changes(items))
  if args.markdown then
    ctx.term:write(plan_markdown.text(ctx, items, sends, shown))
  elseif args.json then
    local result = plan_view.as_json(items)
    result.sends = send_plan.as_json(sends)
    ctx:json(result)
  else
    plan_view.write(ctx.term, items, shown)
    send_plan.write(ctx.term, sends, ("%s schedule %s"):format(ctx:program(), table.concat(args.files, " ")))
  end
end

function plan.run(ctx, args)
  if args.json and args.markdown then
    failure.raise { code = "usage", message = "--json and --markdown are two forms of one result: give one of them." }
  end
  local items = planning.make(ctx, args.patience or 0)
  if args.output ~= "-" then
    show(ctx, args, items)
  end
  if args.output then
    saved_plan.write(ctx, items, args.output)
  end
  return args.check and plan_view.differs(items) and failure.codes.differs or failure.codes.ok
end

return plan
