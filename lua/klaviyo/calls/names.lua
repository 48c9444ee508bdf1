-- SPDX-License-Identifier: MIT
--- The ids behind names, kept by client: a few names are asked for by a filter, more of them cost one listing of their
--- kind, and a name that is not known is looked up again before it is refused.

local call_options = require "klaviyo.calls.call_options"
local core = require "klaviyo.core"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local find_named = require "klaviyo.calls.find_named"
local objects = require "klaviyo.objects.object"
local pages = require "klaviyo.calls.pages"

local unpack = table.unpack or rawget(_G, "unpack")

local names = {}

-- What is known of a kind.
---@class klaviyo.names.cache
---@field found table<string, { at: number, [integer]: klaviyo.candidate }>  by name
---@field all? klaviyo.candidate[]  the last listing
---@field listed? number            when it was read
---@field asked? number             when names were last asked for by a filter

-- By client and kind. A cache holds nothing of its client, which would keep it alive in Lua 5.1.
local caches = setmetatable({}, { __mode = "k" })

local function cache_of(client, kind)
  local kinds = caches[client]
  if not kinds then
    kinds = {}
    caches[client] = kinds
  end
  kinds[kind] = kinds[kind] or { found = {} }
  return kinds[kind]
end

local FIELDS = { list = { "name", "created_at" }, segment = { "name", "created_at" },
  template = { "name", "created_at" }, tag = { "name" } }

-- Reads a list, with no more of each than its name and age.
local function read(client, kind, filter, call)
  local list, err = pages.all(client, crud.operation(kind, "list"), nil,
    call_options.with(call, { filter = filter, fields = { [kind] = FIELDS[kind] } }))
  if not list then
    return nil, err
  end
  local out = {}
  for _, one in ipairs(list) do
    local created = objects.peek(one, "created_at") -- a service may leave out what was asked for
    out[#out + 1] = find_named.is_one(one, kind) and { type = kind, id = one.id, name = objects.peek(one, "name"),
      created_at = type(created) == "string" and created or nil } or nil
  end
  return out
end

-- Puts what was read below its name, with the time at which that began. A list that changes while its pages are read
-- may have one of them twice.
local function keep(cache, list, at, is_wanted)
  local seen = {}
  for _, one in ipairs(list) do
    if type(one.name) == "string" and not seen[one.id] and (not is_wanted or is_wanted[one.name]) then
      local same = cache.found[one.name] or { at = at }
      same[#same + 1], cache.found[one.name], seen[one.id] = one, same, true
    end
  end
end

-- Names of which the cache does not know exactly one: only those are known until they are too old.
local function unknown_of(cache, wanted, lifetime)
  local missing, now = {}, core.now()
  for _, name in ipairs(wanted) do
    local known = cache.found[name]
    if not known or #known ~= 1 or now - known.at >= lifetime then
      missing[#missing + 1] = name
    end
  end
  return missing
end

-- Asks for some names. The service may compare them without case; only those that are the same are taken.
local function ask(client, kind, cache, wanted, call)
  local began = core.now()
  local list, err = read(client, kind, find_named.filter(kind, wanted), call)
  if not list then
    return nil, err
  end
  local is_wanted = {}
  for _, name in ipairs(wanted) do
    is_wanted[name], cache.found[name] = true, { at = began }
  end
  keep(cache, list, began, is_wanted)
  return list
end

local function list_all(client, kind, cache, call)
  local began = core.now()
  local list, err = read(client, kind, nil, call)
  if list then
    cache.found, cache.all, cache.listed = {}, list, core.now()
    keep(cache, list, began)
  end
  return list, err
end

local function has_all(cache, wanted)
  for _, name in ipairs(wanted) do
    if #(cache.found[name] or {}) == 0 then
      return false
    end
  end
  return true
end

-- The first names are asked for by a filter. More of them soon after are the work of a program that has many, to which
-- a listing is cheaper; what is not in that listing is asked for again.
local function look_up(client, kind, wanted, call)
  local cache, lifetime = cache_of(client, kind), call_options.value(client, call, "name_cache")
  local missing = unknown_of(cache, wanted, lifetime)
  if #missing == 0 then
    return cache
  end
  local now = core.now()
  local is_listed = cache.listed ~= nil and now - cache.listed < lifetime
  local is_first = cache.asked == nil or now - cache.asked >= lifetime
  local list, err
  if (is_listed or is_first) and find_named.filter(kind, missing) then
    list, err = ask(client, kind, cache, missing, call)
    cache.asked = list and core.now() or cache.asked
    if list and not is_listed and not has_all(cache, missing) then
      list_all(client, kind, cache, call) -- for suggestions: without them if it fails
    end
  else
    list, err = list_all(client, kind, cache, call)
  end
  return list and cache, err
end

-- One call at a time: another one may have read the names meanwhile.
local function hold(client, kind, call, fn)
  local ran, result, err = client._hold("names " .. kind, call.deadline, fn)
  if not ran then
    return nil, errors.new { kind = "timeout", retryable = true,
      message = ("the deadline passed while another call looked up the names of %ss"):format(kind) }
  end
  return result, err
end

---Looks up names of one kind.
---@param client klaviyo.client
---@param kind string
---@param wanted string[]   each once
---@param call table        options of a call, with its deadline
---@return table<string, klaviyo.candidate[]>|nil found  by name
---@return klaviyo.error|klaviyo.candidate[]|nil err_or_all  all that are known to be there, for suggestions; nil where
--- that could not be read
function names.look_up(client, kind, wanted, call)
  local cache, err = hold(client, kind, call, function()
    return look_up(client, kind, wanted, call)
  end)
  if not cache then
    return nil, err
  end
  return cache.found, cache.all
end

---What is known of a name, and when that was asked for.
---@param client klaviyo.client
---@param kind string
---@param name string
---@return klaviyo.candidate[]|nil
---@return number|nil at  by the clock of core.now
function names.known(client, kind, name)
  local found = cache_of(client, kind).found[name]
  return found and { unpack(found) }, found and found.at
end

---Asks for names again, whatever is known of them.
---@param client klaviyo.client
---@param kind string
---@param wanted fun(): string[]  called when it is this call's turn
---@param call table  options of a call, with its deadline
---@return true|nil
---@return klaviyo.error|nil
function names.read_anew(client, kind, wanted, call)
  return hold(client, kind, call, function()
    local list = wanted()
    for first = 1, #list, find_named.FEW do
      local some = { unpack(list, first, math.min(first + find_named.FEW - 1, #list)) }
      local read_some, err = ask(client, kind, cache_of(client, kind), some, call)
      if not read_some then
        return nil, err
      end
    end
    return true
  end)
end

---What a name of one kind means among those of another kind; an empty list if that cannot be read.
---@param client klaviyo.client
---@param kind string
---@param name string
---@param call table
---@return klaviyo.candidate[]
function names.others(client, kind, name, call)
  local cache = cache_of(client, kind)
  if #(cache.found[name] or {}) == 0 and not cache.listed then
    ask(client, kind, cache, { name }, call)
  end
  return { unpack(cache.found[name] or {}) }
end

return names
