-- SPDX-License-Identifier: MIT
--- klaviyo apply: makes the account as a campaign file says. Doing it twice changes nothing; nothing is sent by it, and
--- what was sent is never touched.

local apply = require "klaviyo.cli.apply"
local diff = require "klaviyo.cli.diff"
local diff_view = require "klaviyo.cli.diff_view"
local failure = require "klaviyo.cli.failure"
local lockfile = require "klaviyo.cli.lockfile"
local planning = require "klaviyo.cli.planning"
local prompt = require "klaviyo.cli.prompt"
local text = require "klaviyo.cli.text"

local command = { summary = "Make the account as a campaign file says; nothing is sent by it." }

function command.define(definition)
  planning.define(definition)
  definition:flag("--undo", "Take back what the last apply of this file did.")
  definition:flag("-y --yes", "Do not ask.")
end

local function undo(ctx, args)
  local lock = lockfile.open(args.lock or args.file .. ".lock", ctx:account_name())
  local steps = #lock.entry.journal
  if steps == 0 then
    failure.raise { code = "refused", message = "There is nothing to take back." }
  end
  prompt.agree(ctx.term, { yes = args.yes, nothing = "nothing was taken back",
    question = ("Take back %s of the last apply?"):format(text.count(steps, "step")) })
  local count = apply.undo(ctx, lock, function(label)
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
  end
  error(problem, 0)
end

local function tell(ctx, args, made, id)
  if args.json then
    local record = diff_view.record(made.change)
    record.campaign, record.lock = id, made.lock.path
    return ctx:json(record)
  end
  ctx.term:note(("Campaign %s; written down in %s."):format(text.clean(id), text.clean(made.lock.path)))
end

function command.run(ctx, args)
  if args.undo then
    return undo(ctx, args)
  end
  local made = planning.make(ctx)
  if not args.json then
    diff_view.write(ctx.term, made.change)
  end
  local empty = diff.is_empty(made.change)
  if not empty then
    prompt.agree(ctx.term, { yes = args.yes, nothing = "nothing was changed", question = "Do this?" })
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
