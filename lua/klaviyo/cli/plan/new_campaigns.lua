-- SPDX-License-Identifier: MIT
--- The campaigns that klaviyo create creates: read from campaign files or a CSV file, checked together before the first
--- request that changes something, and created one after the other.

local csv_campaigns = require "klaviyo.cli.plan.csv_campaigns"
local defaults = require "klaviyo.cli.plan.defaults"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local file_set = require "klaviyo.cli.plan.file_set"
local files = require "klaviyo.cli.files"
local look_up = require "klaviyo.cli.plan.look_up"
local resolve_names = require "klaviyo.cli.plan.resolve_names"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local text = require "klaviyo.cli.terminal.text"

local new_campaigns = {}

---@class klaviyo.cli.new_campaign
---@field file klaviyo.cli.campaign_file|klaviyo.cli.csv_campaign
---@field model table                  without the ids of its parts
---@field ids table<string, string>    by path

-- The campaigns of a CSV file, and what is wrong with it already.
local function read_csv(ctx)
  local names = ctx.args.files
  if #names > 1 then
    failure.raise { code = "usage", message = "--csv takes one file." }
  end
  file_set.refuse_options(ctx.args)
  local content, message
  if names[1] == "-" then
    content = files.input()
  else
    content, message = files.read(names[1])
  end
  if not content then
    failure.raise { code = "input", message = message }
  end
  local common = names[1] ~= "-" and defaults.of(names[1], {}) or nil
  return csv_campaigns.read(content, names[1] == "-" and "stdin" or names[1], common)
end

---Reads the campaigns that the arguments name.
---@param ctx klaviyo.cli.context
---@return klaviyo.cli.new_campaign[]
---@return klaviyo.cli.csv_problem[]|nil problems  of a CSV file
function new_campaigns.read(ctx)
  local items, problems, list = {}, nil, nil
  if ctx.args.csv then
    list, problems = read_csv(ctx)
  end
  for i, file in ipairs(list or file_set.read(ctx, ctx.args.files)) do
    items[i] = { file = file }
    items[i].model, items[i].ids = strip_ids.split(file.model)
  end
  return items, problems
end

-- Two files that describe one campaign.
local function refuse_doubles(items)
  local by_name = {}
  for _, item in ipairs(items) do
    local name = item.model.name
    if by_name[name or false] then
      failure.raise { code = "input", message = ("%s and %s both describe a campaign %s; nothing was sent."):format(
        by_name[name].file.name, item.file.name, describe.name(name)), hint = "give one of them another name" }
    end
    by_name[name or false] = type(name) == "string" and item or nil
  end
end

-- The failures of several files in one.
local function raise_all(failed, count)
  if #failed == 1 then
    error(failed[1], 0)
  end
  local details = {}
  for _, problem in ipairs(failed) do
    for _, line in ipairs(problem.details or { problem.message }) do
      details[#details + 1] = line
    end
  end
  failure.raise { code = "input", details = details,
    message = ("%d of %s have mistakes; nothing was sent"):format(#failed, text.count(count, "file")) }
end

---Checks all campaigns. What is wrong with them ends the command together.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.new_campaign[]
---@param problems klaviyo.cli.csv_problem[]|nil
---@param check fun(item: klaviyo.cli.new_campaign)  raises what is wrong with one
function new_campaigns.check(ctx, items, problems, check)
  local failed = {}
  for _, item in ipairs(items) do
    local ok, problem = pcall(check, item)
    if not ok and not failure.is(problem) then
      error(problem, 0)
    end
    failed[#failed + 1] = not ok and problem or nil
    for _, row in ipairs(not ok and problems and problem.rows or {}) do
      problems[#problems + 1] = row
    end
  end
  if problems and #problems > 0 then
    csv_campaigns.refuse(ctx.args.files[1] == "-" and "stdin" or ctx.args.files[1], problems)
  elseif #failed > 0 then
    raise_all(failed, #items)
  end
  refuse_doubles(items)
end

---Looks up names, and campaigns that are there already: with --missing they are left out, otherwise they end the
---command, since a second run would create everything twice.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.new_campaign[]
---@return klaviyo.cli.new_campaign[] left
function new_campaigns.prepare(ctx, items)
  ctx.progress:begin "Comparing"
  local found, left, there = look_up.named(ctx, items), {}, {}
  ctx.progress:finish()
  for _, item in ipairs(items) do
    local twin = found[item.model.name]
    there[#there + 1] = twin and ("%s (%s)"):format(describe.name(twin.name), twin.id) or nil
    left[#left + 1] = not twin and item or nil
  end
  if #there > 0 and not ctx.args.missing then
    failure.raise { code = "refused", details = there, hint = "--missing creates the others alone",
      message = ("The account has %s already; nothing was changed."):format(text.count(#there, "of these campaigns",
        "of these campaigns")) }
  elseif not ctx.args.json then
    for _, name in ipairs(there) do
      ctx.term:note(("%s is there already, and left out."):format(name))
    end
  end
  resolve_names.all(ctx, left)
  return left
end

-- Creates one campaign, with its audiences and messages, in one call.
local function create(ctx, item)
  ctx.log:begin(("Creating %s"):format(describe.name(item.model.name)))
  local campaign, err = ctx:client().campaigns:create(item.model)
  if not campaign then
    item.file:refuse(err)
  end
  ctx:did(("Created %s (%s)."):format(describe.name(campaign.name), campaign.id))
  failure.check(not err, err and failure.of(err, "the campaign was created: klaviyo show " .. campaign.id))
  return campaign
end

-- Adds to whatever ended the command in the middle what was done before it, and what was not begun.
local function explain(ctx, items, number, problem)
  for i = number + 1, #items do
    table.insert(ctx.log.not_done, ("Not created: %s."):format(describe.name(items[i].model.name)))
  end
  if failure.is(problem) and #items > 1 then
    problem.details = problem.details or {}
    for _, sentence in ipairs(ctx.log.done) do
      table.insert(problem.details, "done: " .. sentence)
    end
    for _, sentence in ipairs(ctx.log.not_done) do
      table.insert(problem.details, sentence)
    end
    problem.message = ("%s could not be created: %s"):format(describe.name(items[number].model.name), problem.message)
    problem.hint = problem.code ~= failure.codes.unknown and "run it again with --missing: it creates the others alone"
      or problem.hint
  end
  error(problem, 0)
end

---Creates campaigns, one after the other.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.new_campaign[]
---@param on_created? fun(campaign: klaviyo.campaign)
---@return klaviyo.campaign[]
function new_campaigns.create(ctx, items, on_created)
  local made = {}
  ctx:client()
  ctx.progress:begin("Creating", #items > 1 and #items or nil)
  for i, item in ipairs(items) do
    local ok, result = pcall(create, ctx, item)
    if not ok then
      ctx.progress:finish()
      explain(ctx, items, i, result)
    end
    made[i] = result
    ctx.progress:set(i)
    if on_created then
      on_created(result)
    end
  end
  ctx.progress:finish()
  return made
end

return new_campaigns
