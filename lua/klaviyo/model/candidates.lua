-- SPDX-License-Identifier: MIT
--- What a name that nothing has may mean: the end of a sentence, and the candidates.

local suggest = require "klaviyo.model.suggest"

local candidates = {}

local SHOWN = 5 -- names or ids in a message

-- Those that have exactly one of these names.
local function named(list, names)
  local found, is_one = {}, {}
  for _, name in ipairs(names) do
    is_one[name] = true
  end
  for _, one in ipairs(list) do
    found[#found + 1] = is_one[one.name] and one or nil
  end
  return found
end

-- `"VIP", "vip" or "Vip"`, at most some of them.
local function alternatives(names)
  local shown = {}
  for i = 1, math.min(#names, SHOWN) do
    shown[i] = suggest.show(names[i])
  end
  if #names > SHOWN then
    return table.concat(shown, ", ") .. ", ..."
  end
  local last = table.remove(shown)
  return #shown > 0 and table.concat(shown, ", ") .. " or " .. last or last
end

-- The first names, each once: several things may have the same.
local function first_names(list)
  local shown, seen, more = {}, {}, false
  for _, one in ipairs(list) do
    if type(one.name) == "string" and not seen[one.name] then
      seen[one.name] = true
      if #shown == SHOWN then
        more = true
        break
      end
      shown[#shown + 1] = suggest.show(one.name)
    end
  end
  return shown, more
end

---The end of a sentence that says that nothing has a name: what was probably meant, or what there is.
---@param kind string  "list"
---@param name string
---@param list { id: string, name: string|nil }[]|nil  all that are there; nil where that could not be read
---@return string      begins with ` (did you mean` or `; there are`, or is empty
---@return table[] candidates  those of the list that have the name that was probably meant, or one that looks like it
function candidates.of_unknown(kind, name, list)
  if not list then
    return "", {}
  end
  local names = {}
  for _, one in ipairs(list) do
    names[#names + 1] = type(one.name) == "string" and one.name or nil
  end
  local near = suggest.nearest(name, names)
  local alike = near and suggest.alike(near, names) or suggest.related(name, names)
  if #alike > 0 then
    return (" (did you mean %s?)"):format(alternatives(alike)), named(list, alike)
  end
  local shown, more = first_names(list)
  if #shown == 0 then
    return #list == 0 and ("; there are no %ss"):format(kind) or "", {}
  end
  return ("; there are %s%s"):format(table.concat(shown, ", "), more and ", ..." or ""), {}
end

---The first of several that have the same name, for a sentence.
---@param list table[]
---@param describe fun(one: table): string
---@return string  "L4, L5"; ends with ", ..." where there are more
function candidates.several(list, describe)
  local shown = {}
  for i = 1, math.min(#list, SHOWN) do
    shown[i] = describe(list[i])
  end
  return table.concat(shown, ", ") .. (#list > SHOWN and ", ..." or "")
end

return candidates
