-- SPDX-License-Identifier: MIT
--- Queries, held against the service word by word: what the client writes is taken, and what it refuses is refused
--- there too. Each operation is asked with every name and operator that any operation has, in either dialect.

local fields_of_wire = require "klaviyo.wire.dialect.fields"
local filter = require("klaviyo").filter
local grammars = require "klaviyo.wire.grammar"
local operations = require "klaviyo.wire.operations"
local query = require "klaviyo.wire.query"
local support = require "spec.support.sandbox"
local types = require "klaviyo.wire.dialect.types"

local LATEST = "2026-07-15.pre"
local OPERATORS = { "equals", "less-than", "less-or-equal", "greater-than", "greater-or-equal", "contains",
  "contains-any", "contains-all", "starts-with", "ends-with", "any", "has" }
local TAKES_LIST = { any = true, ["contains-any"] = true, ["contains-all"] = true, has = true }
local SIZES = { 0, 1, 20, 100, 101 }

local function each_query(visit)
  for _, operation in ipairs(operations.list) do
    for _, dialect in ipairs { "guide", "openapi" } do
      visit(grammars.of(operation.id)[dialect])
    end
  end
end

-- All words of the wire: includes, what can be sorted by, filter fields with their rules, and fields by resource.
local function vocabulary()
  local words = { include = { nonsense = true }, sort = { nonsense = true }, filter = {}, fields = {} }
  each_query(function(grammar)
    for _, part in ipairs { "include", "sort" } do
      for _, wire in pairs(grammar[part] or {}) do
        words[part][wire] = true
      end
    end
    for _, rule in pairs(grammar.filter or {}) do
      words.filter[rule.wire] = rule
    end
    for _, resource in ipairs(grammar.fields or {}) do
      local known = { nonsense = true }
      for _, dialect in ipairs { "guide", "openapi" } do
        for _, wire in pairs(fields_of_wire.sparse(resource, dialect, LATEST)) do
          known[wire] = true
        end
      end
      words.fields[types.wire[resource]] = known
    end
  end)
  return words
end

-- A value that the service takes for a filter's field, for the client and on the wire.
local function sample(rule, dialect, operator)
  local value, text = "x", nil
  if rule.type == "boolean" then
    value = true
  elseif rule.type == "datetime" then
    value = "2026-01-01T00:00:00Z"
    text = value
  elseif rule.enum then
    value = dialect == "openapi" and rule.case and rule.enum[1]:lower() or rule.enum[1]
  end
  text = text or (value == true and "true" or '"' .. value .. '"')
  if TAKES_LIST[operator] then
    return { value }, "[" .. text .. "]"
  end
  return value, text
end

-- Every question to be put to an operation: options of the client, the parameter, and its text on the wire.
local function questions(words, dialect, ask)
  for wire in pairs(words.include) do
    ask({ include = wire }, "include", wire)
  end
  for wire in pairs(words.sort) do
    ask({ sort = wire }, "sort", wire)
    ask({ sort = "-" .. wire }, "sort", "-" .. wire)
  end
  for wire_type, known in pairs(words.fields) do
    for wire in pairs(known) do
      ask({ fields = { [wire_type] = { wire } } }, "fields[" .. wire_type .. "]", wire)
    end
  end
  for _, size in ipairs(SIZES) do
    ask({ page_size = size }, "page[size]", tostring(size))
  end
  for wire, rule in pairs(words.filter) do
    for _, operator in ipairs(OPERATORS) do
      local value, text = sample(rule, dialect, operator)
      ask({ filter = filter[operator:gsub("-", "_")](wire, value) }, "filter",
        ("%s(%s,%s)"):format(operator, wire, text))
    end
  end
end

for _, case in ipairs { { "guide", "2026-04-15.pre" }, { "openapi", "2026-04-15.pre" }, { "openapi", LATEST } } do
  local dialect, revision = case[1], case[2]

  describe("queries (" .. dialect .. ", " .. revision .. ")", function()
    local sandbox, kl, ids

    setup(function()
      sandbox, kl = support.start { revision = revision, dialect = dialect,
        sandbox = { dialect = dialect == "openapi" and dialect or nil } }
      local campaign = assert(kl.campaigns:create(support.sale()))
      local message = campaign.messages[1]
      ids = { campaigns = campaign.id, ["campaign-audiences"] = campaign.audiences[1].id,
        ["campaign-messages"] = message.id, ["campaign-variations"] = message.variations[1].id }
      sandbox:image { variation = message.variations[1].id, id = "IMAGE" }
      sandbox:translation { variation = message.variations[1].id, target_locales = { "de" } }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    -- Whether the client writes exactly this.
    local function is_written(operation, options, parameter, text)
      local params = query.build(operation.id, dialect, options, revision)
      return params ~= nil and params[1] ~= nil and params[1][1] == parameter and params[1][2] == text
    end

    -- Puts every question to one operation. Returns what the two disagree about, and how many questions were taken.
    local function disagreements(operation, words)
      local path = operation.path:gsub("^/api/([%w-]+)/{id}", function(name)
        return "/api/" .. name .. "/" .. ids[name]
      end)
      local wrong, taken, count = {}, 0, 0
      questions(words, dialect, function(options, parameter, text)
        local answer = kl:request { path = path, query = { [parameter] = text }, max_attempts = 1 }
        local written = is_written(operation, options, parameter, text)
        count, taken = count + 1, taken + (answer and 1 or 0)
        if written ~= (answer ~= nil) then
          wrong[#wrong + 1] = ("%s?%s=%s: the %s alone has it"):format(operation.id, parameter, text,
            written and "client" or "service")
        end
      end)
      sandbox:clear_requests()
      return wrong, taken, count
    end

    for _, operation in ipairs(operations.list) do
      if operation.method == "GET" and operations.available(operation, dialect, LATEST) then
        it("are taken by " .. operation.id .. " where the client writes them, and nowhere else", function()
          local wrong, taken, count = disagreements(operation, vocabulary())
          assert.same({}, wrong)
          assert.is_true(count > 200 and taken < count / 2)
          local ids_alone = operation.path:find("/relationships/", 1, true) ~= nil
          assert.equal(next(grammars.of(operation.id)[dialect]) ~= nil and not ids_alone, taken > 0)
        end)
      end
    end
  end)
end
