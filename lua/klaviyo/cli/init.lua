-- SPDX-License-Identifier: MIT
--- The `klaviyo` command: reads its arguments, runs one of the commands, and says how it ended.

local arguments = require "klaviyo.cli.arguments"
local contexts = require "klaviyo.cli.context"
local failure = require "klaviyo.cli.failure"
local interrupt = require "klaviyo.cli.interrupt"
local klaviyo_error = require "klaviyo.error"
local pretty = require "klaviyo.cli.pretty"
local terminal = require "klaviyo.cli.terminal"
local text = require "klaviyo.cli.text"

local cli = {}

local clean = text.clean

-- What an error holds, for scripts.
local function as_json(failed)
  local err = failed.err or {}
  return { error = { message = failed.message, hint = failed.hint, code = failed.code, kind = err.kind,
    status = err.status, outcome = err.outcome, request_id = err.request_id, errors = err.errors } }
end

local function report(ctx, failed)
  local term = ctx.term
  term:unshow()
  if ctx.args.json then
    term:note(pretty.line(as_json(failed)))
    return failed.code
  end
  term:note(term:err_style("bad", "klaviyo: "), clean(failed.message))
  for _, line in ipairs(failed.details or {}) do
    term:note("  ", term.glyphs.bullet, " ", clean(line))
  end
  if failed.err and failed.err.request_id then
    term:note(term:err_style("dim", "  request " .. clean(failed.err.request_id)))
  end
  if failed.hint then
    term:note(term:err_style("hint", "  hint: " .. clean(failed.hint)))
  end
  return failed.code
end

local function tell_interrupted(ctx, signal)
  local term = ctx.term
  term:restore()
  term:note("")
  term:note(term:err_style("odd", "Interrupted."))
  for _, sentence in ipairs(ctx.done) do
    term:note("  ", term.glyphs.bullet, " ", clean(sentence))
  end
  if ctx.under_way then
    term:note(("  %s %s was on its way: it may have happened. Look before repeating it."):format(term.glyphs.warn,
      clean(ctx.under_way)))
  elseif #ctx.done == 0 then
    term:note("  Nothing was changed.")
  end
  return 128 + signal.signal
end

-- A mistake in this program, or one that the library blames on its caller.
local function tell_bug(ctx, message)
  ctx.term:note(ctx.term:err_style("bad", "klaviyo: "), clean(message))
  return failure.codes.failed
end

local function ending(ctx, problem)
  if problem == terminal.CLOSED then
    return failure.codes.closed
  elseif interrupt.is(problem) then
    return tell_interrupted(ctx, problem)
  elseif failure.is(problem) then
    return report(ctx, problem)
  elseif klaviyo_error.is(problem) then
    return report(ctx, failure.of(problem)) -- a list that broke off in the middle raises its error
  end
  return tell_bug(ctx, type(problem) == "table" and problem.traceback or tostring(problem))
end

local function trace(problem)
  if type(problem) == "string" and os.getenv "KLAVIYO_DEBUG" then
    return { traceback = debug.traceback(problem, 2) }
  end
  return problem
end

-- A command that is named needs no other to be loaded; where none is, or a wrong one, all are known to the parser.
local function parse(argv)
  local named
  for _, word in ipairs(argv) do
    for _, name in ipairs(arguments.commands) do
      named = named or word == name and name or nil
    end
  end
  local parser = arguments.parser(named and { named })
  local ok, result = parser:pparse(argv)
  if not ok and named then
    parser = arguments.parser()
    ok, result = parser:pparse(argv)
  end
  return ok, result, parser
end

local function usage_error(message)
  local term = terminal.new()
  local first, rest = tostring(message):match "^([^\n]*)\n?(.*)$"
  term:note(term:err_style("bad", "klaviyo: "), clean(first))
  if rest ~= "" then
    term:note(term:err_style("hint", "  " .. clean(rest)))
  end
  term:note(term:err_style("hint", "  klaviyo --help, klaviyo COMMAND --help"))
  return failure.codes.usage
end

---Runs the command line.
---@param argv string[]  as the interpreter's `arg`
---@return integer exit code
function cli.run(argv)
  local ok, args = parse(argv)
  if not ok then
    return usage_error(args)
  end
  local ctx = contexts.new(args, argv)
  interrupt.watch(function()
    ctx.progress:tick()
  end)
  local command = arguments.module(args.command)
  local fine, result = xpcall(function()
    local code = command.run(ctx, args)
    ctx.term:flush()
    return code
  end, trace)
  local closed, code = pcall(function()
    return fine and (result or 0) or ending(ctx, result)
  end)
  ctx:close()
  return closed and code or failure.codes.closed
end

return cli
