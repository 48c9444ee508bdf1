-- SPDX-License-Identifier: MIT
--- klaviyo apply: changes the account to what a campaign file says. A second apply changes nothing. It sends nothing,
--- and never touches what was sent.

local apply = require "klaviyo.cli.plan.apply"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local lockfile = require "klaviyo.cli.plan.lockfile"
local planning = require "klaviyo.cli.plan.planning"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"
local resume = require "klaviyo.cli.plan.resume"
local undo = require "klaviyo.cli.plan.undo"

local PATIENCE = 30 -- seconds to look for what an interrupted apply was creating

local command = { summary = "Change the account to what a campaign file says; sends nothing.", examples = {
  "apply sale.lua",
  "apply sale.lua --undo",
} }

function command.define(definition)
  planning.define(definition)
  definition:flag("--undo", "Undo what the last apply of this file did.")
  definition:flag("-y --yes", "Do not ask.")
end

-- Lists what there is to undo. Nothing, or a message that is no draft any more, ends the command.
local function plan_undo(ctx, lock)
  ctx:client()
  ctx.progress:begin "Comparing"
  local changes, possible = undo.plan(ctx, lock)
  ctx.progress:finish()
  if #changes == 0 then
    failure.raise { code = "refused", message = "There is nothing to undo." }
  elseif possible then
    return changes
  end
  local details = {}
  for _, change in ipairs(changes) do
    details[#details + 1] = change.action == "blocked" and ("%s %s"):format(change.label, change.reason) or nil
  end
  failure.raise { code = "refused", message = "The last apply cannot be undone any more; nothing was changed.",
    details = details }
end

local function undo_last(ctx, args)
  local lock = lockfile.open(args.lock or args.file .. ".lock", ctx:account_name())
  if resume.pending(ctx, lock, args.patience or PATIENCE) then
    lock:save()
  end
  local changes = plan_undo(ctx, lock)
  if not args.json then
    diff_view.list(ctx.term, changes)
  end
  ctx:agree { nothing = "nothing was undone",
    question = ("Undo %s of the last apply?"):format(text.count(#changes, "step")) }
  if not args.yes then
    plan_undo(ctx, lock) -- a message may have been scheduled while the question was open
  end
  local count = undo.perform(ctx, lock, function(label)
    if not args.json then
      ctx.term:line("undone: ", text.clean(label))
    end
  end)
  if args.json then
    ctx:json { account = ctx:account_as_json(), undone = count }
  end
end

-- Adds to a failure in the middle what was done before it, and what to do next.
local function explain(ctx, problem)
  if failure.is(problem) and problem.step then
    problem.details = problem.details or {}
    for _, sentence in ipairs(ctx.log.done) do
      table.insert(problem.details, "done: " .. sentence)
    end
    problem.hint = "run apply again to continue, or apply --undo to undo what was done"
  elseif failure.is(problem) and problem.code == failure.codes.unknown then
    problem.hint = "run apply again: it looks for the campaign first and continues from there"
  end
  error(problem, 0)
end

local function report(ctx, args, made, id)
  if args.json then
    local result = diff_view.as_json(made.change)
    result.account, result.campaign, result.lock = ctx:account_as_json(), id, made.lock.path
    return ctx:json(result)
  end
  ctx.term:note(("Campaign %s; recorded in %s."):format(text.clean(id), text.clean(made.lock.path)))
end

function command.run(ctx, args)
  lockfile.claim(args.file)
  if args.undo then
    return undo_last(ctx, args)
  end
  local made = planning.make(ctx, args.patience or PATIENCE)
  if not args.json then
    diff_view.write(ctx.term, made.change)
  end
  local empty = diff.is_empty(made.change)
  if not empty then
    ctx:agree { nothing = "nothing was changed", question = "Make these changes?" }
    if made.campaign and not args.yes then
      selection.require_unchanged(ctx, made.campaign, "nothing was changed by you")
    end
  end
  local counts = diff.count(made.change)
  local ok, id = pcall(apply.perform, ctx, made.change, {
    lock = made.lock, root = made.model, total = counts.create + counts.update + counts.delete,
    keep = empty or made.is_resumed,
    refuse = function(err)
      made.file:refuse(err)
    end,
    on_step = function(_, sentence)
      if not args.json then
        ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", text.clean(sentence))
      end
    end,
  })
  if not ok then
    explain(ctx, id)
  end
  report(ctx, args, made, id)
  return counts.blocked > 0 and failure.codes.blocked or failure.codes.ok
end

return command
