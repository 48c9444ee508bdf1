-- SPDX-License-Identifier: MIT
--- Where the library's tables and a vendor's OpenAPI file differ: operations, fields, types, enumerations, filters,
--- sorts, includes and page sizes.

local fields_of_wire = require "klaviyo.wire.dialect.fields"
local openapi = require "spec.support.openapi"
local grammars = require "klaviyo.wire.grammar"
local operations = require "klaviyo.wire.operations"
local places = require "spec.support.places"
local types = require "klaviyo.wire.dialect.types"

local differences = {}

-- Adds what only one of two sets has.
local function compare(found, where, ours, theirs)
  for _, side in ipairs { { theirs, ours, "the file alone has " }, { ours, theirs, "the tables alone have " } } do
    local names = {}
    for name in pairs(side[1]) do
      names[#names + 1] = side[2][name] == nil and name or nil
    end
    table.sort(names)
    if names[1] then
      found[#found + 1] = where .. ": " .. side[3] .. table.concat(names, ", ")
    end
  end
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list or {}) do
    set[item] = true
  end
  return set
end

local function values_of(map)
  local set = {}
  for _, value in pairs(map or {}) do
    set[value] = true
  end
  return set
end

-- "field operator" of each filter.
local function our_filters(grammar)
  local set = {}
  for _, rule in pairs(grammar.filter or {}) do
    for _, operator in ipairs(rule.operators) do
      set[rule.wire .. " " .. operator] = true
    end
  end
  return set
end

local function their_filters(rules)
  local set = {}
  for field, rule in pairs(rules or {}) do
    for _, operators in pairs(rule.operators) do
      for _, operator in ipairs(operators) do
        set[field .. " " .. operator] = true
      end
    end
  end
  return set
end

local function our_sorts(grammar)
  local set = {}
  for _, wire in pairs(grammar.sort or {}) do
    set[wire], set["-" .. wire] = true, true
  end
  return set
end

-- The words of a parameter with an enumeration, alone or in a list.
local function words_of(parameter)
  local schema = parameter and parameter.schema or {}
  return set_of(schema.enum or schema.items and schema.items.enum)
end

local function our_page(grammar)
  local size = grammar.page_size
  return { cursor = grammar.cursor and true or nil, ["page size"] = size and ("%s, at most %s"):format(size.default,
    size.maximum) or nil }
end

local function their_page(parameters)
  local size = parameters["page[size]"] and parameters["page[size]"].schema
  local cursor = parameters["page[cursor]"] or parameters.page_cursor
  return { cursor = cursor and true or nil, ["page size"] = size and ("%s, at most %s"):format(
    size.default, size.maximum) or nil }
end

local function compare_page(found, where, ours, theirs)
  for _, what in ipairs { "cursor", "page size" } do
    if ours[what] ~= theirs[what] then
      found[#found + 1] = ("%s: %s: the tables have %s, the file %s"):format(where, what, ours[what] or "none",
        theirs[what] or "none")
    end
  end
end

-- Sparse fields: which resources have them, and their names.
local function compare_sparse(found, where, grammar, parameters, revision)
  local ours, theirs = {}, {}
  for _, resource in ipairs(grammar.fields or {}) do
    ours[types.wire[resource]] = resource
  end
  for name, parameter in pairs(parameters) do
    local wire = name:match "^fields%[(.*)%]$"
    if wire then
      theirs[wire] = true
      if ours[wire] then
        local known = fields_of_wire.sparse(ours[wire], "openapi", revision, grammar.additional_fields ~= nil)
        compare(found, "sparse fields of " .. wire, values_of(known), words_of(parameter))
      end
    end
  end
  compare(found, where .. ": fields", ours, theirs)
end

local function compare_query(found, where, id, their, revision)
  local grammar, parameters = grammars.at(id, "openapi", revision), {}
  for _, parameter in ipairs(their.operation.parameters or {}) do
    if parameter["in"] == "query" then
      parameters[parameter.name] = parameter
    end
  end
  compare(found, where .. ": filter", our_filters(grammar), their_filters(their.operation["x-klaviyo-filters"]))
  compare(found, where .. ": sort", our_sorts(grammar), words_of(parameters.sort))
  compare(found, where .. ": include", values_of(grammar.include), words_of(parameters.include))
  compare_page(found, where, our_page(grammar), their_page(parameters))
  compare_sparse(found, where, grammar, parameters, revision)
end

local function compare_limits(found, where, ours, their, revision)
  local limit, theirs = operations.limit(ours.id, revision), their.operation["x-klaviyo-ratelimit"]
  local text = ("%d/s, %d/m"):format(limit.burst, limit.steady)
  if theirs and theirs.burst .. ", " .. theirs.steady ~= text then
    found[#found + 1] = ("%s: rate limit: the tables have %s, the file %s, %s"):format(where, text, theirs.burst,
      theirs.steady)
  end
  if their.operation["x-klaviyo-scopes"] then
    compare(found, where .. ": scopes", set_of(ours.scopes), set_of(their.operation["x-klaviyo-scopes"]))
  end
end

local function compare_operations(found, file)
  local revision = file.info.version
  local ours, theirs = openapi.our_operations(revision), openapi.campaign_operations(file)
  for key, their in pairs(theirs) do
    found[#found + 1] = not ours[key] and ("operation %s: the file alone has %s"):format(their.id, key) or nil
  end
  for key, our in pairs(ours) do
    if not theirs[key] and openapi.has_campaigns(file) and openapi.is_about_campaigns(our.path) then
      found[#found + 1] = ("operation %s: the tables alone have %s"):format(our.id, key)
    end
    local their, where = theirs[key], "operation " .. our.id
    if their then
      if their.id ~= our.id then
        found[#found + 1] = ("%s: the file calls it %s"):format(where, their.id)
      end
      compare_query(found, where, our.id, their, revision)
      compare_limits(found, where, our, their, revision)
    end
  end
end

-- The words of two places, where both limit them. A place that is only read may hold words we do not know.
local function compare_words(found, where, our, their)
  if our.words and (their.words or not our.prose) then
    local theirs = {}
    for word in pairs(their.words or {}) do
      theirs[our.decode and our.decode(word) or word] = true
    end
    compare(found, where .. ": words", our.words, theirs)
  elseif their.words and not our.read_only then
    compare(found, where .. ": words", {}, their.words)
  end
end

local function compare_places(found, where, ours, theirs)
  compare(found, where, ours, theirs)
  for path, our in pairs(ours) do
    local their = theirs[path]
    if their then
      local at = where .. " " .. path
      if our.type and their.type and our.type ~= their.type then
        found[#found + 1] = ("%s: %s in the tables, %s in the file"):format(at, our.type, their.type)
      end
      compare_words(found, at, our, their)
    end
  end
end

local function compare_fields(found, file)
  local theirs, revision = openapi.operations(file), file.info.version
  for _, case in ipairs(places.cases) do
    local their = theirs[case.operation]
    local schema = their and places.schema(file, their, case)
    if schema then
      compare_places(found, case.name, case.ours(revision), places.theirs(file, schema, case))
    end
  end
end

---@param file table  the decoded OpenAPI file
---@return string[]   one line for each difference, sorted
function differences.find(file)
  local found, seen, list = {}, {}, {}
  compare_operations(found, file)
  compare_fields(found, file)
  for _, line in ipairs(found) do
    if not seen[line] then
      seen[line] = true
      list[#list + 1] = line
    end
  end
  table.sort(list)
  return list
end

return differences
