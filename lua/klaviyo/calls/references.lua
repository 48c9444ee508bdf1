-- SPDX-License-Identifier: MIT
--- References by name become ids before anything is sent: all of a model at once, with one error for all that are
--- unknown or ambiguous.

local candidates = require "klaviyo.model.candidates"
local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local names = require "klaviyo.calls.names"
local normalize = require "klaviyo.model.normalize"
local operations = require "klaviyo.wire.operations"
local path = require "klaviyo.model.path"
local problems_of = require "klaviyo.model.problems"
local reference = require "klaviyo.model.reference"

local unpack = table.unpack or rawget(_G, "unpack")

local references = {}

local OTHER = { list = "segment", segment = "list" } -- what goes in the same place

-- The references of a model, whichever dialect has a place for them.
local function collect(call, revision)
  local all, seen = {}, {}
  for _, name in ipairs { "guide", "openapi" } do
    local found = {}
    call.problems_in(name, revision, found)
    for _, one in ipairs(found) do
      one.path = path.format(one.keys)
      if not seen[one.path] then
        seen[one.path] = true
        all[#all + 1] = one
      end
    end
  end
  return all
end

local function described(candidate)
  local created = candidate.created_at and candidate.created_at:match "^%d+%-%d+%-%d+"
  return created and ("%s (created %s)"):format(candidate.id, created) or candidate.id
end

local function ambiguous(one, found)
  return { candidates = { unpack(found) },
    message = ("names the %s, and %d have this name: %s; give the id of one"):format(
      reference.show(one.kind, one.name), #found, candidates.several(found, described)) }
end

local function unknown(client, one, all, call)
  local other = OTHER[one.kind]
  local found = other and names.others(client, other, one.name, call) or {}
  local begin = ("names the %s, and there is none"):format(reference.show(one.kind, one.name))
  if #found > 0 then
    return { candidates = found, message = ("%s; a %s has this name: %s (%s)"):format(begin, other,
      reference.show(other, one.name), found[1].id) }
  end
  local rest, near = candidates.of_unknown(one.kind, one.name, all)
  return { candidates = near, message = begin .. rest }
end

-- Looks up all names: one look-up for each kind. Fills in the ids; returns the problems.
local function look_up(client, all, call)
  local wanted, seen = {}, {}
  for _, one in ipairs(all) do
    wanted[one.kind] = wanted[one.kind] or {}
    if not seen[one.kind .. one.name] then
      seen[one.kind .. one.name] = true
      table.insert(wanted[one.kind], one.name)
    end
  end
  local found, known = {}, {}
  for _, kind in ipairs(reference.kinds) do
    if wanted[kind] then
      found[kind], known[kind] = names.look_up(client, kind, wanted[kind], call)
      if not found[kind] then
        local err = known[kind]
        err.message = ("the %s could not be looked up by name: %s"):format(#wanted[kind] == 1
          and reference.show(kind, wanted[kind][1]) or kind .. "s", err.message)
        return nil, err
      end
    end
  end
  local problems = {}
  for _, one in ipairs(all) do
    local same = found[one.kind][one.name] or {}
    one.id = #same == 1 and same[1].id or nil
    if not one.id then
      local problem = #same > 1 and ambiguous(one, same) or unknown(client, one, known[one.kind], call)
      problem.path, problem.found = one.path, one.name
      problems[#problems + 1] = problem
    end
  end
  return problems
end

-- Puts ids in the place of references, in a model that belongs to nobody else. `template` becomes `template_id`.
local function fill_in(model, all)
  for _, one in ipairs(all) do
    local holder, last = model, one.keys[#one.keys]
    for i = 1, #one.keys - 1 do
      holder = holder[one.keys[i]]
    end
    holder[last] = nil
    holder[last == "template" and "template_id" or last] = one.id
  end
  return model
end

-- The pointers are those of the fields that the ids go to.
local function add_pointers(client, problems, call, revision)
  local name = client._dispatch:dialect(revision)
  for _, problem in ipairs(problems) do
    local field = problem.path:gsub("template$", "template_id")
    problem.pointer = dialect.get(name).pointer(call.resource, field, call.model)
  end
  return problems
end

-- One error for all problems; its candidates are those of all.
local function refuse(problems, what)
  local err, every = problems_of.error(problems, what), {}
  for i, problem in ipairs(problems) do
    err.errors[i].candidates = problem.candidates
    for _, candidate in ipairs(problem.candidates) do
      every[#every + 1] = candidate
    end
  end
  err.candidates = every
  return err
end

---Returns a model with ids in the place of names, which `call.named` then has; the model itself if it has none. What
---the call would be refused for in any case is refused before anything is looked up.
---@param client klaviyo.client
---@param operation string
---@param call klaviyo.call  with `problems_in`, which collects references in its third argument, and a deadline
---@return table|nil model
---@return klaviyo.error|nil  kind "validation"; `candidates`
function references.resolve(client, operation, call)
  if not reference.is_in(call.model) then
    return call.model
  end
  local refused, began = client._dispatch:refusal(operation, call), core.now()
  if refused then
    return nil, refused
  end
  local revision = call.options.revision or client._dispatch.revision
  local all = collect(call, revision)
  local problems, err = look_up(client, all, call.options)
  if not problems then
    return nil, err
  elseif #problems > 0 then
    return nil, refuse(add_pointers(client, problems, call, revision), operations.request(operation))
  end
  all.at, call.named = began, all
  return fill_in(normalize.copy(call.model), all)
end

---The same for several models in one look-up. Paths begin with the place of their model: `[2].audiences[1]`.
---@param client klaviyo.client
---@param operation string
---@param calls klaviyo.call[]
---@param options table  of the call, with its deadline
---@return table[]|nil models
---@return klaviyo.error|nil
function references.resolve_all(client, operation, calls, options)
  local every, by_model = {}, {}
  for i, call in ipairs(calls) do
    local refused = client._dispatch:refusal(operation, call)
    if refused then
      return nil, refused
    end
    by_model[i] = collect(call, options.revision or client._dispatch.revision)
    for _, one in ipairs(by_model[i]) do
      one.path = ("[%d].%s"):format(i, one.path)
      every[#every + 1] = one
    end
  end
  local problems, err = look_up(client, every, options)
  if not problems then
    return nil, err
  elseif #problems > 0 then
    return nil, refuse(problems, operations.request(operation))
  end
  local models = {}
  for i, call in ipairs(calls) do
    models[i] = fill_in(normalize.copy(call.model), by_model[i])
  end
  return models
end

---The id of a reference; any other value as it is.
---@param client klaviyo.client
---@param value any
---@param kind string      which it must be
---@param what string      "assign_template", for messages
---@param call table       options of a call, with its deadline
---@return any|nil id
---@return klaviyo.error|nil
---@return { [1]: klaviyo.given_name, at: number }|nil named
function references.id(client, value, kind, what, call)
  local found, name = reference.of(value)
  if not found then
    return value
  elseif found ~= kind or type(name) ~= "string" or name == "" then
    error(("%s takes a %s, found %s"):format(what, kind, reference.show(found, name)), 4)
  end
  local one, began = { kind = kind, name = name, path = kind }, core.now()
  local problems, err = look_up(client, { one }, call)
  if problems and #problems > 0 then
    err = refuse(problems, what)
  end
  return one.id, err, { one, at = began }
end

return references
