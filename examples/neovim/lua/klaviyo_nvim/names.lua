-- SPDX-License-Identifier: MIT
--- The names of lists, segments, templates and tags: read while the editor goes on, and kept for some minutes.

local filter = require "klaviyo.model.filter"
local plugin = require "klaviyo_nvim"

local names = {}

local LIFETIME = 300 -- seconds

local KINDS = { "list", "segment", "template", "tag" }

-- By kind: { list, when }, and the functions that wait for one that is being read. Another table of `kept` begins where
-- all was forgotten: what was being read then may be old.
local kept, waiting = {}, {}

-- Reads all of a kind; call it in plugin.run.
local function read(kind)
  local fields, list = kind == "tag" and { "name" } or { "name", "created_at" }, {}
  for one in plugin.client()[kind .. "s"]:each { sort = "name", fields = { [kind] = fields } } do
    list[#list + 1] = { id = one.id, name = one.name, created_at = kind ~= "tag" and one.created_at or nil }
  end
  return list
end

---What is known of a kind; nil before it was read, and when that is too long ago.
---@param kind "list"|"segment"|"template"|"tag"
---@return { id: string, name: string, created_at: string? }[]|nil
function names.known(kind)
  local entry = kept[kind]
  return entry and os.time() - entry[2] < LIFETIME and entry[1] or nil
end

---Reads a kind, once at a time.
---@param kind "list"|"segment"|"template"|"tag"
---@param done fun(list: table[]|nil)  called later; nil: it could not be read, and the reason is shown
function names.load(kind, done)
  if waiting[kind] then
    table.insert(waiting[kind], done)
    return
  end
  local into = kept
  waiting[kind] = { done }
  plugin.run(function()
    local ok, result = pcall(read, kind)
    local functions = waiting[kind]
    waiting[kind] = nil
    if ok then
      into[kind] = { result, os.time() }
    end
    for _, waiter in ipairs(functions) do
      vim.schedule(function()
        waiter(ok and result or nil)
      end)
    end
    if not ok then
      error(result, 0)
    end
  end)
end

---The lists and segments; call it in plugin.run. What cannot be read is left out.
---@return { [1]: string, [2]: table[] }[]  kind and those of it
function names.audiences()
  local out = {}
  for _, kind in ipairs { "list", "segment" } do
    local into, known = kept, names.known(kind)
    local ok, list = pcall(function()
      return known or read(kind)
    end)
    if not ok then
      return {}
    elseif not known then
      into[kind] = { list, os.time() }
    end
    out[#out + 1] = { kind, list }
  end
  return out
end

---The names of lists and segments by their ids, read now: what is agreed to shall not be an old name. Call it in
---plugin.run; what cannot be read is left out.
---@param ids string[]
---@return table<string, string>
function names.now(ids)
  local found = {}
  for _, kind in ipairs(#ids > 0 and { "list", "segment" } or {}) do
    pcall(function()
      local query = { filter = filter.any("id", ids), fields = { [kind] = { "name" } } }
      for one in plugin.client()[kind .. "s"]:each(query) do
        found[one.id] = type(one.name) == "string" and one.name or nil
      end
    end)
  end
  return found
end

---Forgets all, so that it is read again: another account may be next, or names have changed.
function names.forget()
  kept = {}
end

---Reads all kinds again, and says how many there are of each.
function names.command()
  names.forget()
  plugin.run(function()
    local into, counts = kept, {}
    for _, kind in ipairs(KINDS) do
      local list = read(kind)
      into[kind] = { list, os.time() }
      counts[#counts + 1] = ("%d %s%s"):format(#list, kind, #list == 1 and "" or "s")
    end
    plugin.notify("names: " .. table.concat(counts, ", "))
  end)
end

return names
