-- SPDX-License-Identifier: MIT
--- Finding what has a name: exactly one of that name, or an error that names the candidates.

local call_options = require "klaviyo.calls.call_options"
local candidates = require "klaviyo.model.candidates"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local filter = require "klaviyo.model.filter"
local objects = require "klaviyo.objects.object"
local pages = require "klaviyo.calls.pages"
local suggest = require "klaviyo.model.suggest"

local find_named = {}

local SUGGESTED = 500 -- resources whose names are compared for "did you mean"

---Names that are asked for at once.
find_named.FEW = 10

-- How a list is asked for names; metrics cannot be.
local BY_NAME = {
  list = function(names) return filter.any("name", names) end,
  segment = function(names) return filter.any("name", names) end,
  template = function(names) return filter.any("name", names) end,
  tag = function(names) return #names == 1 and filter.equals("name", names[1]) or nil end,
}

---The filter that asks for all resources of some names; nil if the API has none, or if they are too many for one.
---@param resource string
---@param names string[]
---@return klaviyo.filter|nil
function find_named.filter(resource, names)
  local by_name = BY_NAME[resource]
  return by_name and #names <= find_named.FEW and by_name(names) or nil
end

---Whether something of a response is of a resource: one of its type that has an id. Nothing else is what was asked for.
---@param one klaviyo.object
---@param resource string
---@return boolean
function find_named.is_one(one, resource)
  return objects.resource_of(one) == resource and type(one.id) == "string" and one.id ~= ""
end

-- Reads a list; a list that changes while its pages are read may have one of them twice.
local function read(client, resource, options)
  local list, err = pages.all(client, crud.operation(resource, "list"), nil, options)
  if not list then
    return nil, err
  end
  local own, seen = {}, {}
  for _, one in ipairs(list) do
    if find_named.is_one(one, resource) and not seen[one.id] then
      own[#own + 1], seen[one.id] = one, true
    end
  end
  return own
end

-- Those of a list that have exactly this name, or this id: what the service compares may ignore case.
local function with(list, field, value)
  local found = {}
  for _, one in ipairs(list) do
    found[#found + 1] = one[field] == value and one or nil
  end
  return found
end

-- What is said of them in an error, which may be written as JSON.
local function plain(list)
  local out = {}
  for i, one in ipairs(list) do
    out[i] = { id = one.id, name = one.name }
  end
  return out
end

local function id_of(one)
  return one.id
end

local function ambiguous(resource, name, found)
  return errors.new { kind = "validation", candidates = plain(found),
    message = ("%d %ss are named %s: %s; choose one by its id"):format(#found, resource, suggest.show(name),
      candidates.several(found, id_of)) }
end

-- `list`: those that are there; nil where that could not be read.
local function unknown(resource, name, list)
  local rest, near = candidates.of_unknown(resource, name, list)
  return errors.new { kind = "not_found", candidates = plain(near),
    message = ("no %s is named %s%s"):format(resource, suggest.show(name), rest) }
end

---The one resource of a name. It costs one request, and a listing for suggestions where there is none of that name.
---@param client klaviyo.client
---@param resource string
---@param name string
---@param options? table  of a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function find_named.find(client, resource, name, options)
  local query, call = call_options.begin(client, options)
  local option = next(query)
  if option ~= nil then
    error(("find has no option %s; it takes those of a call"):format(tostring(option)), 2)
  end
  local by_name = find_named.filter(resource, { name })
  local list, err = read(client, resource, call_options.with(call, { filter = by_name }))
  if not list then
    return nil, err
  end
  local found = with(list, "name", name)
  if #found == 1 then
    return found[1]
  elseif #found > 1 then
    return nil, ambiguous(resource, name, found)
  end
  if by_name then -- without suggestions if they cannot be read: the answer is the same
    list = read(client, resource, call_options.with(call, { limit = SUGGESTED }))
  end
  return nil, unknown(resource, name, list)
end

---Reads a resource that the API only lists.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table  fields, and those of a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function find_named.listed(client, resource, id, options)
  local list, err = read(client, resource, options)
  if not list then
    return nil, err
  end
  local found = with(list, "id", id)[1]
  return found, not found and errors.new { kind = "not_found",
    message = ("no %s has the id %s"):format(resource, suggest.show(id)) } or nil
end

return find_named
