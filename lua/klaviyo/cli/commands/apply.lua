-- SPDX-License-Identifier: MIT
--- klaviyo apply: changes the account to what campaign files say. A second apply changes nothing. It sends nothing, and
--- never touches what was sent.

local apply_all = require "klaviyo.cli.plan.apply_all"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local fleet = require "klaviyo.cli.fleet"
local lockfile = require "klaviyo.cli.plan.lockfile"
local look_up = require "klaviyo.cli.plan.look_up"
local names = require "klaviyo.cli.names"
local plan_view = require "klaviyo.cli.plan.plan_view"
local planning = require "klaviyo.cli.plan.planning"
local resume = require "klaviyo.cli.plan.resume"
local reviewed = require "klaviyo.cli.plan.reviewed"
local saved_plan = require "klaviyo.cli.plan.saved_plan"
local text = require "klaviyo.cli.terminal.text"
local undo = require "klaviyo.cli.plan.undo"

local PATIENCE = 30 -- seconds to look for what an interrupted apply was creating

local command = { summary = "Change the account to what campaign files say; sends nothing.", examples = {
  "apply sale.lua",
  "apply campaigns/ --yes",
  "apply --plan week.plan",
  "apply sale.lua --undo",
} }

function command.define(definition)
  planning.define(definition, "*")
  definition:option("--plan", "Do exactly what this file says, which plan -o wrote, or refuse if the files or the "
    .. "account have changed."):argname "PLAN"
  definition:flag("--undo", "Undo what the last apply of a file did.")
  definition:flag("-y --yes", "Do not ask.")
  fleet.define(definition)
end

-- Undoing -----------------------------------------------------------------------------------------------------------

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
  if #args.files ~= 1 then
    failure.raise { code = "usage", message = ("--undo is for one file, and there are %d."):format(#args.files) }
  end
  local file = args.files[1]
  lockfile.claim(file)
  local lock = lockfile.open(planning.lock_path(args, file), ctx:account_name())
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

-- Applying ----------------------------------------------------------------------------------------------------------

local function report(ctx, args, items, applied, counts)
  if args.json then
    local result = plan_view.as_json(items)
    result.account = ctx:account_as_json()
    for i, one in ipairs(applied) do
      result.files[i].campaign = one.id
    end
    if #items == 1 then
      result.campaign, result.lock = applied[1].id, items[1].lock.path
    end
    return ctx:json(result)
  end
  if not plan_view.is_empty(items) then
    ctx.term:line(counts:sentence "done")
  end
  if #items == 1 then
    ctx.term:note(("Campaign %s; recorded in %s."):format(text.clean(applied[1].id), text.clean(items[1].lock.path)))
  end
end

-- The plans of the files: of those that are named, or of those of a plan that was kept.
local function read_plans(ctx, args)
  local saved = args.plan and saved_plan.open(ctx, args.plan)
  local items = planning.make(ctx, args.patience or PATIENCE, true)
  if saved then
    reviewed.require(args.plan, saved, items)
  end
  return items
end

function command.run(ctx, args)
  if #args.files == 0 and not args.plan then
    failure.raise { code = "usage", message = "missing argument 'FILE'", hint = "klaviyo apply --help" }
  elseif args.undo then
    return undo_last(ctx, args)
  end
  local items = read_plans(ctx, args)
  if not args.json then
    plan_view.write(ctx.term, items, names.of_changes(ctx, plan_view.changes(items)))
  end
  if not plan_view.is_empty(items) then
    ctx:agree { nothing = "nothing was changed", question = #items == 1 and "Make these changes?"
      or ("Make these changes of %s?"):format(text.count(#items, "file")) }
    if not args.yes then
      look_up.require_unchanged(ctx, items)
    end
  end
  local applied, counts = apply_all.perform(ctx, items, function(sentence)
    if not args.json then
      ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", text.clean(sentence))
    end
  end)
  report(ctx, args, items, applied, counts)
  return plan_view.blocked(items) > 0 and failure.codes.blocked or failure.codes.ok
end

return command
