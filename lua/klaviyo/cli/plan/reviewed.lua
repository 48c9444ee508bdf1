-- SPDX-License-Identifier: MIT
--- Whether what would be done now is what was reviewed: the files say the same, the account is as it was, and no change
--- is in the plan of now that was not in the plan of then. What the plan has done itself is no difference: one that was
--- interrupted goes on, and one that was applied does nothing more.

local diff_view = require "klaviyo.cli.plan.diff_view"
local parts = require "klaviyo.cli.plan.parts"
local pretty = require "klaviyo.cli.terminal.pretty"
local saved_plan = require "klaviyo.cli.plan.saved_plan"

local reviewed = {}

local SHOWN = 20 -- differences
local DEPTH = 4  -- a variation is in a message, in an audience, in a campaign

-- Refuses the plan for differences between what a plan says of its files and what is so now.
local function refuse_for(message, plan, find)
  local details, count = {}, 0
  for i, file in ipairs(plan.files) do
    for _, sentence in ipairs(find(file, i)) do
      count = count + 1
      details[#details + 1] = count <= SHOWN and ("%s: %s"):format(file.file, sentence) or nil
    end
  end
  if count > SHOWN then
    details[#details + 1] = ("and %d more"):format(count - SHOWN)
  end
  if count > 0 then
    saved_plan.refuse(message, details)
  end
end

-- Elements of a list by a field.
local function by(list, name)
  local map = {}
  for _, element in ipairs(list) do
    map[element[name]] = element
  end
  return map
end

-- The names of the fields of two parts.
local function names_of(a, b)
  local names = {}
  for _, fields in ipairs { a, b } do
    for name in pairs(fields) do
      names[name] = true
    end
  end
  return pretty.names(names)
end

local function was_is(title, name, before, now)
  return ("%s: %s was %s, is %s"):format(title, name:gsub("^details%.", ""), diff_view.show(before),
    diff_view.show(now))
end

-- How a file differs from what it said.
local function file_differences(file, now)
  local list, before, after = {}, by(file.wanted, "key"), by(now.wanted, "key")
  for _, part in ipairs(file.wanted) do
    local other = after[part.key]
    if not other then
      list[#list + 1] = part.title .. " is no longer in it"
    end
    for _, name in ipairs(other and names_of(part.fields, other.fields) or {}) do
      if not parts.same(name, part.fields[name], other.fields[name]) then
        list[#list + 1] = was_is(part.title, name, part.fields[name], other.fields[name])
      end
    end
  end
  for _, part in ipairs(now.wanted) do
    list[#list + 1] = not before[part.key] and part.title .. " is new in it" or nil
  end
  if pretty.line(file.sends or {}) ~= pretty.line(now.sends or {}) then
    list[#list + 1] = "its sends are others"
  end
  if #list == 0 and file.digest ~= now.digest then
    list[1] = "its text, or one that it includes, is another one, and describes the same campaign"
  end
  return list
end

-- A part and those that it is in. The plan may be anybody's text, in which they are in each other.
local function with_owners(part, parts_by_id)
  local chain = {}
  while part and #chain < DEPTH do
    chain[#chain + 1] = part
    part = parts_by_id[part.owner or false]
  end
  return chain
end

-- Whether a part that was in the account is gone because the plan removes it, or what it is in.
local function is_removed(part, before, removed)
  for _, one in ipairs(with_owners(part, before)) do
    if removed[one.id] then
      return true
    end
  end
  return false
end

-- Whether a part that is new in the account is of this plan: an apply recorded it, or what it is in.
local function is_ours(part, before, after, lock)
  for _, one in ipairs(with_owners(part, after)) do
    if not before[one.id] and lock:owns(one.id) then
      return true
    end
  end
  return false
end

-- How the account differs from what it was, apart from what the plan has done itself.
local function account_differences(file, now, lock)
  local list, before, after = {}, by(file.state, "id"), by(now.state, "id")
  local removed, updated = {}, {}
  for _, change in ipairs(file.changes) do
    if change.id and change.action == "delete" then
      removed[change.id] = true
    elseif change.id and change.action == "update" then
      updated[change.id] = by(change.fields, "name")
    end
  end
  for _, part in ipairs(file.state) do
    local other, done = after[part.id], updated[part.id] or {}
    if not other and not is_removed(part, before, removed) then
      list[#list + 1] = part.title .. " is gone"
    elseif other and other.status ~= part.status then
      list[#list + 1] = was_is(part.title, "status", part.status, other.status)
    end
    for _, name in ipairs(other and names_of(part.fields, other.fields) or {}) do
      local value = other.fields[name]
      if not parts.same(name, part.fields[name], value)
        and not (done[name] and parts.same(name, done[name].after, value)) then
        list[#list + 1] = was_is(part.title, name, part.fields[name], value)
      end
    end
  end
  for _, part in ipairs(now.state) do
    if not before[part.id] and not is_ours(part, before, after, lock) then
      list[#list + 1] = part.title .. " is new"
    end
  end
  return list
end

local TO_DO = { create = true, update = true, delete = true }

-- What would be done now and is not in the plan. A creation that is half done goes on with changes of the same values,
-- of what no apply has set yet.
local function surplus(file, now)
  local list, fields, removed, created = {}, {}, {}, {}
  for _, change in ipairs(file.changes) do
    if change.action == "delete" then
      removed[change.id or false] = true
    elseif TO_DO[change.action] then
      fields[change.key], created[change.key] = by(change.fields, "name"), change.action == "create"
    end
  end
  for _, change in ipairs(now.changes) do
    local planned = fields[change.key]
    local fits = change.action == "delete" and removed[change.id] or change.action ~= "delete" and planned ~= nil
    for _, field in ipairs(fits and planned and change.fields or {}) do
      fits = fits and planned[field.name] ~= nil and parts.same(field.name, planned[field.name].after, field.after)
        and not (created[change.key] and field.base ~= nil) -- applied already, and changed since
    end
    if TO_DO[change.action] and not fits then
      list[#list + 1] = ("%s %s"):format(change.action, change.title)
    end
  end
  return list
end

---Ends the command unless what would be done now is what was reviewed, or what is left of it.
---@param path string
---@param plan table
---@param items klaviyo.cli.planning[]  of the same files, now
function reviewed.require(path, plan, items)
  local now = {}
  for i, item in ipairs(items) do
    now[i] = saved_plan.file(item)
  end
  if #now ~= #plan.files then
    saved_plan.refuse(("%s names a file twice"):format(path))
  end
  refuse_for(("The files have changed since %s was made"):format(path), plan, function(file, i)
    return file_differences(file, now[i])
  end)
  refuse_for(("The account has changed since %s was made"):format(path), plan, function(file, i)
    return account_differences(file, now[i], items[i].lock)
  end)
  refuse_for(("What would be done now is not what %s says"):format(path), plan, function(file, i)
    return surplus(file, now[i])
  end)
end

return reviewed
