-- SPDX-License-Identifier: MIT
--- What the vendor's file (KLAVIYO_OPENAPI names it) does not allow, the sandbox refuses: each body with one thing
--- wrong at each place, each query parameter, word, field and operator that the file has not.
local cjson = require "cjson"
local json = require "klaviyo.model.json"
local openapi = require "spec.support.openapi"
local requests = require "spec.support.openapi_requests"
local schema = require "spec.support.schema"
local wire = require "spec.support.wire"

local file = openapi.load()

-- Texts of bodies keep "[]" and "{}" apart, which tables do not.
local LIST, OBJECT = "\1list", "\1object"
local VALUES = { null = cjson.null, text = "zzz", ["empty text"] = "", number = 42, fraction = 1.5, ["true"] = true,
  list = LIST, object = OBJECT, ["list of text"] = { "x" }, ["list of numbers"] = { 1 } }

local function encode(body)
  return (cjson.encode(body):gsub('"\\u0001list"', "[]"):gsub('"\\u0001object"', "{}"))
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local twin = {}
  for key, item in pairs(value) do
    twin[key] = copy(item)
  end
  return twin
end

-- The paths of everything within a value, and of the value itself.
local function places(value, path, found)
  found[#found + 1] = path
  if type(value) == "table" then
    for key, item in pairs(value) do
      local below = copy(path)
      below[#below + 1] = key
      places(item, below, found)
    end
  end
  return found
end

local function at(value, path, length)
  for i = 1, length do
    value = value[path[i]]
  end
  return value
end

-- Puts a value at a path; nil takes out what is there.
local function put(body, path, value)
  local parent, key = at(body, path, #path - 1), path[#path]
  if value == nil and type(key) == "number" then
    table.remove(parent, key)
  else
    parent[key] = value
  end
  if next(parent) == nil then -- a table that is empty says no longer what it was
    at(body, path, #path - 2)[path[#path - 1]] = type(key) == "number" and LIST or OBJECT
  end
end

-- Calls back with each body that differs in one place, and with what was done to it.
local function each_change(body, call)
  for _, path in ipairs(places(body, {}, {})) do
    local where = "/" .. table.concat(path, "/")
    for name, value in pairs(#path > 0 and VALUES or {}) do
      local changed = copy(body)
      put(changed, path, copy(value))
      call(changed, where .. " set to " .. name)
    end
    if #path > 1 then
      local without = copy(body)
      put(without, path, nil)
      call(without, where .. " removed")
    end
    local value = at(body, path, #path)
    if type(value) == "table" and value[1] == nil then
      local more = copy(body)
      at(more, path, #path).unheard_of = 1
      call(more, where .. " with one more member")
    end
  end
end

describe("sandbox strictness", function()
  if not file or not openapi.has_campaigns(file) then
    pending "KLAVIYO_OPENAPI names no file with campaigns"
    return
  end

  local operations = openapi.operations(file)
  local box, client, world

  setup(function()
    local revision = file.info.version
    box = wire.start(revision == "2026-04-15.pre" and { dialect = "openapi" } or nil)
    client = wire.client(box, "openapi")
    client.headers.revision = revision
    world = requests.prepare(box, client)
    box:snapshot "prepared"
  end)

  teardown(function()
    client:close()
    box:stop()
  end)

  it("takes no body that the file would not", function()
    local lenient, tried = {}, 0
    for _, request in ipairs(requests.bodies(world, file.info.version)) do
      local operation = operations[request.operation]
      local rule = operation.operation.requestBody.content["application/vnd.api+json"].schema
      local function try(body, what)
        local text = encode(body)
        local answer = assert(client:request(operation.method, request.path, text))
        local faults = schema.check(file, rule, json.decode(text))
        tried = tried + 1
        if answer.status < 300 then
          box:restore "prepared"
          if #faults > 0 then
            lenient[#lenient + 1] = ("%s: %s (%s)"):format(request.operation, what, faults[1])
          end
        else
          assert.is_true(answer.status < 500, answer.body)
          assert.is_string(answer.json.errors[1].source.pointer, answer.body)
        end
        return answer.status
      end
      assert.is_true(try(request.body, "as it is") < 300, request.operation)
      each_change(request.body, try)
    end
    assert.same({}, lenient)
    assert.is_true(tried > 5000)
  end)

  it("takes the queries of the file, and no others", function()
    local wrong, tried = {}, 0
    for _, query in ipairs(requests.queries(operations, world)) do
      local answer = assert(client:get(query.path))
      tried = tried + 1
      if answer.status ~= 404 and (answer.status == 200) ~= query.allowed then
        wrong[#wrong + 1] = query.path .. " " .. answer.status
      elseif answer.status == 400 then
        assert.is_string(answer.json.errors[1].source.parameter, query.path)
      end
    end
    assert.same({}, wrong)
    assert.is_true(tried > 2000)
  end)
end)
