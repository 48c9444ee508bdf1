-- SPDX-License-Identifier: MIT
-- examples/openresty as its reader runs it: with its own start script and its own sandbox, on another port.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local socket = require "socket"
local cjson = require "cjson"

if not rawget(_G, "jit") then
  return -- nginx's workers are LuaJIT
elseif not nginx.available() then
  describe("examples/openresty #process", function()
    pending "runs (nginx with its Lua module is not installed)"
  end)
  return
end

describe("examples/openresty #process", function()
  local directory, running, port, server

  local function call(method, path, body)
    local connection = assert(socket.connect("127.0.0.1", port))
    connection:settimeout(20)
    connection:send(("%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s"):format(method, path, #(body or ""), body or ""))
    local answer = connection:receive "*a"
    connection:close()
    local content = answer:match "\r\n\r\n(.*)$"
    return tonumber(answer:match "^HTTP/1.%d (%d+)"), path == "/metrics" and content or cjson.decode(content)
  end

  setup(function()
    directory, port = process.directory(), process.port()
    process.run(("cp -r examples/openresty/. %s; chmod 755 %s"):format(directory, directory))
    local path = directory .. "/nginx.conf"
    local configuration, changed = process.read(path):gsub("127%.0%.0%.1:8090", "127.0.0.1:" .. port)
    assert(changed == 1)
    process.write(path, configuration)
    server = redis.start()
    running = process.start(("env KLAVIYO_BUDGET=%s LUA_PATH=%s LUA_CPATH=%s sh %s/start"):format(server.url,
      process.quote(package.path), process.quote(package.cpath), directory), directory .. "/output")
    process.wait_for("nginx", function()
      local connection = socket.connect("127.0.0.1", port)
      return connection and (connection:close() or true)
    end)
  end)

  teardown(function()
    running:stop()
    server:stop()
    process.remove(directory)
  end)

  it("lists, shows and schedules", function()
    local status, list = call("GET", "/campaigns")
    assert.equal(200, status)
    assert.equal("Summer Sale 2026", list.campaigns[1].name)
    local path = "/campaigns/" .. list.campaigns[1].id
    local _, campaign = call("GET", path)
    assert.equal("DRAFT", campaign.audiences[1].messages[1].status)
    local scheduled
    status, scheduled = call("POST", path .. "/schedule", '{"at":"2040-06-01T14:00:00Z"}')
    assert.equal(200, status)
    assert.equal(2, #scheduled.scheduled)
    assert.equal("SCHEDULED", scheduled.scheduled[1].status)
    local _, none = call("GET", "/campaigns?name=nothing")
    assert.same({}, none.campaigns)
  end)

  it("says what is wrong with a status that fits", function()
    local _, list = call("GET", "/campaigns")
    local path = "/campaigns/" .. list.campaigns[1].id .. "/schedule"
    local status, problem = call("POST", path, '{"at":"tomorrow"}')
    assert.equal(422, status)
    assert.equal("at", problem.problems[1].path)
    assert.equal(400, (call("POST", path, "nonsense")))
    assert.equal(405, (call("GET", path)))
    assert.equal(404, (call("GET", "/campaigns/nothing")))
  end)

  it("serves what is used and left of the limits, by machine", function()
    assert.equal(200, (call("GET", "/campaigns")))
    local status, metrics = call("GET", "/metrics")
    assert.equal(200, status)
    assert.truthy(metrics:find("\nklaviyo_budget_up 1\n", 1, true), metrics)
    assert.truthy(metrics:find('\nklaviyo_limit_requests{operation="get_campaigns",window="steady"} 150\n', 1, true))
    assert.truthy(metrics:find('\nklaviyo_limit_machine_requests{operation="get_campaigns",machine="[^"]+"} %d+\n'))
    assert.equal("# EOF\n", metrics:sub(-6))
  end)

  it("ends with its start script", function()
    running:stop()
    assert.is_nil((socket.connect("127.0.0.1", port)))
  end)
end)
