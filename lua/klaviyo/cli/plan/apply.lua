-- SPDX-License-Identifier: MIT
--- Performs a plan: one call for each step. The lock file records each step before and after its call, so that an apply
--- that failed in the middle can be continued or undone.

local diff = require "klaviyo.cli.plan.diff"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local parts = require "klaviyo.cli.plan.parts"
local time = require "klaviyo.model.time"

local apply = {}

---@class klaviyo.cli.application
---@field ctx klaviyo.cli.context
---@field kl klaviyo.client
---@field lock klaviyo.cli.lock|nil     nil for klaviyo edit, which has no lock file
---@field prefix string                 in front of what the log of writes says: of several files, which one
---@field root table                    the whole model, which one call creates
---@field undoing integer|nil           the step of the journal that is being undone

local COLLECTIONS = { campaign = "campaigns", audience = "audiences", message = "messages", variation = "variations" }

local function save(self)
  if self.lock then
    self.lock:save()
  end
end

-- Records a step before its call, so that a process killed in the middle of it leaves a trace.
local ACTIVITY = { create = "Creating", update = "Changing", delete = "Removing" }

local function begin(self, change, undo)
  self.ctx.log:begin(("%s%s %s"):format(self.prefix, ACTIVITY[change.action], change.title))
  if self.lock then
    self.lock.entry.pending = { action = change.action, kind = change.kind, key = change.key, label = change.title,
      id = change.actual and change.actual.id, began = time.format(self.ctx:now()), step = undo,
      undoing = self.undoing }
    save(self)
  end
end

-- The options of a creation: what finds it again is recorded before its request is sent.
local function creation_options(self)
  local pending = self.lock and self.lock.entry.pending
  return pending and { on_token = function(token)
    pending.token = token
    save(self)
  end }
end

-- Records a step after its call, with how to undo it.
local function finish(self, change, undo, sentence, made)
  self.ctx:did(self.prefix .. sentence)
  if self.lock then
    self.lock.entry.pending = nil
    if undo and not self.undoing then
      table.insert(self.lock.entry.journal, undo)
    elseif self.undoing and self.lock.entry.journal[self.undoing].key == change.key then
      self.lock.entry.journal[self.undoing].made = made -- undoing this step again begins with removing it
    end
    save(self)
  end
  self.on_step(change, sentence)
end

local function put(self, key, id, fields)
  if self.lock then
    self.lock:put(key, id, fields)
  end
end

-- A step that is known to have changed nothing is not pending.
local function forget_pending(self, err)
  if self.lock and err.outcome == "none" then
    self.lock.entry.pending = nil
    save(self)
  end
end

local function need(self, value, err, change)
  if value then
    return value
  end
  forget_pending(self, err)
  local failed = failure.of(err)
  failed.message = ("%s could not be %sd: %s"):format(change.title, change.action, failed.message)
  failed.step = change
  error(failed, 0)
end

-- Steps -------------------------------------------------------------------------------------------------------------

local function after_values(change)
  local values = {}
  for _, field in ipairs(change.fields) do
    values[field.name] = field.after
  end
  return values
end

local function before_values(change)
  local values = {}
  for _, field in ipairs(change.fields) do
    values[field.name] = field.before
  end
  return values
end

-- A patch of details must name their channel.
local function patch_of(change, values)
  local patch = parts.nest(values)
  if patch.details and patch.details.channel == nil then
    patch.details.channel = change.actual.fields["details.channel"]
  end
  return patch
end

local function update(self, change)
  local id, values = change.actual.id, after_values(change)
  local undo = { action = "update", kind = change.kind, id = id, label = change.title,
    fields = patch_of(change, before_values(change)) }
  begin(self, change, undo)
  local done, err = self.kl[COLLECTIONS[change.kind]]:update(id, patch_of(change, values))
  need(self, done, err, change)
  put(self, change.key, id, values)
  finish(self, change, undo, ("Changed %s."):format(change.title))
end

-- The fields of a new part, without its children.
local function model_of(part)
  return parts.nest(part.fields)
end

local create

local function create_variation(self, change, owner)
  begin(self, change)
  local model = model_of(change.wanted)
  model.message = owner
  local made, err = self.kl.variations:create(model, creation_options(self))
  need(self, made, err, change)
  put(self, change.key, made.id, change.wanted.fields)
  finish(self, change, { action = "delete", kind = "variation", id = made.id, label = change.title },
    ("Added %s."):format(change.title), made.id)
end

-- Fills in the variations that the service created with a new message, and creates those that are missing.
local function content(self, change, message)
  local fresh, err = self.kl.messages:get(message.id, { include = { "variations" } })
  need(self, fresh, err, change)
  for i, child in ipairs(change.children) do
    local there = fresh.variations[i]
    if there then
      begin(self, child)
      local done, failed = self.kl.variations:update(there.id, model_of(child.wanted))
      need(self, done, failed, child)
      put(self, child.key, there.id, child.wanted.fields)
      finish(self, child, nil, ("Filled in %s."):format(child.title))
    else
      create_variation(self, child, message.id)
    end
  end
end

local function create_message(self, change, owner)
  begin(self, change)
  local model = model_of(change.wanted)
  model.campaign, model.audience = self.campaign_id, owner
  local made, err = self.kl.messages:create(model, creation_options(self))
  need(self, made, err, change)
  put(self, change.key, made.id, change.wanted.fields)
  finish(self, change, { action = "delete", kind = "message", id = made.id, label = change.title },
    ("Added %s."):format(change.title), made.id)
  content(self, change, made)
end

local function create_audience(self, change)
  begin(self, change)
  local model = model_of(change.wanted)
  model.campaign = self.campaign_id
  local made, err = self.kl.audiences:create(model, creation_options(self))
  need(self, made, err, change)
  put(self, change.key, made.id, change.wanted.fields)
  finish(self, change, { action = "delete", kind = "audience", id = made.id, label = change.title },
    ("Added %s."):format(change.title), made.id)
  for _, child in ipairs(change.children) do
    create(self, child, made.id)
  end
end

local CREATE = { audience = create_audience, message = create_message, variation = create_variation }

function create(self, change, owner)
  CREATE[change.kind](self, change, owner)
end

-- A copy of a part that can be created again: without ids and unset fields.
local function remember(part)
  local copy = { kind = part.kind, name = part.name, fields = {}, children = json.array() }
  for name, value in pairs(part.fields) do
    if value ~= json.null then
      copy.fields[name] = value
    end
  end
  for i, child in ipairs(part.children) do
    copy.children[i] = remember(child)
  end
  return copy
end

local function delete(self, change)
  local undo = { action = "create", kind = change.kind, key = change.key, label = change.title,
    owner = change.owner.id, part = remember(change.actual) }
  begin(self, change, undo)
  local id = change.actual.id
  local done, err = self.kl[COLLECTIONS[change.kind]]:delete(id)
  need(self, done, err, change)
  if self.lock then
    self.lock:drop(id)
  end
  finish(self, change, undo, ("Removed %s."):format(change.title))
end

-- The whole -------------------------------------------------------------------------------------------------------

-- Records which part of the account each part of the file became.
local function record_all(self, change, part)
  put(self, change.key, part.id, change.wanted.fields)
  local wanted = {}
  for i, child in ipairs(change.children) do
    wanted[i] = child.wanted
  end
  local found = diff.match(wanted, part.children, {})
  for i, child in ipairs(change.children) do
    if found[i] then
      record_all(self, child, found[i])
    end
  end
end

local function create_campaign(self, change)
  begin(self, change)
  local made, err = self.kl.campaigns:create(self.root, creation_options(self))
  if not made then
    forget_pending(self, err)
    self.refuse(err)
  end
  self.campaign_id = made.id
  put(self, "campaign", made.id, {})
  if not err then
    record_all(self, change, parts.of_campaign(made))
  end
  finish(self, change, { action = "delete", kind = "campaign", id = made.id, label = change.title },
    ("Created %s (%s)."):format(change.title, made.id))
  failure.check(not err, err and failure.of(err, "it was created; run apply again to continue"))
end

-- Visits a change and those below it.
local function each_change(change, visit, owner)
  visit(change, owner)
  for _, child in ipairs(change.children) do
    each_change(child, visit, change.actual and change.actual.id)
  end
end

-- Updates first, then creations, deletions last: until then everything can be undone completely.
local function run(self, change)
  each_change(change, function(one)
    if one.action == "update" then
      update(self, one)
    end
  end)
  -- Creating a part creates its children.
  local function add(one, owner)
    if one.action == "create" then
      return create(self, one, owner)
    end
    for _, child in ipairs(one.children) do
      add(child, one.actual and one.actual.id)
    end
  end
  add(change)
  each_change(change, function(one)
    if one.action == "delete" then
      delete(self, one)
    end
  end)
end

-- Records the parts that needed no change as the file's, too.
local function adopt(self, change)
  if not self.lock then
    return
  end
  each_change(change, function(one)
    if one.actual and one.wanted then
      local fields = {}
      for name, value in pairs(one.wanted.fields) do
        fields[name] = parts.same(name, value, one.actual.fields[name]) and value or nil
      end
      put(self, one.key, one.actual.id, fields)
    end
  end)
end

---Performs a plan.
---@param ctx klaviyo.cli.context
---@param change klaviyo.cli.change
---@param options table  lock?; root: the model; refuse(err): raises for a campaign that could not be created;
---                      on_step(change, sentence); keep: nothing to do, so the journal stays; prefix?
---@return string campaign_id
function apply.perform(ctx, change, options)
  local self = { ctx = ctx, kl = ctx:client(), lock = options.lock, root = options.root, refuse = options.refuse,
    on_step = options.on_step or function() end, prefix = options.prefix or "",
    campaign_id = change.actual and change.actual.id }
  ctx.term.keep_going = true
  if self.lock and not options.keep then
    self.lock.entry.journal = json.array()
    if self.campaign_id then
      self.lock:put("campaign", self.campaign_id, {})
    end
    save(self)
  end
  if change.action == "create" then
    create_campaign(self, change)
  else
    run(self, change)
    adopt(self, change)
  end
  save(self)
  return self.campaign_id
end

apply.COLLECTIONS = COLLECTIONS

---Creates a part with its children.
---@param self klaviyo.cli.application
---@param change klaviyo.cli.change
---@param owner string  id of its parent
function apply.create(self, change, owner)
  create(self, change, owner)
end

return apply
