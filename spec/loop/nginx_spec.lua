-- SPDX-License-Identifier: MIT
-- The nginx loop in a real nginx: its phases, that nothing blocks a worker, and that nothing stays behind.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local socket = require "socket"

if not rawget(_G, "jit") then
  return -- nginx's workers are LuaJIT, and load the modules that were built for it
elseif not nginx.available() then
  describe("the nginx loop #process", function()
    pending "runs (nginx with its Lua module is not installed)"
  end)
  return
end

-- Every server here has these: the state of its worker's client, and a call that takes its time.
local COMMON = [[
  location /state {
    content_by_lua_block {
      collectgarbage()
      ngx.print(kl._dispatch.transport.core:pending())
    }
  }
  location /list {
    content_by_lua_block {
      local page, err = kl.campaigns:list()
      ngx.print(page and #page.data or tostring(err))
    }
  }
  location /quick { content_by_lua_block { ngx.print "quick" } }
]]

local INIT = [[
  init_by_lua_block {
    klaviyo = require "klaviyo"
    events = {}
    function client(options)
      options = options or {}
      options.base_url, options.api_key = "%s", "pk_test"
      if options.limits == nil then options.limits = false end
      return klaviyo.client(options)
    end
    kl = client()
    %s
  }
]]

describe("the nginx loop #process", function()
  local sandbox, server

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  end)

  teardown(function()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  after_each(function()
    if server then
      local log = server:log()
      server:stop()
      server = nil
      assert.is_nil(log:find "%[error%]" or log:find "%[alert%]" or log:find "%[emerg%]", log)
    end
  end)

  local function start(locations, options)
    options = options or {}
    server = nginx.start {
      http = INIT:format(sandbox.url, options.init or "") .. (options.http or ""),
      server = COMMON .. (locations or ""), workers = options.workers, main = options.main,
    }
    return server
  end

  local function files(pid)
    local output = process.run(("ls /proc/%d/fd | wc -l; ls /proc/%d/task | wc -l"):format(pid, pid))
    local descriptors, threads = output:match "(%d+)%s+(%d+)"
    return tonumber(descriptors), tonumber(threads)
  end

  it("serves rewrite, access, content and timers", function()
    start [[
      location /phases {
        rewrite_by_lua_block { ngx.ctx.rewrite = #assert(kl.campaigns:list()).data }
        access_by_lua_block { ngx.ctx.access = #assert(kl.campaigns:list()).data }
        content_by_lua_block {
          local semaphore, timed = require("ngx.semaphore").new(), nil
          ngx.timer.at(0, function()
            timed = #assert(kl.campaigns:list()).data
            semaphore:post(1)
          end)
          semaphore:wait(5)
          ngx.print(ngx.ctx.rewrite, ngx.ctx.access, #assert(kl.campaigns:list()).data, timed)
        }
      }
    ]]
    assert.equal("0000", (server:get "/phases"))
  end)

  it("says what to do in a phase that cannot wait", function()
    start([[
      location /filters {
        content_by_lua_block { ngx.print "x" }
        header_filter_by_lua_block { sentences.header_filter = why(kl.campaigns:list()) }
        body_filter_by_lua_block { sentences.body_filter = why(kl.campaigns:list()) }
        log_by_lua_block { sentences.log = why(kl.campaigns:list()) }
      }
      location /sentences {
        content_by_lua_block {
          for _, phase in ipairs { "init", "init_worker", "header_filter", "body_filter", "log" } do
            ngx.say(phase, ": ", sentences[phase])
          end
          ngx.say("all: ", tostring(sentences.all))
          ngx.say("create: ", tostring(sentences.create))
        }
      }
    ]], { init = [[
      sentences = {}
      function why(value, err) return value == nil and err.kind .. ": " .. tostring(err) or "it waited" end
      sentences.init = why(kl.campaigns:list())
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "Now" }
      sentences.create = why(kl.campaigns:create(sale))
    ]], http = [[
      init_worker_by_lua_block {
        sentences.init_worker = why(kl.campaigns:list())
        sentences.all = why(klaviyo.all { function() end })
      }
    ]] })
    server:get "/filters"
    local text = server:get "/sentences"
    assert.matches("init: place: [^\n]*init_worker_by_lua inside klaviyo%.run", text)
    for _, phase in ipairs { "init_worker", "header_filter", "body_filter", "log" } do
      assert.matches("\n" .. phase .. ": place: [^\n]*nginx's " .. phase .. " phase[^\n]*klaviyo%.run", text)
    end
    assert.matches("\nall: place: [^\n]*init_worker", text)
    assert.matches("\ncreate: place: [^\n]*init_worker_by_lua inside klaviyo%.run", text)
  end)

  it("runs what klaviyo.run is given in a phase that cannot wait", function()
    start([[
      location /count { content_by_lua_block { ngx.print(tostring(count)) } }
    ]], { http = [[
      init_worker_by_lua_block {
        klaviyo.run(function() return #assert(kl.campaigns:list()).data end, function(n) count = n end)
      }
    ]] })
    process.wait_for("the timer's call", function()
      return server:get "/count" == "0"
    end)
  end)

  it("does not block its worker while it waits", function()
    start()
    sandbox:fail { latency = "600ms", path = "/api/campaigns" }
    local slow, began = server:begin "/list", socket.gettime()
    for _ = 1, 5 do
      assert.equal("quick", (server:get "/quick"))
    end
    assert.is_true(socket.gettime() - began < 0.4)
    assert.equal("0", (server:read(slow)))
    assert.is_true(socket.gettime() - began >= 0.6)
  end)

  it("costs next to no CPU while it waits", function()
    start()
    local pid = server:workers()[1]
    assert.equal("0", (server:get "/list"))
    local function ticks()
      local user, system = process.read("/proc/" .. pid .. "/stat"):match("%) " .. ("%S+ "):rep(11) .. "(%d+) (%d+)")
      return tonumber(user) + tonumber(system)
    end
    local before = ticks()
    sandbox:fail { latency = "2s", path = "/api/campaigns" }
    assert.equal("0", (server:get "/list"))
    assert.is_true(ticks() - before <= 2) -- of 200: 1 %
  end)

  -- The connections to the sandbox that there are, or were within the last minute.
  local function connections_seen()
    local port, seen = ("%04X"):format(tonumber(sandbox.url:match "%d+$")), {}
    for line in process.read("/proc/net/tcp"):gmatch "[^\n]+" do
      local from, to = line:match "^%s*%d+: (%x+:%x+) %x+:(%x+) "
      if to == port then
        seen[from] = true
      end
    end
    return seen
  end

  it("has many in flight over few connections", function()
    start [[
      location /many {
        content_by_lua_block {
          many = many or client { concurrency = 8 }
          local requests, most = {}, 0
          for i = 1, 500 do
            requests[i] = function()
              local status = assert(many:request { path = "/api/campaigns" })
              most = math.max(most, many._dispatch.transport.core:pending())
              return status
            end
          end
          requests.limit = 500
          local _, _, count = klaviyo.all(requests)
          ngx.print(count, " ", most > 400)
        }
      }
    ]]
    local before, count = connections_seen(), 0
    for _ = 1, 2 do
      assert.equal("500 true", (server:get "/many"))
    end
    for from in pairs(connections_seen()) do
      count = count + (before[from] and 0 or 1)
    end
    assert.is_true(count >= 2 and count <= 8, count .. " connections")
  end)

  it("leaves no thread, file or descriptor once nothing is pending", function()
    start()
    local pid = server:workers()[1]
    local function use()
      assert.equal("0", (server:get "/list"))
      process.wait_for("the end of the thread", function()
        local _, threads = files(pid)
        return threads == 1
      end)
      return (files(pid))
    end
    local descriptors = use() -- the connection to the sandbox is kept
    assert.equal(descriptors, use())
    assert.equal(descriptors, use())
    assert.equal("", (process.run "ls -d /tmp/klaviyo-?????? 2>/dev/null"))
  end)

  it("holds no connection for each client that is made for a request and never closed", function()
    start [[
      location = /own {
        content_by_lua_block {
          collectgarbage "stop" -- the collector might come in time, or not
          assert(client().campaigns:list())
          ngx.print "ok"
        }
      }
    ]]
    local pid = server:workers()[1]
    local function use(times)
      for _ = 1, times do
        assert.equal("ok", (server:get "/own"))
      end
      process.wait_for("the end of the threads", function()
        local _, threads = files(pid)
        return threads == 1
      end)
      return (files(pid))
    end
    local descriptors = use(20) -- as many as may keep connections, and more
    assert.is_true(use(60) <= descriptors + 2)
    assert.is_true(descriptors < 100, ("%d descriptors"):format(descriptors))
  end)

  it("cancels what a client that goes away has asked for", function()
    start([[
      location /abort {
        lua_check_client_abort on;
        content_by_lua_block { kl.campaigns:list() }
      }
    ]])
    sandbox:fail { latency = "30s", path = "/api/campaigns" }
    local connection = server:begin "/abort"
    process.wait_for("the request", function()
      return server:get "/state" == "1"
    end)
    connection:close()
    process.wait_for("the end of the request", function()
      return server:get "/state" == "0"
    end)
    local pid = server:workers()[1]
    process.wait_for("the end of the thread", function()
      local _, threads = files(pid)
      return threads == 1
    end)
  end)

  describe("when a light thread is killed that creates a campaign", function()
    local LOCATIONS = [[
      location /create {
        lua_check_client_abort on;
        content_by_lua_block { ngx.print(create()) }
      }
      location /kill {
        content_by_lua_block {
          local thread, waits = ngx.thread.spawn(create), ngx.thread.spawn(create)
          while not go do ngx.sleep(0.001) end
          ngx.thread.kill(thread)
          local began = now()
          local first = create()
          local _, second = ngx.thread.wait(waits)
          ngx.print(first, " ", second, " ", now() - began < 5 and "soon" or "late")
        }
      }
      location /kill_names {
        content_by_lua_block {
          local function look_up()
            local audiences = { { included = { klaviyo.list "Newsletter" } } }
            local model, err = kl.campaigns:resolve { name = "Sale", audiences = audiences }
            return model and model.audiences[1].included[1] or tostring(err)
          end
          local thread, waits = ngx.thread.spawn(look_up), ngx.thread.spawn(look_up)
          while not go do ngx.sleep(0.001) end
          ngx.thread.kill(thread)
          local began = now()
          local first = look_up()
          local _, second = ngx.thread.wait(waits)
          ngx.print(first, " ", second, " ", now() - began < 5 and "soon" or "late")
        }
      }
      location /go { content_by_lua_block { go = true } }
    ]]
    local TOOLS = [[
      function now()
        ngx.update_time()
        return ngx.now()
      end
      function create()
        local sale = klaviyo.campaign "Sale"
        sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "Now" }
        local campaign, err = kl.campaigns:create(sale)
        return campaign and "made" or tostring(err)
      end
    ]]

    before_each(function()
      start(LOCATIONS, { init = TOOLS })
      sandbox:fail { latency = "60s", method = "POST" }
    end)

    local function until_seen()
      process.wait_for("the POST", function()
        return #sandbox:faults() == 0
      end)
    end

    it("frees the name for those that come, and for those that wait for it", function()
      local connection = server:begin "/kill"
      until_seen()
      server:get "/go"
      assert.equal("made made soon", (server:read(connection)))
    end)

    it("lets others look up the names that one was looking up", function()
      sandbox:reset()
      sandbox:list { id = "L1", name = "Newsletter" }
      sandbox:fail { latency = "60s", path = "/api/lists" }
      local connection = server:begin "/kill_names"
      until_seen()
      server:get "/go"
      assert.equal("L1 L1 soon", (server:read(connection)))
    end)

    it("frees the name when its client went away", function()
      local connection = server:begin "/create"
      until_seen()
      connection:close()
      process.wait_for("the end of the request", function()
        return server:get "/state" == "0"
      end)
      local began = socket.gettime()
      assert.equal("made", (server:get "/create"))
      assert.is_true(socket.gettime() - began < 5)
    end)
  end)

  it("finishes what is in flight when nginx is reloaded", function()
    start()
    local old = server:workers()[1]
    sandbox:fail { latency = "1s", path = "/api/campaigns" }
    local slow = server:begin "/list"
    process.wait_for("the request", function()
      return server:get "/state" == "1"
    end)
    server:signal "HUP"
    process.wait_for("a new worker", function()
      return #server:workers() == 2
    end)
    assert.equal("0", (server:read(slow)))
    process.wait_for("the end of the old worker", function()
      local workers = server:workers()
      return #workers == 1 and workers[1] ~= old
    end)
    assert.equal("0", (server:get "/list"))
  end)

  it("ends a wait for a status when the worker has to quit, and nothing else", function()
    start [[
      location /wait {
        content_by_lua_block {
          local sale = klaviyo.campaign "Sale"
          sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "Now" }
          local message = assert(kl.campaigns:create(sale)).messages[1]
          local function begun() waits = (waits or 0) + 1 end
          local function wait()
            local done, err = message:wait { until_status = "SENT", interval = 60, on_change = begun }
            return done and "done" or err.kind .. ": " .. tostring(err)
          end
          ngx.timer.at(0, function() ngx.log(ngx.WARN, "in a timer ", wait()) end)
          ngx.print(wait())
        }
      }
      location /waits { content_by_lua_block { ngx.print(tostring(waits)) } }
    ]]
    local connection = server:begin "/wait"
    process.wait_for("the wait", function()
      return server:get "/waits" == "2"
    end)
    local began = socket.gettime()
    server:signal "HUP"
    assert.matches("^cancelled: .* still DRAFT, and the process that waits is about to quit$",
      (server:read(connection)))
    process.wait_for("the end of the timer", function()
      return server:log():find "in a timer cancelled: .* still DRAFT, and the process that waits is about to quit"
    end)
    assert.is_true(socket.gettime() - began < 10)
  end)

  it("lets a request that names the blocking loop block, and not fail", function()
    start [[
      location /blocking {
        content_by_lua_block {
          local other = client { loop = "blocking" }
          local function list() return #assert(other.campaigns:list()).data end
          local function nap() ngx.sleep(0.01) return list() end
          ngx.print(list(), #assert(klaviyo.all { loop = "blocking", list, nap, list }))
        }
      }
    ]]
    sandbox:fail { latency = "20ms", times = 0 }
    local connections = {}
    for i = 1, 4 do
      connections[i] = server:begin "/blocking"
    end
    for _, connection in ipairs(connections) do
      assert.equal("03", (server:read(connection)))
    end
  end)

  it("ends with nginx, requests in flight or not", function()
    start()
    sandbox:fail { latency = "30s", path = "/api/campaigns" }
    server:begin "/list"
    process.wait_for("the request", function()
      return server:get "/state" == "1"
    end)
    local pid = server:pid()
    os.execute("kill -TERM " .. pid)
    process.wait_for("the end of nginx", function()
      return process.run("kill -0 " .. pid) ~= ""
    end, 3)
    assert.is_nil(server:log():find "exited on signal")
    assert.equal("", (process.run "ls -d /tmp/klaviyo-?????? 2>/dev/null"))
  end)

  it("waits in coroutines of a light thread's own", function()
    start [[
      location /names {
        content_by_lua_block {
          for i = 1, 3 do
            local sale = klaviyo.campaign("Sale " .. i)
            sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "Now" }
            assert(kl.campaigns:create(sale))
          end
          local names = coroutine.wrap(function()
            for campaign in kl.campaigns:each { page_size = 1, sort = "name" } do coroutine.yield(campaign.name) end
          end)
          for name in names do ngx.print(name, ";") end
        }
      }
    ]]
    assert.equal("Sale 1;Sale 2;Sale 3;", (server:get "/names"))
  end)

  it("serves each worker with the client that was made before the fork", function()
    start([[
      location /pid { content_by_lua_block { ngx.print(ngx.worker.pid(), " ", #assert(kl.campaigns:list()).data) } }
    ]], { workers = 2 })
    local seen, count = {}, 0
    process.wait_for("an answer of each worker", function()
      local connections = {}
      for i = 1, 8 do
        connections[i] = server:begin "/pid"
      end
      for _, connection in ipairs(connections) do
        local pid, data = server:read(connection):match "^(%d+) (%d+)$"
        assert.equal("0", data)
        count = count + (seen[pid] and 0 or 1)
        seen[pid] = true
      end
      return count == 2
    end)
  end)

  it("serves who waits when another light thread closes the client", function()
    start [[
      location /close {
        content_by_lua_block {
          local other = client()
          local results = assert(klaviyo.all { all = true, function()
            return other.campaigns:list()
          end, function()
            ngx.sleep(0.05)
            other:close()
          end })
          ngx.print(results[1][2].kind)
        }
      }
    ]]
    sandbox:fail { latency = "10s", path = "/api/campaigns" }
    assert.equal("cancelled", (server:get "/close"))
  end)

  it("refuses to wait inside an observer, which is called from its pump", function()
    start [[
      location /observer {
        content_by_lua_block {
          local said
          local other
          other = client { on_event = function() said = said or select(2, other.campaigns:list()) end }
          assert(other.campaigns:list())
          ngx.print(tostring(said))
        }
      }
    ]]
    assert.matches("on_event is called from nginx's event loop", (server:get "/observer"))
  end)

  it("writes into the error log what an observer raises and what ends a function of run, with its text", function()
    start [[
      location /raise {
        content_by_lua_block {
          local function raise() error({ message = "first" }) end
          assert(client { on_event = raise }.campaigns:list())
          ngx.print "listed"
        }
        log_by_lua_block {
          klaviyo.run(function() error({ message = "second" }) end)
        }
      }
    ]]
    assert.equal("listed", (server:get "/raise"))
    process.wait_for("the log", function()
      local log = server:log()
      return log:find("klaviyo.client: on_event raised: first", 1, true) and log:find "%[error%][^\n]*second"
    end)
    local _, count = server:log():gsub("on_event raised", "")
    server:stop() -- these errors were asked for
    server = nil
    assert.equal(1, count)
  end)

  it("goes on where nginx has no timer left", function()
    start([[
      location /busy {
        content_by_lua_block {
          ngx.timer.at(0, function() ngx.sleep(1.5) end)
          ngx.sleep(0.01)
          local page, err = kl.campaigns:list()
          ngx.print(page and #page.data or tostring(err))
        }
      }
    ]], { http = "lua_max_running_timers 1;" })
    assert.equal("0", (server:get "/busy"))
    assert.matches("lua_max_running_timers are not enough", server:log())
    server:stop() -- this alert was asked for
    server = nil
  end)

  it("raises in run where no timer may wait, with nginx's setting", function()
    start([[
      location /full {
        content_by_lua_block { ngx.print "ok" }
        log_by_lua_block {
          local kept = package.loaded
          repeat until not ngx.timer.at(60, function() end)
          kept.raised, kept.said = pcall(klaviyo.run, function() kept.ran = true end)
        }
      }
      location /said {
        content_by_lua_block {
          local kept = package.loaded
          ngx.print(tostring(kept.raised), " ", tostring(kept.ran), " ", tostring(kept.said))
        }
      }
    ]], { http = "lua_max_pending_timers 2;" })
    assert.equal("ok", (server:get "/full"))
    local said
    process.wait_for("the end of the request", function()
      said = server:get "/said"
      return not said:find("nil nil nil", 1, true)
    end)
    assert.matches("^false nil run: nginx has no timer for it %(.*lua_max_pending_timers%)", said)
  end)

  describe("with klaviyo.oauth", function()
    local LOCATIONS = [[
      location /oauth/token {
        content_by_lua_block {
          renewals = renewals + 1
          while slow do ngx.sleep(0.001) end
          ngx.header["Content-Type"] = "application/json"
          ngx.print('{"access_token":"access-' .. renewals .. '","expires_in":0}')
        }
      }
      location /many {
        content_by_lua_block {
          local other, functions = signed_in(), {}
          local began = now()
          for i = 1, 200 do
            functions[i] = function() return assert(other.campaigns:list()) end
          end
          assert(klaviyo.all(functions))
          ngx.print(renewals <= 2 + (now() - began) and "few" or renewals)
        }
      }
      location /killed {
        content_by_lua_block {
          local other = signed_in()
          slow = true
          local function list() return other.campaigns:list() end
          local thread, waits = ngx.thread.spawn(list), ngx.thread.spawn(list)
          while renewals == 0 do ngx.sleep(0.001) end
          ngx.thread.kill(thread)
          slow = false
          local began = now()
          local _, page = ngx.thread.wait(waits)
          ngx.print(page and "page" or "none", " ", list() and "page" or "none", " ", now() - began < 5 and "soon")
        }
      }
    ]]
    local TOOLS = [[
      renewals = 0
      function now()
        ngx.update_time()
        return ngx.now()
      end
      function signed_in()
        return klaviyo.client { base_url = kl.options.base_url, limits = false, access_token = klaviyo.oauth {
          client_id = "app", client_secret = "s3cr3t", refresh_token = "refresh-0",
          token_url = "http://127.0.0.1:" .. ngx.var.server_port .. "/oauth/token" } }
      end
    ]]

    it("renews once for all light threads, however short a token lives", function()
      start(LOCATIONS, { init = TOOLS })
      assert.equal("few", (server:get "/many"))
    end)

    it("does not wait for the renewal of a light thread that was killed", function()
      start(LOCATIONS, { init = TOOLS })
      assert.equal("page page soon", (server:get "/killed"))
    end)
  end)

  describe("with limits.shdict", function()
    local LOCATIONS = [[
      location /burst {
        content_by_lua_block {
          local functions = {}
          for i = 1, tonumber(ngx.var.arg_n) do
            functions[i] = function() return assert(shared.campaigns:list()) end
          end
          assert(klaviyo.all(functions))
          ngx.print "done"
        }
      }
      location /late {
        content_by_lua_block {
          local page, err = shared.campaigns:list { timeout = 0.5 }
          ngx.print(page and "page" or err.kind .. ": " .. tostring(err))
        }
      }
    ]]

    local function start_shared(limits)
      start(LOCATIONS, { workers = 2, http = "lua_shared_dict budgets 1m;",
        init = ('shared = client { limits = { shdict = "budgets", %s } }'):format(limits) })
    end

    it("spends one budget in all workers, and never too much of it", function()
      sandbox:stop()
      sandbox = assert(require("klaviyo.sandbox").start { port = 0, rate_limits = true, rate_scale = 2 })
      start_shared "scale = 0.5"
      local began, connections = socket.gettime(), {}
      for i = 1, 10 do
        connections[i] = server:begin "/burst?n=4"
      end
      for _, connection in ipairs(connections) do
        assert.equal("done", (server:read(connection)))
      end
      local elapsed, refused = socket.gettime() - began, 0
      for _, request in ipairs(sandbox:requests()) do
        refused = refused + (request.status == 429 and 1 or 0)
      end
      assert.equal(0, refused)
      assert.is_true(elapsed >= 1.5 and elapsed < 4, elapsed) -- 40 calls, 10 in half a second
    end)

    it("loses none of it with a worker that is killed, and gives none of it away twice", function()
      sandbox:stop()
      sandbox = assert(require("klaviyo.sandbox").start { port = 0, rate_limits = true, rate_scale = 2 })
      start_shared "scale = 0.5"
      local connections = {}
      for i = 1, 6 do
        connections[i] = server:begin "/burst?n=8"
      end
      process.wait_for("the first calls", function()
        return #sandbox:requests() >= 10
      end)
      os.execute("kill -9 " .. server:workers()[1])
      for _, connection in ipairs(connections) do
        server:read(connection) -- "done", or cut off
      end
      assert.equal("done", (server:get "/burst?n=8"))
      for _, request in ipairs(sandbox:requests()) do
        assert.not_equal(429, request.status)
      end
      assert.matches("exited on signal 9", server:log())
      server:stop() -- this alert was asked for
      server = nil
    end)

    it("ends a call whose turn comes after its deadline, and keeps its place for others", function()
      start_shared "get_campaigns = { 1, 2 }"
      assert.equal("page", (server:get "/late"))
      local began = socket.gettime()
      assert.matches("timeout: the account's rate limit", (server:get "/late"))
      assert.is_true(socket.gettime() - began < 0.3)
      socket.sleep(1.3)
      assert.equal("page", (server:get "/late"))
    end)

    -- Kills so many calls while they wait for their turn, and makes one more.
    local KILL = [[
      location /kill {
        content_by_lua_block {
          local threads, began = {}, ngx.now()
          local function call() return shared.campaigns:list() end
          for i = 1, tonumber(ngx.var.arg_n) do threads[i] = ngx.thread.spawn(call) end
          while answered < 10 do ngx.sleep(0.001) end
          for _, thread in ipairs(threads) do ngx.thread.kill(thread) end
          local page, err = shared.campaigns:list { timeout = 5 }
          ngx.print(page and "page" or tostring(err))
        }
      }
      location /close {
        content_by_lua_block {
          local other, threads = client { limits = { shdict = "budgets" }, on_event = count }, {}
          local function call() return (select(2, other.campaigns:list()) or {}).kind end
          for i = 1, 110 do threads[i] = ngx.thread.spawn(call) end
          while answered < 10 do ngx.sleep(0.001) end
          other:close()
          local kind
          for i = 1, 110 do kind = select(2, ngx.thread.wait(threads[i])) end
          local page, err = shared.campaigns:list { timeout = 5 }
          ngx.print(kind, " ", page and "page" or tostring(err))
        }
      }
    ]]
    local COUNT = [[
      answered = 0
      function count(event) answered = answered + (event.type == "response" and 1 or 0) end
      shared = client { limits = { shdict = "budgets" }, on_event = count }
    ]]

    for _, count in ipairs { 110, 300 } do
      it(("gives the slots of %d killed calls to those that come"):format(count), function()
        start(KILL, { http = "lua_shared_dict budgets 1m;", init = COUNT })
        assert.equal("page", (server:get("/kill?n=" .. count)))
      end)
    end

    it("gives the slots of cancelled calls to those that come", function()
      start(KILL, { http = "lua_shared_dict budgets 1m;", init = COUNT })
      assert.equal("cancelled page", (server:get "/close"))
    end)

    it("says which dictionary is missing", function()
      start([[
        location /missing {
          content_by_lua_block {
            ngx.print(select(2, pcall(client, { limits = { shdict = "budgets" } })))
          }
        }
      ]])
      assert.matches('lua_shared_dict budgets 1m;', (server:get "/missing"))
    end)
  end)
end)
