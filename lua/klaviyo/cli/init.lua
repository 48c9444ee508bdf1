-- SPDX-License-Identifier: MIT
--- The `klaviyo` program: parses the arguments, runs a command, and reports how it ended.

local commands = require "klaviyo.cli.commands"
local contexts = require "klaviyo.cli.context"
local failure = require "klaviyo.cli.terminal.failure"
local fields = require "klaviyo.cli.fields"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local klaviyo_error = require "klaviyo.model.error"
local missing = require "klaviyo.cli.missing"
local native = require "klaviyo.terminal"
local pretty = require "klaviyo.cli.terminal.pretty"
local suggest = require "klaviyo.model.suggest"
local terminal = require "klaviyo.cli.terminal"
local text = require "klaviyo.cli.terminal.text"

local cli = {}

local clean = text.clean
local LONGEST = 2000 -- bytes of a message: what a program, a file or a service says may have any length

-- Codes that say that nothing was changed.
local NOTHING = { [failure.codes.input] = true, [failure.codes.unreachable] = true, [failure.codes.unconfirmed] = true }

-- The exit code of a failure, which must not deny what was done before it.
local function code_of(code, done, uncertain)
  return #uncertain > 0 and failure.codes.unknown or #done > 0 and NOTHING[code] and failure.codes.failed or code
end

local function array(list)
  return #list > 0 and json.array(list) or nil
end

-- An error for scripts.
local function as_json(failed, done, uncertain)
  local err = failed.err or {}
  return { error = { message = failed.message, details = failed.details and json.array(failed.details),
    hint = failed.hint, code = failed.code, kind = err.kind,
    status = err.status, outcome = err.outcome, recheck = err.token and err:token(), request_id = err.request_id,
    scopes = err.scopes, errors = err.errors, done = array(done), uncertain = array(uncertain), files = failed.files } }
end

-- A hint for the account in use. Usual advice to run the command that is running leads nowhere.
local function hint_of(ctx, failed)
  local running = false
  local hint = failed.hint and failed.hint:gsub("%f[%w]klaviyo (%l+)", function(name)
    running = running or name == ctx.args.command
    return suggest.contains(commands.names, name) and ctx.program and ctx:program() .. " " .. name or nil
  end)
  return not (failed.is_usual and running) and hint or nil
end

-- A line of a failure that is not too long for a terminal, unless it is one to copy.
local function short(line)
  return failure.looks_again(line) and line or text.clip(line, LONGEST)
end

local function report(ctx, failed)
  local term, done, uncertain = ctx.term, {}, {}
  if ctx.log then
    done, uncertain = ctx.log:summary()
  end
  failed.code = code_of(failed.code, done, uncertain)
  failed.hint = failed.hint or failed.code == failure.codes.unknown and failure.LOOK_FIRST or nil
  failed.hint = hint_of(ctx, failed)
  failed.message = short(failed.message)
  for i, line in ipairs(failed.details or {}) do
    failed.details[i] = short(line)
  end
  term:unshow()
  if ctx.args.json then
    term:note(pretty.line(as_json(failed, done, uncertain)))
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

local function report_interrupt(ctx, signal)
  local term, code = ctx.term, 128 + signal.signal
  local done, uncertain, under_way = ctx.log:summary()
  term:restore()
  if ctx.args.json then
    term:note(pretty.line { error = { message = "interrupted", code = code, done = json.array(done),
      uncertain = json.array(uncertain), not_done = array(ctx.log.not_done), under_way = under_way } })
    return code
  end
  term:note("")
  term:note(term:err_style("odd", "Interrupted."))
  for _, sentence in ipairs(done) do
    term:note("  ", term.glyphs.bullet, " ", clean(sentence))
  end
  for _, sentence in ipairs(uncertain) do
    term:note("  ", term.glyphs.warn, " ", clean(sentence))
  end
  for _, sentence in ipairs(ctx.log.not_done) do
    term:note("  ", term.glyphs.dot, " ", clean(sentence))
  end
  if #uncertain > 0 then
    term:note(term:err_style("hint", "  hint: look before you repeat it: " .. clean(ctx:program()) .. " list"))
  elseif #done == 0 then
    term:note("  Nothing was changed.")
  end
  return code
end

local function ending(ctx, problem)
  if problem == terminal.CLOSED then
    return failure.codes.closed
  elseif interrupt.is(problem) then
    return report_interrupt(ctx, problem)
  elseif failure.is(problem) then
    return report(ctx, problem)
  elseif klaviyo_error.is(problem) then
    return report(ctx, failure.of(problem)) -- raised by an iterator whose next page failed
  end
  -- A bug in this program.
  local message = type(problem) == "table" and problem.traceback or tostring(problem)
  return report(ctx, { message = message, code = failure.codes.failed })
end

local function trace(problem)
  if type(problem) == "string" and os.getenv "KLAVIYO_DEBUG" then
    return { traceback = debug.traceback(problem, 2) }
  end
  return problem
end

-- Joins options with values that begin with a dash, which argparse would take for options: `-7d`, `-3`, `--sort -name`.
-- An option whose value may be left out never takes the next word: `--force CAMPAIGN` is a bare --force.
local function join_values(argv)
  local words, at = {}, 1
  while at <= #argv do
    local word, value = argv[at], argv[at + 1]
    local long = word:find "^%-%-%l[%l-]*$"
    if value and (word == "--sort" and value:find "^%-%l" or value:find "^%-%d" and (long or word:find "^%-%l$")) then
      word, at = word .. (long and "=" or "") .. value, at + 1
    elseif word == "--force" then
      word = "--force=" .. missing.ALL
    end
    words[#words + 1], at = word, at + 1
  end
  return words
end

-- Loads only the command that is named. All are loaded where none is or the parse fails, for help and "did you mean".
local function parse(argv, width)
  local words, named = join_values(argv), nil
  for _, word in ipairs(words) do
    for _, name in ipairs(commands.names) do
      named = named or word == name and name or nil
    end
  end
  local ok, result = commands.parser(named and { named }, width):pparse(words)
  if not ok and named then
    ok, result = commands.parser(nil, width):pparse(words)
  end
  return ok, result, named
end

-- Reports a wrong command line. There are no parsed arguments, so the word --json alone chooses the form.
local function usage_error(term, argv, message, named)
  local first, rest = tostring(message):match "^([^\n]*)\n?(.*)$"
  local as = {}
  for _, word in ipairs(argv) do
    as[word] = true
  end
  local help = ("klaviyo %s--help"):format(named and named .. " " or "")
  if not named and first == "a command is required" then
    help = "klaviyo help lists the commands"
  elseif named and first == "too many arguments" then
    help = ("a name of several words is written in quotes; %s"):format(help)
  end
  return report({ term = term, args = { json = as["--json"] } }, { message = first, code = failure.codes.usage,
    hint = rest ~= "" and ("%s %s"):format(rest, help) or help })
end

-- The value of --color, for the report of a command line that could not be parsed.
local function color_of(argv)
  for i, word in ipairs(argv) do
    local value = word == "--color" and argv[i + 1] or word:match "^%-%-color=(.*)$"
    if value then
      return value
    end
  end
end

-- Reads --fields. A wrong name ends the command before it does anything, and so does a command that takes none.
local function choose_fields(ctx, command)
  local value = ctx.args.fields
  if not value then
    return
  elseif command.fields then
    ctx.fields = fields.parse(value, command.fields)
    return
  end
  local takers = {}
  for _, name in ipairs(commands.names) do
    takers[#takers + 1] = commands.module(name).fields and name or nil
  end
  failure.raise { code = "usage", message = ("klaviyo %s takes no --fields"):format(ctx.args.command),
    hint = table.concat(takers, ", ") .. " do" }
end

-- `klaviyo __complete SHELL ...`, of the scripts of klaviyo completion: writes the words that fit. For bash there are
-- the line up to the cursor and COMP_WORDBREAKS, for the others the words.
local function write_completions(argv)
  local complete = require "klaviyo.cli.complete"
  local shell, words = argv[2], {}
  if shell == "bash" then
    words = complete.split(argv[3] or "")
    table.remove(words, 1)
  else
    for i = 3, #argv do
      words[#words + 1] = i < #argv and argv[i] or argv[i]:gsub("^[\"']", "") -- a quote that is still open
    end
  end
  local sources = require("klaviyo.cli.completion_words").sources(commands, argv)
  local candidates, is_files = complete.candidates(commands.parser(), words, sources)
  local lines = is_files and { ":files" } or {}
  for _, line in ipairs(shell == "bash" and complete.for_bash(candidates, argv[3] or "", argv[4] or "")
    or complete.with_descriptions(candidates)) do
    lines[#lines + 1] = line
  end
  io.stdout:write(table.concat(lines, "\n"), "\n")
end

---Runs the command line.
---@param argv string[]  the interpreter's `arg`
---@return integer exit_code
function cli.run(argv)
  native.open_streams()
  native.catch_signals()
  if argv[1] == "__complete" then
    return pcall(write_completions, argv) and failure.codes.ok or failure.codes.failed
  end
  local term = terminal.new { color = color_of(argv) }
  local ok, args, named = parse(argv, math.max(60, math.min(term:columns(), 100)))
  if not ok then
    return usage_error(term, argv, args, named)
  end
  local ctx = contexts.new(args, argv)
  interrupt.watch(function()
    ctx.progress:tick()
  end)
  local fine, result = xpcall(function()
    interrupt.check()
    ctx:choose_account()
    local command = commands.module(args.command)
    choose_fields(ctx, command)
    local code = command.run(ctx, args)
    ctx.term:require_written(ctx.log.done)
    return code
  end, trace)
  local closed, code = pcall(function()
    return fine and (result or 0) or ending(ctx, result)
  end)
  ctx:close()
  return closed and code or failure.codes.closed
end

return cli
