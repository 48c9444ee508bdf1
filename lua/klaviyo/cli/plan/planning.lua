-- SPDX-License-Identifier: MIT
--- What plan and apply have in common: a file, its lock file, the campaign it belongs to, and the difference.

local apply = require "klaviyo.cli.plan.apply"
local campaign_file = require "klaviyo.cli.plan.campaign_file"
local revisions = require "klaviyo.model.revisions"
local diff = require "klaviyo.cli.plan.diff"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local lockfile = require "klaviyo.cli.plan.lockfile"
local problems = require "klaviyo.model.problems"
local parts = require "klaviyo.cli.plan.parts"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"
local validate = require "klaviyo.model.validate"

local planning = {}

---@class klaviyo.cli.planning
---@field file klaviyo.cli.campaign_file
---@field model table
---@field lock klaviyo.cli.lock
---@field campaign klaviyo.campaign|nil
---@field change klaviyo.cli.change

---The options that plan and apply share.
---@param command table
function planning.define(command)
  command:argument("FILE", "FILE.lua (builder or table) or FILE.json."):target "file"
  command:option("--lock", "Lock file; default: FILE.lock."):argname "FILE"
  command:option("--adopt", "Id or name of a campaign of the account that the file is to take over."):argname "CAMPAIGN"
  command:flag("--again", "Make the campaign anew if that of the lock file is archived, or gone.")
  command:flag("--prune", "Remove what is in the account and not in the file, whoever made it.")
end

-- The dialect that the rules of a file are taken from: what the revision says, the guide where both claim it.
local function dialect_of(kl)
  local name = kl._dispatch:dialect(kl._dispatch.revision)
  return name, revisions.dialect(kl._dispatch.revision) == "auto"
end

---Refuses a file with all that is wrong with it, before anything is asked of the service.
---@param kl klaviyo.client
---@param file klaviyo.cli.campaign_file
---@param model table
function planning.check(kl, file, model)
  local name, open = dialect_of(kl)
  local found = validate.create("campaign", model, { dialect = name, now = kl.now() })
  if found and open and not validate.create("campaign", model, { dialect = "openapi", now = kl.now() }) then
    return -- it makes sense in the other dialect, and the client finds that out by itself
  elseif found then
    file:refuse(problems.error(found, file.name))
  end
end

-- The campaign that the lock file names. One that is archived was often sent before, and one that is not there may be
-- another account's: another is made where that is wished, and not by itself.
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
    if not ctx.args.again then
      failure.raise { code = "refused", hint = "--again makes it anew",
        message = ("The campaign %s of %s is %s."):format(id, lock.path, campaign and "archived"
          or "not in this account") }
    end
    lock:clear()
    return nil
  end
  return campaign
end

-- Somebody has such a campaign already, and the lock file does not know of it: two of them are rarely meant.
local function refuse_twin(ctx, name)
  for campaign in ctx:client().campaigns:each { filter = filter.all(filter.contains("name", name),
    filter.equals("archived", false)), page_size = 100 } do
    if campaign.name == name then
      failure.raise { code = "refused", message = ("The account has a campaign %q already (%s), and the lock file does "
        .. "not know it."):format(name, campaign.id), hint = ("--adopt %s takes it over"):format(campaign.id) }
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
    return selection.campaign(ctx, word)
  end
  local name = describe.known(self.model.name) or ""
  local lost = apply.find_lost(ctx, self.lock, name)
  if lost then
    ctx.term:note(("What it created is taken over: %s."):format(lost.id))
    return failure.check(ctx:client().campaigns:tree(lost.id))
  elseif name ~= "" then
    refuse_twin(ctx, name)
  end
end

---Reads the file, the lock file and the account, and finds the difference.
---@param ctx klaviyo.cli.context
---@return klaviyo.cli.planning
function planning.make(ctx)
  local args = ctx.args
  if args.file == "-" and not args.lock then
    failure.raise { code = "usage", message = "What comes from standard input has no lock file: name one with --lock." }
  end
  local self = { file = campaign_file.read(args.file) }
  self.model, self.ids = strip_ids.split(self.file.model)
  self.lock = lockfile.open(args.lock or args.file .. ".lock", ctx:account_name())
  planning.check(ctx:client(), self.file, self.model)
  if type(self.lock.entry.pending) == "table" then
    ctx.term:note(("The last apply broke off in the middle of this: %s."):format(text.clean(
      self.lock.entry.pending.label)))
  end
  ctx.progress:begin "Comparing"
  self.campaign = find_campaign(ctx, self)
  ctx.progress:finish()
  self.change = diff.plan(parts.of_model(self.model, self.ids),
    self.campaign and parts.of_campaign(self.campaign) or nil, { lock = self.lock, prune = args.prune })
  return self
end

return planning
