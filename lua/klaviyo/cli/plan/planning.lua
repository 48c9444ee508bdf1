-- SPDX-License-Identifier: MIT
--- Plans an apply: reads campaign files, their lock files and their campaigns, and compares them. For plan and apply.
--- All files are read and validated before anything else, and the account is read once for all of them.

local diff = require "klaviyo.cli.plan.diff"
local failure = require "klaviyo.cli.terminal.failure"
local file_sends = require "klaviyo.cli.plan.file_sends"
local file_set = require "klaviyo.cli.plan.file_set"
local klaviyo = require "klaviyo"
local lockfile = require "klaviyo.cli.plan.lockfile"
local look_up = require "klaviyo.cli.plan.look_up"
local parts = require "klaviyo.cli.plan.parts"
local problems = require "klaviyo.model.problems"
local resolve_names = require "klaviyo.cli.plan.resolve_names"
local resume = require "klaviyo.cli.plan.resume"
local revisions = require "klaviyo.model.revisions"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local validate = require "klaviyo.model.validate"
local values = require "klaviyo.cli.values"

local planning = {}

---@class klaviyo.cli.planning  the plan of one file
---@field file klaviyo.cli.campaign_file
---@field model table                   without the ids of its parts
---@field ids table<string, string>     by path
---@field lock klaviyo.cli.lock
---@field campaign klaviyo.campaign|nil
---@field change klaviyo.cli.change
---@field is_resumed boolean            it continues an apply that was interrupted

---The options that plan and apply share.
---@param command table
---@param count string  of files: "+" or "*"
function planning.define(command, count)
  command:argument("FILE", "Campaign files: FILE.lua (builder or table), FILE.json, FILE.yaml; folders of them; or - "
    .. "for standard input."):args(count):target "files"
  command:option("--lock", "Lock file of a single FILE; default: FILE.lock."):argname "FILE"
  command:option("--adopt", "Id or name of an existing campaign that a single FILE takes over."):argname "CAMPAIGN"
  command:flag("--again", "Create a new campaign if that of the lock file is archived or gone; go on without what an "
    .. "interrupted apply was creating.")
  command:option("--for", "Seconds to look for what an interrupted apply was creating; default: 30, for plan once.")
    :convert(values.seconds "--for"):argname "SECONDS":target "patience"
  file_set.define(command)
  command:flag("--prune", "Remove what is in the account and not in the file, whoever created it.")
end

---The lock file of a campaign file.
---@param args table
---@param name string
---@return string
function planning.lock_path(args, name)
  if name == "-" and not args.lock then
    failure.raise { code = "usage", message = "A file from standard input has no lock file: name one with --lock." }
  end
  return args.lock or name .. ".lock"
end

-- The dialect whose rules apply to a file, and whether the revision leaves it open.
local function dialect_of(kl)
  local name = kl._dispatch:dialect(kl._dispatch.revision)
  return name, revisions.dialect(kl._dispatch.revision) == "auto"
end

---Validates a file before any request. Problems end the command.
---@param kl klaviyo.client
---@param file klaviyo.cli.campaign_file
---@param model table
---@param exists boolean  the campaign is there, so that its parts are created and changed by themselves
function planning.check(kl, file, model, exists)
  local name, open = dialect_of(kl)
  local ctx = { dialect = name, revision = kl._dispatch.revision, exists = exists, now = kl:now(),
    syntax = file:syntax() }
  local found = validate.create("campaign", model, ctx)
  file_sends.check(file, file_sends.rules(kl, false))
  ctx.dialect = "openapi"
  if found and open and not validate.create("campaign", model, ctx) then
    return -- valid in the other dialect, which the client will find out
  elseif found then
    file:refuse(problems.error(found, file.name))
  end
end

---Does something for each file. The failures of all of them are reported together.
---@param items table[]  one for each file
---@param work fun(item: table)
function planning.for_each(items, work)
  local failed, details = {}, {}
  for _, item in ipairs(items) do
    local ok, problem = pcall(work, item)
    if not ok and not failure.is(problem) then
      error(problem, 0)
    elseif not ok then
      failed[#failed + 1] = problem
      for _, line in ipairs(problem.details or { problem.message }) do
        details[#details + 1] = line
      end
    end
  end
  if #failed == 1 then
    error(failed[1], 0)
  elseif #failed > 1 then
    failure.raise { code = "input", details = details,
      message = ("%d of %d files have mistakes; nothing was sent"):format(#failed, #items) }
  end
end

local function refuse_double(one, other, what, hint)
  failure.raise { code = "input", message = ("%s and %s %s; nothing was sent."):format(one.file.name, other.file.name,
    what), hint = hint }
end

-- Two files that describe one campaign: the second apply would take back what the first did.
local function refuse_doubles(items)
  local by_name, by_id = {}, {}
  for _, item in ipairs(items) do
    local id, name = item.lock:id "campaign" or item.ids[""], item.model.name
    if id and by_id[id] then
      refuse_double(by_id[id], item, ("are both of the campaign %s"):format(id), "a copy of a file needs no copy of "
        .. "its lock file: remove it, and give the campaign another name")
    elseif type(name) == "string" and by_name[name] then
      refuse_double(by_name[name], item, ("both describe a campaign %q"):format(name), "give one of them another name")
    end
    by_id[id or false], by_name[name or false] = item, item
  end
end

-- The campaign files that are named, with their lock files.
local function read_files(ctx)
  local args, items = ctx.args, {}
  local files = file_set.read(ctx, args.files)
  for _, option in ipairs { "lock", "adopt" } do
    if args[option] and #files ~= 1 then
      failure.raise { code = "usage", message = ("--%s is for one file, and there are %d."):format(option, #files) }
    end
  end
  for i, file in ipairs(files) do
    items[i] = { file = file }
    items[i].model, items[i].ids = strip_ids.split(file.model)
  end
  return items
end

-- Finds out what became of the steps that interrupted applies ended in, of all files at once.
local function resume_all(ctx, items, seconds)
  local work = {}
  for _, item in ipairs(items) do
    item.is_resumed = type(item.lock.entry.pending) == "table"
    if item.is_resumed then
      work[#work + 1] = function()
        resume.pending(ctx, item.lock, seconds)
        return true
      end
    end
  end
  if #work == 1 then
    work[1]()
  elseif #work > 1 then
    klaviyo.all(work)
  end
end

---Reads and validates the files, and reads their lock files.
---@param ctx klaviyo.cli.context
---@param claim? boolean  lock the files until this process ends
---@return klaviyo.cli.planning[]
function planning.read(ctx, claim)
  local args, items = ctx.args, read_files(ctx)
  planning.for_each(items, function(item)
    local name = item.file.name == "stdin" and "-" or item.file.name
    local path = planning.lock_path(args, name)
    if claim then
      lockfile.claim(name)
    end
    item.lock = lockfile.open(path, ctx:account_name())
    planning.check(ctx:client(), item.file, item.model,
      (args.adopt or item.ids[""] or item.lock:id "campaign") ~= nil)
  end)
  refuse_doubles(items)
  resolve_names.all(ctx, items)
  return items
end

---Compares a file with its campaign, if there is one.
---@param item klaviyo.cli.planning
---@param prune? boolean
function planning.compare(item, prune)
  item.change = diff.plan(parts.of_model(item.model, item.ids),
    item.campaign and parts.of_campaign(item.campaign) or nil, { lock = item.lock, prune = prune })
end

---Reads the files, their lock files and the account, and compares them.
---@param ctx klaviyo.cli.context
---@param seconds number  how long to look for what an interrupted apply was creating
---@param claim? boolean  lock the files until this process ends
---@return klaviyo.cli.planning[]
function planning.make(ctx, seconds, claim)
  local items = planning.read(ctx, claim)
  resume_all(ctx, items, seconds)
  ctx.progress:begin "Comparing"
  look_up.campaigns(ctx, items)
  ctx.progress:finish()
  for _, item in ipairs(items) do
    planning.compare(item, ctx.args.prune)
  end
  return items
end

return planning
