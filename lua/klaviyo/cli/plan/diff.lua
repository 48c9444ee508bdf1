-- SPDX-License-Identifier: MIT
--- The difference between a campaign file and the account: which part of the file is which part of the account, and the
--- changes that make the account match. A pure function of both and of the lock file.

local json = require "klaviyo.model.json"
local pretty = require "klaviyo.cli.terminal.pretty"
local parts = require "klaviyo.cli.plan.parts"

local diff = {}

---@class klaviyo.cli.change
---@field action "create"|"update"|"delete"|"keep"|"foreign"|"blocked"
---@field kind "campaign"|"audience"|"message"|"variation"
---@field key string                    in the lock file
---@field label string                  its name below its parent: "content"
---@field title string                  its name by itself: "content of Summer SMS"
---@field wanted? klaviyo.cli.part      the part of the file
---@field actual? klaviyo.cli.part      the part of the account
---@field owner? klaviyo.cli.part       the parent in the account of a part to delete
---@field fields klaviyo.cli.field_change[]
---@field children klaviyo.cli.change[]
---@field reason? string                why it is blocked

---@class klaviyo.cli.field_change
---@field name string
---@field before any
---@field after any
---@field drift boolean   somebody changed it in the account since the last apply
---@field base any        its value after the last apply

local function counts_of(siblings)
  local counts = {}
  for _, part in ipairs(siblings) do
    if part.name then
      counts[part.name] = (counts[part.name] or 0) + 1
    end
  end
  return counts
end

-- The keys of siblings in the lock file: their names, or their numbers where names are missing or not unique.
local function keys_of(siblings, base)
  local counts, keys = counts_of(siblings), {}
  for i, part in ipairs(siblings) do
    local own = part.name and counts[part.name] == 1 and part.name or "#" .. i
    keys[i] = ("%s/%s %s"):format(base, part.kind, own)
  end
  return keys
end

local function find(siblings, taken, test)
  for _, part in ipairs(siblings) do
    if not taken[part] and test(part) then
      return part
    end
  end
end

-- Whether two parts are the same under different names: audiences with the same lists, and messages of an audience with
-- the same content. Creating a second one would send to those people twice. (A name may be changed in the file, or
-- missing in the account because the call that sets it never arrived.)
local ALIKE = {}

function ALIKE.audience(part, other)
  local included = part.fields.included
  return type(included) == "table" and #included > 0 and parts.same("included", included, other.fields.included)
end

local function channel_of(part)
  return part.fields["details.channel"]
end

local function has_other_channel(part, other)
  local a, b = channel_of(part), channel_of(other)
  return a ~= nil and b ~= nil and a ~= b
end

-- Whether a variation of the file is in the account as it is.
local function is_same_content(part, other)
  for name, value in pairs(part.fields) do
    if not parts.same(name, value, other.fields[name]) then
      return false
    end
  end
  return channel_of(part) ~= nil
end

function ALIKE.message(part, other)
  local taken = {}
  for _, content in ipairs(part.children) do
    local there = find(other.children, taken, function(one)
      return is_same_content(content, one)
    end)
    if not there then
      return false
    end
    taken[there] = true
  end
  return #part.children > 0 and #part.children == #other.children
end

-- Matches the parts of the file to those of the account: by id, by the lock file, by name, by content. A variation that
-- is as it was comes before the lock file, which knows one without a name by its place alone.
local function match(wanted, actual, keys, lock)
  local taken, pairs_of = {}, {}
  local rounds = {
    function(part)
      return part.id and function(other)
        return other.id == part.id
      end
    end,
    function(part)
      return part.kind == "variation" and function(other)
        return is_same_content(part, other)
      end
    end,
    function(_, key)
      local id = lock and lock:id(key)
      return id and function(other)
        return other.id == id
      end
    end,
    function(part)
      return part.name and function(other)
        return other.name == part.name
      end
    end,
    function(part)
      return not part.name and function(other)
        if other.kind == "audience" then
          return parts.same("included", part.fields.included, other.fields.included)
        end
        return not has_other_channel(part, other)
      end
    end,
    function(part)
      return ALIKE[part.kind] and function(other)
        return other.kind == part.kind and ALIKE[part.kind](part, other)
      end
    end,
  }
  for _, round in ipairs(rounds) do
    for i, part in ipairs(wanted) do
      local test = not pairs_of[i] and round(part, keys[i])
      local found = test and find(actual, taken, test)
      if found then
        pairs_of[i], taken[found] = found, true
      end
    end
  end
  return pairs_of, taken
end

-- Fields that cannot be changed after creation.
local FIXED = { campaign = { builder = true } }

local function is_drifted(applied, name, value)
  local base = applied and applied[name]
  return base ~= nil and not parts.same(name, base, value), base
end

-- The fields of a part that differ, and whether somebody else changed them.
local function compare(wanted, actual, applied)
  local changes = {}
  for _, name in ipairs(pretty.names(wanted.fields)) do
    local after, before = wanted.fields[name], actual.fields[name]
    if not parts.same(name, after, before) and not (FIXED[wanted.kind] or {})[name] then
      local drift, base = is_drifted(applied, name, before)
      changes[#changes + 1] = { name = name, before = before == nil and json.null or before, after = after,
        drift = drift, base = base }
    end
  end
  return changes
end

local NOUNS = { campaign = "campaign", audience = "audience", message = "message", variation = "content" }

local function label_of(part, number, owner)
  local noun = NOUNS[part.kind]
  local alone = part.kind == "variation" and not (owner and #owner.children > 1)
  return part.name and ("%s %s"):format(noun, part.name) or alone and noun or ("%s %d"):format(noun, number)
end

local FINAL = { SCHEDULED = "is scheduled: klaviyo revert makes it a draft again", SENDING = "is sending",
  SENT = "was sent", CANCELLED = "was cancelled" }

local function has_left_draft(part)
  if part.kind == "message" then
    return part.status ~= "DRAFT" and part.status
  end
  for _, child in ipairs(part.children) do
    local status = has_left_draft(child)
    if status then
      return status
    end
  end
  return false
end

---Why a part cannot be changed; nil if it can. A campaign's own fields can be changed even after a send.
---@param part klaviyo.cli.part         of the account
---@param owner klaviyo.cli.part|nil    its parent
---@param removing? boolean             it is removed with its children
---@return string|nil reason
local function obstacle(part, owner, removing)
  if part.kind == "variation" then
    part = owner
  end
  local status = (removing or part.kind ~= "campaign") and has_left_draft(part)
  if not status then
    return nil
  elseif part.kind == "message" then
    return FINAL[status] or "is " .. status
  end
  return ("has a message that %s"):format((FINAL[status] or "is " .. status):gsub(":.*", ""))
end

local function title_of(part, number, owner)
  local label = label_of(part, number, owner)
  return part.kind == "variation" and owner and owner.name and ("%s of %s"):format(label, owner.name) or label
end

---The change that creates a part with its children.
---@param part klaviyo.cli.part
---@param key string
---@param number integer                  its index among its siblings
---@param owner klaviyo.cli.part|nil
---@return klaviyo.cli.change
local function creation(part, key, number, owner)
  local change = { action = "create", kind = part.kind, key = key, label = label_of(part, number, owner),
    title = title_of(part, number, owner), wanted = part, fields = {}, children = {} }
  for _, name in ipairs(pretty.names(part.fields)) do
    table.insert(change.fields, { name = name, before = json.null, after = part.fields[name], drift = false })
  end
  local keys = keys_of(part.children, key)
  for i, child in ipairs(part.children) do
    change.children[i] = creation(child, keys[i], i, part)
  end
  return change
end

local function removal(part, key, number, owner, options)
  local reason = obstacle(part, owner)
  local mine = options.prune or options.lock and options.lock:owns(part.id)
  return { action = not mine and "foreign" or reason and "blocked" or "delete", kind = part.kind, key = key,
    label = label_of(part, number, owner), title = title_of(part, number, owner), actual = part, owner = owner,
    fields = {}, children = {}, reason = mine and reason or nil }
end

local function channels_of(message)
  local set = {}
  for _, variation in ipairs(message.children) do
    set[channel_of(variation) or 0] = true
  end
  set[0] = nil
  return set
end

-- The channel of content cannot be changed: a variation with another one is replaced, and so is a message if none of
-- its channels stays.
local function is_replaced(wanted, actual)
  if wanted.kind == "variation" then
    return has_other_channel(wanted, actual)
  elseif wanted.kind ~= "message" then
    return false
  end
  local ours, theirs = channels_of(wanted), channels_of(actual)
  for channel in pairs(ours) do
    if theirs[channel] then
      return false
    end
  end
  return next(ours) ~= nil and next(theirs) ~= nil
end

local part_change

local function children_of(change, options)
  local wanted, actual = change.wanted.children, change.actual.children
  local keys = keys_of(wanted, change.key)
  local matched, taken = match(wanted, actual, keys, options.lock)
  for i, part in ipairs(wanted) do
    if matched[i] and is_replaced(part, matched[i]) then
      taken[matched[i]] = nil
      matched[i] = nil
    end
    table.insert(change.children, matched[i] and part_change(part, matched[i], keys[i], i, change.actual, options)
      or creation(part, keys[i], i, change.wanted))
  end
  for i, part in ipairs(actual) do
    -- A message without content in the file keeps the content it has.
    if not taken[part] and not (part.kind == "variation" and #wanted == 0) then
      table.insert(change.children, removal(part, change.key .. "/-" .. part.id, i, change.actual, options))
    end
  end
end

-- The send settings of a campaign apply to what is scheduled already, so they stay.
local function split_settings(change)
  if change.kind ~= "campaign" or not has_left_draft(change.actual) then
    return
  end
  local kept = {}
  for _, field in ipairs(change.fields) do
    if field.name:find "^send_settings%." then
      change.reason = "has messages that are no drafts any more: its send settings stay"
    else
      kept[#kept + 1] = field
    end
  end
  change.fields = kept
end

function part_change(wanted, actual, key, number, owner, options)
  local applied = options.lock and options.lock.entry.applied[actual.id]
  local change = { action = "keep", kind = wanted.kind, key = key, label = label_of(wanted, number, owner),
    title = title_of(wanted, number, owner), wanted = wanted, actual = actual,
    fields = compare(wanted, actual, applied), children = {} }
  split_settings(change)
  if #change.fields > 0 then
    local reason = obstacle(actual, owner)
    change.action, change.reason = reason and "blocked" or "update", reason or change.reason
  end
  children_of(change, options)
  return change
end

diff.creation, diff.obstacle, diff.match = creation, obstacle, match

---The changes that make the account match the file.
---@param wanted klaviyo.cli.part       the campaign of the file
---@param actual klaviyo.cli.part|nil   the campaign of the account; nil if there is none yet
---@param options { lock: klaviyo.cli.lock?, prune: boolean? }  prune: delete parts that are not in the file
---@return klaviyo.cli.change
function diff.plan(wanted, actual, options)
  if not actual then
    return creation(wanted, "campaign", 1)
  end
  return part_change(wanted, actual, "campaign", 1, nil, options)
end

---Counts changes by action.
---@param change klaviyo.cli.change
---@return { create: integer, update: integer, delete: integer, blocked: integer, foreign: integer }
function diff.count(change)
  local counts = { create = 0, update = 0, delete = 0, blocked = 0, foreign = 0, keep = 0 }
  local function add(one)
    counts[one.action] = counts[one.action] + 1
    if (one.action == "keep" or one.action == "update") and one.reason then
      counts.blocked = counts.blocked + 1
    end
    for _, child in ipairs(one.children) do
      add(child)
    end
  end
  add(change)
  counts.keep = nil
  return counts
end

---Whether there is nothing to do.
---@param change klaviyo.cli.change
---@return boolean
function diff.is_empty(change)
  local counts = diff.count(change)
  return counts.create + counts.update + counts.delete == 0
end

return diff
