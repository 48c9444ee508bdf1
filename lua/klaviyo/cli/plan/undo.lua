-- SPDX-License-Identifier: MIT
--- Undoes the last apply, the last step first. A message that is no draft any more blocks it.

local apply = require "klaviyo.cli.plan.apply"
local diff = require "klaviyo.cli.plan.diff"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local parts = require "klaviyo.cli.plan.parts"

local undo = {}

-- The current parts of the campaign and their parents, by id; empty if the campaign is gone.
local function index_of(ctx, lock)
  local id, index = lock:id "campaign", {}
  local campaign, err
  if id then
    campaign, err = ctx:client().campaigns:tree(id)
  end
  if not campaign then
    failure.check(not err or failure.is_missing(err), err)
    return index
  end
  local function add(part, owner)
    index[part.id] = { part = part, owner = owner }
    for _, child in ipairs(part.children) do
      add(child, part)
    end
  end
  add(parts.of_campaign(campaign))
  return index
end

-- The fields that undoing an update changes, and whether somebody else changed them since.
local function fields_of(step, part, applied)
  local fields, was = {}, parts.flat(step.fields)
  for name, value in pairs(was) do
    local now, base = part.fields[name], applied and applied[name]
    if not parts.same(name, now, value) then
      fields[#fields + 1] = { name = name, before = now == nil and json.null or now, after = value, base = base,
        drift = base ~= nil and not parts.same(name, base, now) }
    end
  end
  table.sort(fields, function(a, b)
    return a.name < b.name
  end)
  return fields
end

local OBSTACLE = {}

-- The send settings of a campaign apply to what is scheduled already.
function OBSTACLE.update(step, there)
  return diff.obstacle(there.part, there.owner, step.fields.send_settings ~= nil)
end

function OBSTACLE.delete(_, there)
  return diff.obstacle(there.part, there.owner, true)
end

-- Content is restored into a message, which must be a draft; anything else into a parent with other messages in it.
function OBSTACLE.create(step, there)
  return step.kind == "variation" and diff.obstacle(there.part, there.owner)
end

---Lists the steps to undo, in order; those that are not possible are `blocked`.
---@param ctx klaviyo.cli.context
---@param lock klaviyo.cli.lock
---@return klaviyo.cli.change[]
---@return boolean possible
function undo.plan(ctx, lock)
  local index, changes, possible = index_of(ctx, lock), {}, true
  for i = #lock.entry.journal, 1, -1 do
    local step = lock.entry.journal[i]
    local there = index[step.id or step.owner]
    local reason = there and OBSTACLE[step.action](step, there) or nil
    possible = possible and not reason
    changes[#changes + 1] = { action = reason and "blocked" or step.action, kind = step.kind, label = step.label,
      reason = reason, children = {}, actual = there and there.part,
      fields = step.action == "update" and there and fields_of(step, there.part, lock.entry.applied[step.id]) or {} }
  end
  return changes, possible
end

local UNDO = {}

function UNDO.update(self, step)
  self.lock.entry.applied[step.id] = nil
  return self.kl[apply.COLLECTIONS[step.kind]]:update(step.id, step.fields)
end

function UNDO.delete(self, step)
  local done, err = self.kl[apply.COLLECTIONS[step.kind]]:delete(step.id)
  if not done and not failure.is_missing(err) then
    return nil, err
  elseif step.kind == "campaign" then
    self.lock:clear() -- its parts are gone with it
  else
    self.lock:drop(step.id)
  end
  return true
end

-- A removed part is created as a new one, with a new id.
function UNDO.create(self, step)
  if step.made then -- the last undo was interrupted when it had created a part of it
    local done, err = self.kl[apply.COLLECTIONS[step.kind]]:delete(step.made)
    if not done and not failure.is_missing(err) then
      return nil, err
    end
    step.made = nil
    self.lock:save()
  end
  apply.create(self, diff.creation(step.part, step.key, 1), step.owner)
  return true
end

---Undoes the last apply.
---@param ctx klaviyo.cli.context
---@param lock klaviyo.cli.lock
---@param on_step fun(label: string)
---@return integer count  number of steps undone
function undo.perform(ctx, lock, on_step)
  local journal, count = lock.entry.journal, 0
  local self = { ctx = ctx, kl = ctx:client(), lock = lock, prefix = "", on_step = function() end,
    campaign_id = lock:id "campaign" }
  ctx.term.keep_going = true
  ctx.progress:begin("Undoing", #journal)
  for i = #journal, 1, -1 do
    local step = journal[i]
    self.undoing = i
    local done, err = UNDO[step.action](self, step)
    failure.check(done, err, "run klaviyo apply --undo again to continue")
    journal[i] = nil
    lock:save()
    count = count + 1
    ctx:did(("Undone: %s."):format(step.label))
    ctx.progress:set(count)
    on_step(step.label)
  end
  ctx.progress:finish()
  return count
end

return undo
