-- SPDX-License-Identifier: MIT
--- Plans an apply: reads a campaign file, its lock file and its campaign, and compares them. For plan and apply.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local revisions = require "klaviyo.model.revisions"
local diff = require "klaviyo.cli.plan.diff"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local lockfile = require "klaviyo.cli.plan.lockfile"
local resume = require "klaviyo.cli.plan.resume"
local problems = require "klaviyo.model.problems"
local parts = require "klaviyo.cli.plan.parts"
local selection = require "klaviyo.cli.selection"
local values = require "klaviyo.cli.values"
local validate = require "klaviyo.model.validate"

local planning = {}

---@class klaviyo.cli.planning
---@field file klaviyo.cli.campaign_file
---@field model table
---@field lock klaviyo.cli.lock
---@field campaign klaviyo.campaign|nil
---@field change klaviyo.cli.change
---@field is_resumed boolean  it continues an apply that was interrupted

---The options that plan and apply share.
---@param command table
function planning.define(command)
  command:argument("FILE", "FILE.lua (builder or table) or FILE.json."):target "file"
  command:option("--lock", "Lock file; default: FILE.lock."):argname "FILE"
  command:option("--adopt", "Id or name of an existing campaign that the file takes over."):argname "CAMPAIGN"
  command:flag("--again", "Create a new campaign if that of the lock file is archived or gone; go on without what an "
    .. "interrupted apply was creating.")
  command:option("--for", "Seconds to look for what an interrupted apply was creating; default: 30, for plan once.")
    :convert(values.seconds "--for"):argname "SECONDS":target "patience"
  command:flag("--prune", "Remove what is in the account and not in the file, whoever created it.")
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
  local ctx = { dialect = name, revision = kl._dispatch.revision, exists = exists, now = kl:now() }
  local found = validate.create("campaign", model, ctx)
  ctx.dialect = "openapi"
  if found and open and not validate.create("campaign", model, ctx) then
    return -- valid in the other dialect, which the client will find out
  elseif found then
    file:refuse(problems.error(found, file.name))
  end
end

-- The campaign that the lock file names. An archived one was often sent before, and a missing one may be another
-- account's, so a new one is created only on request.
local function locked_campaign(ctx, lock)
  local id = lock:id "campaign"
  if not id then
    return nil
  end
  local campaign, err = ctx:client().campaigns:tree(id)
  if not campaign and not failure.is_missing(err) then
    failure.check(nil, err)
  end
  if not campaign or campaign.archived == true then
    if not ctx.args.again and not ctx.args.adopt then
      failure.raise { code = "refused", hint = "--again creates a new one",
        message = ("The campaign %s of %s is %s."):format(id, lock.path, campaign and "archived"
          or "not in this account") }
    end
    lock:clear()
    return nil
  end
  return campaign
end

-- A campaign of that name that the lock file does not know ends the command: two of them are rarely wanted.
local function refuse_twin(ctx, name)
  for campaign in ctx:client().campaigns:each { filter = filter.all(filter.contains("name", name),
    filter.equals("archived", false)), page_size = 100 } do
    if campaign.name == name then
      failure.raise { code = "refused", message = ("The account has a campaign %q already (%s), and the lock file does "
        .. "not know it."):format(name, campaign.id), hint = ("--adopt %s takes it over; for another campaign, "
        .. "change the name in the file"):format(campaign.id) }
    end
  end
end

local function find_campaign(ctx, self)
  local args = ctx.args
  local known = locked_campaign(ctx, self.lock)
  if known then
    return known
  end
  local word = args.adopt or self.ids[""]
  if word then
    local campaign = selection.campaign(ctx, word)
    if campaign.archived == true then
      failure.raise { code = "refused", message = ("The campaign %s is archived, and cannot be adopted."):format(
        campaign.id), hint = args.adopt and "without --adopt a new one is created, or name another"
          or "remove its id from the file to create a new one" }
    end
    return campaign
  end
  local name = describe.known(self.model.name) or ""
  if name ~= "" then
    refuse_twin(ctx, name)
  end
end

---Reads the file, the lock file and the account, and compares them.
---@param ctx klaviyo.cli.context
---@param seconds number  how long to look for what an interrupted apply was creating
---@return klaviyo.cli.planning
function planning.make(ctx, seconds)
  local args = ctx.args
  if args.file == "-" and not args.lock then
    failure.raise { code = "usage", message = "A file from standard input has no lock file: name one with --lock." }
  end
  local self = { file = campaign_file.read(args.file) }
  self.model, self.ids = strip_ids.split(self.file.model)
  self.lock = lockfile.open(args.lock or args.file .. ".lock", ctx:account_name())
  planning.check(ctx:client(), self.file, self.model, (args.adopt or self.ids[""] or self.lock:id "campaign") ~= nil)
  self.is_resumed = resume.pending(ctx, self.lock, seconds)
  ctx.progress:begin "Comparing"
  self.campaign = find_campaign(ctx, self)
  ctx.progress:finish()
  self.change = diff.plan(parts.of_model(self.model, self.ids),
    self.campaign and parts.of_campaign(self.campaign) or nil, { lock = self.lock, prune = args.prune })
  return self
end

return planning
