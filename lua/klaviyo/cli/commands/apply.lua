-- SPDX-License-Identifier: MIT
--- klaviyo apply: makes the account as a campaign file says. Doing it twice changes nothing; nothing is sent by it, and
--- what was sent is never touched.

local apply = require "klaviyo.cli.plan.apply"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local lockfile = require "klaviyo.cli.plan.lockfile"
local planning = require "klaviyo.cli.plan.planning"
local prompt = require "klaviyo.cli.terminal.prompt"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"
local undo = require "klaviyo.cli.plan.undo"

local command = { summary = "Make the account as a campaign file says; nothing is sent by it.", examples = {
  "apply sale.lua",
  "apply sale.lua --undo",
} }

function command.define(definition)
  planning.define(definition)
  definition:flag("--undo", "Take back what the last apply of this file did.")
  definition:flag("-y --yes", "Do not ask.")
end

-- What is to be taken back; the end of the command if there is nothing, or something has left the draft.
local function look_back(ctx, lock)
  ctx:client()
  ctx.progress:begin "Comparing"
  local changes, possible = undo.plan(ctx, lock)
  ctx.progress:finish()
  if #changes == 0 then
    failure.raise { code = "refused", message = "There is nothing to take back." }
  elseif possible then
    return changes
  end
  local details = {}
  for _, change in ipairs(changes) do
    details[#details + 1] = change.action == "blocked" and ("%s %s"):format(change.label, change.reason) or nil
  end
  failure.raise { code = "refused", message = "The last apply cannot be taken back any more; nothing was changed.",
    details = details }
end

local function take_back(ctx, args)
  local lock = lockfile.open(args.lock or args.file .. ".lock", ctx:account_name())
  local changes = look_back(ctx, lock)
  if not args.json then
    diff_view.list(ctx.term, changes)
  end
  prompt.agree(ctx.term, { yes = args.yes, nothing = "nothing was taken back",
    question = ("Take back %s of the last apply?"):format(text.count(#changes, "step")) })
  if not args.yes then
    look_back(ctx, lock) -- it may have been sent while the question stood there
  end
  local count = undo.perform(ctx, lock, function(label)
    if not args.json then
      ctx.term:line("took back: ", text.clean(label))
    end
  end)
  if args.json then
    ctx:json { undone = count }
  end
end

-- A failure in the middle says what stands, and what to do.
local function explain(ctx, problem)
  if failure.is(problem) and problem.step then
    problem.details = problem.details or {}
    for _, sentence in ipairs(ctx.done) do
      table.insert(problem.details, "done: " .. sentence)
    end
    problem.hint = "apply again goes on from here; apply --undo takes back what was done"
  elseif failure.is(problem) and problem.code == failure.codes.unknown then
    problem.hint = "apply again looks for it first, and goes on from there"
  end
  error(problem, 0)
end

local function tell(ctx, args, made, id)
  if args.json then
    local record = diff_view.as_json(made.change)
    record.campaign, record.lock = id, made.lock.path
    return ctx:json(record)
  end
  ctx.term:note(("Campaign %s; written down in %s."):format(text.clean(id), text.clean(made.lock.path)))
end

function command.run(ctx, args)
  lockfile.claim(args.file)
  if args.undo then
    return take_back(ctx, args)
  end
  local made = planning.make(ctx)
  if not args.json then
    diff_view.write(ctx.term, made.change)
  end
  local empty = diff.is_empty(made.change)
  if not empty then
    prompt.agree(ctx.term, { yes = args.yes, nothing = "nothing was changed", question = "Do this?" })
    if made.campaign and not args.yes then
      selection.still(ctx, made.campaign, "nothing was changed by you")
    end
  end
  local counts = diff.count(made.change)
  local ok, id = pcall(apply.perform, ctx, made.change, {
    lock = made.lock, root = made.model, total = counts.create + counts.update + counts.delete, keep = empty,
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
  tell(ctx, args, made, id)
end

return command
