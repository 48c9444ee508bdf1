-- SPDX-License-Identifier: MIT
--- Performs the plans of several files: files go out together within the account's limits, the steps of each one after
--- the other. When one fails, those that have begun are finished and no other is begun; then it is said for every file
--- what was done, what was not, and what nobody knows.

local apply = require "klaviyo.cli.plan.apply"
local failure = require "klaviyo.cli.terminal.failure"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local tally = require "klaviyo.cli.plan.tally"
local text = require "klaviyo.cli.terminal.text"
local write_log = require "klaviyo.cli.write_log"

local apply_all = {}

---@class klaviyo.cli.applied  what became of the plan of a file
---@field item klaviyo.cli.planning
---@field prefix string
---@field total integer                         number of steps
---@field done table<klaviyo.cli.change, boolean>
---@field sentences string[]                    what was done
---@field state "waiting"|"begun"|"done"|"failed"
---@field part? klaviyo.cli.write_log.part
---@field problem? klaviyo.cli.failure
---@field id? string                            of the campaign

local ACTION = { create = "create", update = "change", delete = "remove" }

-- The steps of a plan that are not done. One step creates a campaign with all that is in it.
local function rest_of(applied)
  local list = {}
  local function add(change)
    if ACTION[change.action] and not applied.done[change] then
      list[#list + 1] = ("%s %s"):format(ACTION[change.action], change.title)
    end
    for _, child in ipairs(not (change.action == "create" and change.kind == "campaign") and change.children or {}) do
      add(child)
    end
  end
  add(applied.item.change)
  return list
end

-- Whether nobody knows what the step did in which the apply of a file ended.
local function is_unknown(applied)
  return applied.part ~= nil and write_log.is_open(applied.part)
    or applied.problem ~= nil and applied.problem.code == failure.codes.unknown
end

---What is known of a file after a failure or an interruption: pieces that go behind its name.
---@param applied klaviyo.cli.applied
---@return { state: string, done: string[], not_done: string[], unknown: string[] }
local function account_of(applied)
  local report = { state = applied.state, done = json.array(applied.sentences), not_done = json.array(),
    unknown = json.array() }
  if applied.state == "done" then
    return report
  elseif applied.state == "waiting" then
    report.state = "not_begun"
  end
  local rest, from = rest_of(applied), 1
  if is_unknown(applied) then
    report.state, report.unknown[1], from = "unknown", rest[1], 2
  end
  for i = from, #rest do
    table.insert(report.not_done, rest[i])
  end
  return report
end

-- A step whose request is known not to have been sent is not pending.
local function forget_unsent(list)
  for _, applied in ipairs(list) do
    local entry = applied.item.lock.entry
    if applied.state == "begun" and entry.pending and not is_unknown(applied) then
      entry.pending = nil
      applied.item.lock:save()
    end
  end
end

-- Performs the plan of one file.
local function perform(ctx, applied, on_step)
  local item = applied.item
  applied.state, applied.part = "begun", ctx.log:part()
  local ok, result = pcall(apply.perform, ctx, item.change, {
    lock = item.lock, root = item.model, prefix = applied.prefix, keep = applied.total == 0 or item.is_resumed,
    refuse = function(err)
      item.file:refuse(err)
    end,
    on_step = function(change, sentence)
      applied.done[change] = true
      table.insert(applied.sentences, sentence)
      on_step(applied.prefix .. sentence)
    end,
  })
  if ok then
    applied.state, applied.id = "done", result
  elseif failure.is(result) then
    applied.state, applied.problem = "failed", result
  else
    return result
  end
end

-- Performs all plans, as many at once as the client sends. An error that is none of the service ends it.
local function perform_all(ctx, list, on_step)
  local work, stop, broken = {}, false, nil
  for i, applied in ipairs(list) do
    work[i] = function()
      if not stop then
        local problem = perform(ctx, applied, on_step)
        broken = broken or problem
        stop = stop or problem ~= nil or applied.problem ~= nil
      end
      return true
    end
  end
  if #work == 1 then
    work[1]()
  else
    work.limit = ctx:client().options.concurrency
    klaviyo.all(work)
  end
  if broken then
    error(broken, 0)
  end
end

-- The failure of a single file.
local function explain(ctx, problem)
  if problem.step then
    problem.details = problem.details or {}
    for _, sentence in ipairs(ctx.log.done) do
      table.insert(problem.details, "done: " .. sentence)
    end
    problem.hint = "run apply again to continue, or apply --undo to undo what was done"
  elseif problem.code == failure.codes.unknown then
    problem.hint = "run apply again: it looks for the campaign first and continues from there"
  end
  error(problem, 0)
end

-- The lines about a file: what failed, and its steps.
local function lines_of(applied, report)
  local lines = {}
  local function add(word, sentence)
    lines[#lines + 1] = ("%s%s"):format(applied.prefix, word .. sentence)
  end
  if applied.problem then
    add("", applied.problem.message)
    for _, detail in ipairs(applied.problem.details or {}) do
      lines[#lines + 1] = detail
    end
  elseif report.state == "done" then
    add("done: ", text.count(#report.done, "step"))
    return lines
  elseif report.state == "not_begun" then
    add("not begun: ", text.count(#report.not_done, "step"))
    return lines
  end
  for _, name in ipairs { "done", "unknown", "not_done" } do
    for _, sentence in ipairs(report[name]) do
      add(name:gsub("_", " ") .. ": ", sentence)
    end
  end
  return lines
end

-- The failure of some of several files: one whose outcome is not known stands for the others.
local function explain_all(list)
  local first, failed, details, files = nil, 0, {}, json.array()
  for _, applied in ipairs(list) do
    local report = account_of(applied)
    local problem = applied.problem
    failed = failed + (problem and 1 or 0)
    if problem and (not first or problem.code == failure.codes.unknown and first.code ~= problem.code) then
      first = problem
    end
    report.file, report.problem = applied.item.file.name, problem and problem.message or nil
    files[#files + 1] = applied.total > 0 and report or nil
    for _, line in ipairs(applied.total > 0 and lines_of(applied, report) or {}) do
      details[#details + 1] = line
    end
  end
  first.message = ("%d of %s could not be applied."):format(failed, text.count(#list, "file"))
  first.details, first.files = details, files
  first.hint = "run apply again to continue: it looks first for what is unknown; apply FILE --undo undoes what was "
    .. "done of a file"
  first.is_usual = false
  error(first, 0)
end

-- Says what an interruption leaves undone.
local function note_rest(ctx, list)
  for _, applied in ipairs(list) do
    local report = account_of(applied)
    if #report.not_done > 0 then
      table.insert(ctx.log.not_done, report.state == "not_begun"
        and ("%snot begun (%s)."):format(applied.prefix, text.count(#report.not_done, "step"))
        or ("%snot done: %s."):format(applied.prefix, table.concat(report.not_done, ", ")))
    end
  end
end

local function list_of(items)
  local list, total = {}, 0
  for i, item in ipairs(items) do
    list[i] = { item = item, state = "waiting", done = {}, sentences = {},
      prefix = #items > 1 and item.file.name .. ": " or "" }
    list[i].total = #rest_of(list[i])
    total = total + list[i].total
  end
  return list, total
end

---Performs the plans. A failure ends the command.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.planning[]
---@param on_step fun(sentence: string)
---@return klaviyo.cli.applied[]
---@return klaviyo.cli.tally  what was done
function apply_all.perform(ctx, items, on_step)
  local list, total = list_of(items)
  local steps, counts = 0, tally.new()
  ctx.progress:begin("Applying", total)
  local ok, problem = pcall(perform_all, ctx, list, function(sentence)
    steps = steps + 1
    ctx.progress:set(steps)
    on_step(sentence)
  end)
  ctx.progress:finish()
  if not ok then
    if interrupt.is(problem) then
      forget_unsent(list)
      note_rest(ctx, list)
    end
    error(problem, 0)
  end
  for _, applied in ipairs(list) do
    if applied.problem then
      return #list == 1 and explain(ctx, applied.problem) or explain_all(list)
    end
    counts:add(applied.item.change, applied.done)
  end
  return list, counts
end

return apply_all
