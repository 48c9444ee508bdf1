-- SPDX-License-Identifier: MIT
-- A sandbox on a file is killed in the middle of its work, again and again: what it has acknowledged is there when it
-- comes back, and what it was doing is there wholly or not at all.

local cjson = require "cjson"
local guide = require "spec.support.guide"
local http = require "spec.support.http"
local process = require "spec.support.process"
local random = require "spec.support.random"

local KILLS = tonumber(os.getenv "KLAVIYO_KILLS") or 200
local CONNECTIONS = 4

local function interpreter()
  return os.getenv "KLAVIYO_LUA" or (rawget(_G, "jit") and "luajit" or "lua5.4")
end

local HEADERS = { Host = "127.0.0.1", Authorization = "Klaviyo-API-Key pk_test", revision = "2026-04-15.pre",
  ["Content-Type"] = "application/vnd.api+json" }

-- A server on the database of a directory, below a shell that takes its death calmly.
local function serve(directory)
  local log = directory .. "/log"
  os.remove(log)
  local script = "trap \"kill \\$pid\" TERM; %s spec/support/serve.lua %s/campaigns.db & pid=$!; echo $pid; "
    .. "wait; wait $pid" -- the second until it is gone, and its lock with it
  local command = "sh -c " .. process.quote(script:format(interpreter(), directory))
  local server = process.start(command, log)
  server.url = process.wait_for("the server", function()
    local text = process.read(log)
    server.pid = ("\n" .. text):match "\n(%d+)\n" -- either may be written first
    return server.pid and text:match "listening on (%S+)" or (text:match "lua" and error(text))
  end)
  return server
end

local function campaign(name)
  local messages = { guide.inline_message("email", "a"), guide.inline_message("sms", "b") }
  local audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "B" } } }
  return guide.campaign { definition = { name = name }, audiences = audiences, messages = messages }
end

-- The work of one connection: one request at a time is on its way.
local function send(worker, world, r)
  local known = #world.ids > 0 and r.chance(4) and r.pick(world.ids)
  world.count = world.count + 1
  local task = { name = "Campaign " .. world.count, method = "POST", path = "/api/campaigns" }
  task.body = campaign(task.name)
  if known and not world.busy[known] then
    world.busy[known] = true
    task.id, task.method, task.path = known, "PATCH", task.path .. "/" .. known
    task.body = guide.patch("campaign", known, { definition = { name = task.name } })
  end
  worker.task = task
  return worker.connection:send(http.bytes {
    method = task.method, path = task.path, headers = HEADERS, body = cjson.encode(task.body) })
end

-- Takes the answer to a task into account. False when it was cut off.
local function receive(worker, world)
  local answer = http.read(worker.connection)
  if not answer then
    return false
  end
  local task = worker.task
  worker.task = nil
  assert.equal(task.id and 200 or 201, answer.status, answer.body)
  local id = answer.json.data.id
  if not task.id then
    world.ids[#world.ids + 1] = id
    world.fresh[#world.fresh + 1] = id
  end
  world.busy[id] = nil
  world.names[id] = { [task.name] = true }
  return true
end

-- Works until some answers have come, then kills the server and reads what it had still answered.
local function work_and_kill(server, world, r)
  local workers = {}
  for i = 1, CONNECTIONS do
    workers[i] = { connection = http.connect(server.url) }
    assert(send(workers[i], world, r))
  end
  for i = 1, r.int(0, 12) do
    local worker = workers[i % CONNECTIONS + 1]
    assert.is_true(receive(worker, world))
    assert(send(worker, world, r))
  end
  os.execute("kill -9 " .. server.pid)
  for _, worker in ipairs(workers) do
    if not receive(worker, world) then
      local task = worker.task
      if task.id then -- the old name or the new one
        world.names[task.id][task.name] = true
        world.busy[task.id] = nil
      else
        world.unknown[task.name] = true
      end
    end
    worker.connection:close()
  end
  server:stop()
end

-- A campaign of ours has two audiences, two messages and two variations.
local function whole(client, id)
  local answer = assert(client:get("/api/campaigns/" .. id
    .. "?include=campaign-audiences,campaign-messages,campaign-variations"))
  assert.equal(200, answer.status, id)
  assert.equal(6, #answer.json.included)
  return answer.json.data.attributes.definition.name
end

-- Every campaign of the server, name to id, page by page.
local function all_campaigns(client)
  local found, path = {}, "/api/campaigns?sort=id"
  while path do
    local json = assert(client:get(path)).json
    for _, data in ipairs(json.data) do
      found[data.id] = data.attributes.definition.name
    end
    path = json.links.next ~= cjson.null and json.links.next and json.links.next:match "^http://[^/]+(.*)$"
  end
  return found
end

-- Holds the server to what was acknowledged. What may or may not have happened is known afterwards.
local function compare(client, world)
  local found = all_campaigns(client)
  for _, id in ipairs(world.ids) do
    assert.is_true(world.names[id][found[id] or "(gone)"], id)
  end
  for id, name in pairs(found) do
    if not world.names[id] then -- sent, and never answered
      assert.is_true(world.unknown[name], name)
      world.ids[#world.ids + 1] = id
      world.fresh[#world.fresh + 1] = id
    end
    world.names[id] = { [name] = true }
  end
  for _, id in ipairs(world.fresh) do
    assert.is_true(world.names[id][whole(client, id)])
  end
  world.unknown, world.fresh = {}, {}
end

describe("a sandbox on a file #process", function()
  it("loses nothing that it acknowledged when it is killed", function()
    local directory, server = process.directory(), nil
    finally(function()
      if server then
        server:stop()
      end
      process.remove(directory)
    end)
    local r = random.new(20260414)
    local world = { ids = {}, names = {}, busy = {}, unknown = {}, fresh = {}, count = 0 }
    for kill = 0, KILLS do
      server = serve(directory)
      local client = http.client(server.url)
      compare(client, world)
      client:close()
      if kill < KILLS then
        work_and_kill(server, world, r)
      end
    end
    assert.is_true(#world.ids > 2 * KILLS)
  end)
end)
