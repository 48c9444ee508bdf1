-- SPDX-License-Identifier: MIT
--- The names that this client has written as ids, by the campaign, audience, message or variation that has them. Before
--- a send each name is proved: unless it was read since, and just now, it is looked up again. A list that was renamed
--- meanwhile goes to other people than its name said.

local call_options = require "klaviyo.calls.call_options"
local candidates = require "klaviyo.model.candidates"
local core = require "klaviyo.core"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local find_named = require "klaviyo.calls.find_named"
local names = require "klaviyo.calls.names"
local objects = require "klaviyo.objects.object"
local reference = require "klaviyo.model.reference"
local relationship = require "klaviyo.calls.relationship"

local given_names = {}

local FRESH = 30  -- seconds that a name counts as proved
local MOST = 1000 -- resources of which names are kept

local KINDS = { list = true, segment = true, template = true } -- those that decide who gets what

---@class klaviyo.given_name
---@field kind string
---@field name string
---@field id string
---@field at number  when the call began that put the id there

-- By client: names by the id of a resource, and these ids in their order, the oldest at `first`.
local function add(client, id, given)
  local kept = client._given or { by_id = {}, order = {}, first = 1, last = 0 }
  client._given = kept
  if not kept.by_id[id] then
    kept.last = kept.last + 1
    kept.by_id[id], kept.order[kept.last] = {}, id
  end
  for _, one in ipairs(given) do
    kept.by_id[id][one.kind .. one.name] = one
  end
  if kept.last - kept.first >= MOST then
    kept.by_id[kept.order[kept.first]], kept.order[kept.first] = nil, nil
    kept.first = kept.first + 1
  end
end

---Records what was written in the place of names.
---@param client klaviyo.client
---@param id string  of the resource that was created or changed
---@param found? { [integer]: klaviyo.given_name, at: number }  of references.resolve
function given_names.record(client, id, found)
  local given = {}
  for _, one in ipairs(found or {}) do
    given[#given + 1] = KINDS[one.kind] and { kind = one.kind, name = one.name, id = one.id, at = found.at } or nil
  end
  if #given > 0 then
    add(client, id, given)
  end
end

---Records that a template was written: those that were named before are no longer what the message has.
---@param client klaviyo.client
---@param id string  of the message or variation
---@param at number
function given_names.replaced(client, id, at)
  if client._given then
    add(client, id, { { kind = "replaced", name = "", at = at } })
  end
end

-- Whether a change writes a template.
local function has_template(changes)
  local details = type(changes.details) == "table" and changes.details or changes
  return details.template_id ~= nil
end

---Records what a change is going to write.
---@param client klaviyo.client
---@param id string
---@param request klaviyo.call
function given_names.changed(client, id, request)
  if has_template(request.model) then
    given_names.replaced(client, id, request.named and request.named.at or core.now())
  end
  given_names.record(client, id, request.named)
end

---Records for a copy what is recorded for what it is a copy of.
---@param client klaviyo.client
---@param from string
---@param to string
function given_names.copy(client, from, to)
  local given = {}
  for _, one in pairs(client._given and client._given.by_id[from] or {}) do
    given[#given + 1] = one
  end
  if #given > 0 then
    add(client, to, given)
  end
end

-- What a message belongs to; read where it is not known.
local function owner_id(client, message, name, call)
  local owner = objects.peek(message, name)
  if owner then
    return owner.id
  end
  return relationship.read(client, "message", message.id, name, call_options.with(call, { ids = true }))
end

-- The ids of all that a message is made of, and of its audience.
local function parts_of(client, message, call)
  local ids, audience = { message.id }, nil
  for _, name in ipairs { "campaign", "audience" } do
    local id, err = owner_id(client, message, name, call)
    if err then
      return nil, err
    end
    ids[#ids + 1] = id
    audience = id
  end
  for _, variation in ipairs(objects.peek(message, "variations") or {}) do
    ids[#ids + 1] = variation.id
  end
  return ids, audience
end

-- Whether a name means what it did, or nil where that has to be read.
local function is_same(client, one)
  local found, at = names.known(client, one.kind, one.name)
  if not found or at < one.at or core.now() - at >= FRESH then
    return nil
  end
  return #found == 1 and found[1].id == one.id
end

-- Names of a kind that have to be read: those that are wanted, and others in the rest of the last request.
local function to_read(client, kind, wanted)
  local list, seen = {}, {}
  local function take(one)
    if one.kind == kind and not seen[one.name] and is_same(client, one) == nil then
      seen[one.name], list[#list + 1] = true, one.name
    end
  end
  for _, one in ipairs(wanted) do
    take(one)
  end
  local room = #list > 0 and math.ceil(#list / find_named.FEW) * find_named.FEW or 0
  local kept = client._given
  for i = kept.last, kept.first, -1 do
    for _, one in pairs(#list < room and kept.by_id[kept.order[i]] or {}) do
      if #list < room then
        take(one)
      end
    end
  end
  return list
end

local function id_of(candidate)
  return candidate.id
end

local function refuse(client, one)
  local found = names.known(client, one.kind, one.name)
  local now = #found == 0 and "nothing has this name now" or #found == 1 and "it is " .. found[1].id .. " now"
    or ("%d have this name now: %s"):format(#found, candidates.several(found, id_of))
  return errors.new { kind = "validation", candidates = found,
    message = ("nothing was scheduled: the %s was %s when it was written, and %s; write the one that is meant, by its "
      .. "id or name"):format(reference.show(one.kind, one.name), one.id, now) }
end

-- Whether an audience still has the id: it may have been changed since.
local function is_used(client, one, audience, call)
  if one.kind == "template" or not audience then
    return true
  end
  local read, err = crud.get(client, "audience", audience, call)
  if not read then
    return nil, err
  end
  for _, field in ipairs { "included", "excluded" } do
    local ids = objects.peek(read, field)
    for _, id in ipairs(type(ids) == "table" and ids or {}) do
      if id == one.id then
        return true
      end
    end
  end
  return false
end

-- The names that were given for a message.
local function given_for(client, message, call)
  local ids, audience = parts_of(client, message, call)
  if not ids then
    return nil, audience
  end
  local all, list, since = {}, {}, 0
  for _, id in ipairs(ids) do
    for _, one in pairs(client._given.by_id[id] or {}) do
      all[#all + 1] = one
      since = one.kind == "replaced" and math.max(since, one.at) or since
    end
  end
  for _, one in ipairs(all) do
    list[#list + 1] = one.kind ~= "replaced" and (one.kind ~= "template" or one.at >= since) and one or nil
  end
  return list, audience
end

local function prove_one(client, message, call)
  local wanted, audience = given_for(client, message, call)
  if not wanted then
    return nil, audience
  end
  for _, kind in ipairs { "list", "segment", "template" } do
    local read, err = names.read_anew(client, kind, function()
      return to_read(client, kind, wanted)
    end, call)
    if not read then
      err.message = ("nothing was scheduled: the names of %ss could not be looked up: %s"):format(kind, err.message)
      return nil, err
    end
  end
  for _, one in ipairs(wanted) do
    local same = is_same(client, one)
    if same == nil then -- another call has read the names meanwhile, or it took too long
      return nil, errors.new { kind = "timeout", retryable = true, message = ("nothing was scheduled: the %s could not "
        .. "be looked up in time"):format(reference.show(one.kind, one.name)) }
    elseif not same then
      local used, err = is_used(client, one, audience, call)
      if used ~= false then
        return nil, err or refuse(client, one)
      end
    end
  end
  return true
end

---Proves the names that this client has written for messages. It costs nothing where there are none, or where they were
---read just now.
---@param client klaviyo.client
---@param messages klaviyo.message[]
---@param call table  options of the call, with its deadline
---@return true|nil
---@return klaviyo.error|nil  kind "validation" where a name means something else now; `candidates`
function given_names.prove(client, messages, call)
  for _, message in ipairs(client._given and messages or {}) do
    local proved, err = prove_one(client, message, call)
    if not proved then
      return nil, err
    end
  end
  return true
end

return given_names
