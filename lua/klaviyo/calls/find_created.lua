-- SPDX-License-Identifier: MIT
--- Whether something that is there is what was asked for: how a creation whose answer was lost is known again.

local tree = require "klaviyo.model.normalize"

local likeness = {}

local function as_set(list)
  local set, count = {}, 0
  for _, id in ipairs(type(list) == "table" and list or {}) do
    count = set[id] and count or count + 1
    set[id] = true
  end
  return set, count
end

---Whether two lists hold the same ids, in any order.
---@param a any
---@param b any
---@return boolean
function likeness.same_ids(a, b)
  local x, n = as_set(a)
  local y, m = as_set(b)
  if n ~= m then
    return false
  end
  for id in pairs(x) do
    if not y[id] then
      return false
    end
  end
  return true
end

---A name that is one: what is null says no more than what is absent.
---@param name any
---@return string|nil
function likeness.known_name(name)
  return type(name) == "string" and name or nil
end

---Whether a name is that which was asked for. One that was not given matches any: the service makes one up.
---@param wanted any
---@param found any
---@return boolean
function likeness.same_name(wanted, found)
  return likeness.known_name(wanted) == nil or wanted == found
end

local function names(messages)
  local out = {}
  for i, message in ipairs(messages) do
    out[i] = likeness.known_name(message.name) or ""
  end
  table.sort(out)
  return table.concat(out, "\0")
end

local function all_named(audiences)
  for _, audience in ipairs(audiences) do
    for _, message in ipairs(audience.messages) do
      if not likeness.known_name(message.name) then
        return false
      end
    end
  end
  return true
end

-- Audiences by whom they include, in any order; and in each, messages by name, or how many.
local function tree_key(audiences, named)
  local keys = {}
  for i, audience in ipairs(audiences) do
    local ids = {}
    for id in pairs((as_set(audience.included))) do
      ids[#ids + 1] = id
    end
    table.sort(ids)
    keys[i] = table.concat(ids, ",") .. "\1" .. (named and names(audience.messages) or #audience.messages)
  end
  table.sort(keys)
  return table.concat(keys, "\2")
end

---Whether audiences and their messages are those that were asked for.
---@param wanted { included: string[]?, messages: { name: string? }[] }[]
---@param found klaviyo.audience[]
---@return boolean
function likeness.same_tree(wanted, found)
  local named = all_named(wanted)
  return tree_key(wanted, named) == tree_key(found, named)
end

---The audiences of a model with their messages, wherever it lists these.
---@param model table
---@return { included: string[]?, messages: { name: string? }[] }[]
function likeness.audiences_of(model)
  local parts, list, by_id = tree.campaign(model), {}, {}
  for i, audience in ipairs(parts.audiences or {}) do
    list[i] = { included = audience.source.included, messages = {} }
    by_id[audience.temporary_id] = list[i]
  end
  for _, message in ipairs(parts.messages or {}) do
    local audience = by_id[message.audience]
    if audience then
      table.insert(audience.messages, message.source)
    end
  end
  return list
end

---Whether a copy may have this name: the one that was asked for; or, where the service makes one, another that holds
---the original's.
---@param found any
---@param wanted string|nil
---@param original any
---@return boolean
function likeness.is_copy_name(found, wanted, original)
  if wanted ~= nil then
    return found == wanted
  end
  original = likeness.known_name(original)
  return original == nil or type(found) == "string" and found ~= original and found:find(original, 1, true) ~= nil
end

return likeness
