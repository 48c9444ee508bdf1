-- SPDX-License-Identifier: MIT
-- The uv loop where it differs from the others: its callers are coroutines that anybody may resume, and the process
-- ends, or the editor quits, when it likes.

local klaviyo = require "klaviyo"
local collect = require "spec.support.collect"
local editor = require "spec.support.neovim"
local loops = require "spec.support.loops"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

local has_luv, luv = pcall(require, "luv")

if not has_luv then
  describe("the uv loop", function()
    pending "runs (luv is not installed)"
  end)
  return
end

describe("the uv loop", function()
  local sandbox, kl

  setup(function()
    sandbox, kl = support.start { loop = "uv" }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("says what to do outside a coroutine", function()
    for _, call in ipairs {
      function()
        return kl.campaigns:list()
      end,
      function()
        return kl:request { path = "/api/campaigns" }
      end,
      function()
        return klaviyo.all { loop = "uv", function() end }
      end,
    } do
      local nothing, err = call()
      assert.is_nil(nothing)
      assert.equal("place", err.kind)
      assert.matches("klaviyo%.run%(function%(%) .* function as last argument", tostring(err))
    end
    local ok, err = pcall(kl.campaigns:each())
    assert.is_false(ok)
    assert.equal("place", err.kind)
  end)

  it("is not put off by somebody else who resumes the caller", function()
    sandbox:fail { latency = "100ms" }
    local page
    local thread = coroutine.create(function()
      page = kl.campaigns:list()
    end)
    assert(coroutine.resume(thread))
    assert(coroutine.resume(thread))
    assert(coroutine.resume(thread))
    assert.is_nil(page)
    luv.run()
    assert.is_not_nil(page)
    assert.equal("dead", coroutine.status(thread))
  end)

  it("holds no coroutine that nobody resumes", function()
    local gone = setmetatable({}, { __mode = "v" })
    local function abandon()
      gone[1] = coroutine.create(function()
        klaviyo.all { loop = "uv", function()
          assert(kl.campaigns:list())
          coroutine.yield() -- for ever
        end }
      end)
      assert(coroutine.resume(gone[1]))
    end
    abandon()
    luv.run()
    collect()
    assert.is_nil(gone[1])
  end)

  it("does not mind a waiting coroutine that was closed", function()
    local close = rawget(coroutine, "close")
    if not close then
      return -- since Lua 5.4
    end
    local thread = coroutine.create(function()
      kl.campaigns:list()
    end)
    assert(coroutine.resume(thread))
    close(thread)
    luv.run()
    assert.equal(0, kl._dispatch.transport.core:pending())
  end)

  it("raises in the loop what a coroutine raises, once the others have been served", function()
    -- luv ends a program whose callback raises
    local script = ([[
      local klaviyo = require "klaviyo"
      local kl = klaviyo.client { base_url = %q, api_key = "pk_test", loop = "uv", limits = false }
      kl:run(function() assert(kl.campaigns:list()) error "a mistake" end)
      kl:run(function() assert(kl.campaigns:list()) print "served" end)
      kl:run(function() assert(kl.campaigns:list()) print "served" end)
      require("luv").run()
    ]]):format(sandbox.url)
    local program = os.getenv "KLAVIYO_LUA" or "lua5.4"
    local output, code = process.run(process.quote(program) .. " -e " .. process.quote(script))
    assert.matches("a mistake", output)
    assert.matches("stack traceback", output)
    assert.not_equal(0, code)
  end)

  it("raises what all coroutines raise, tables with their text", function()
    local script = ([[
      local klaviyo = require "klaviyo"
      local kl = klaviyo.client { base_url = %q, api_key = "pk_test", loop = "uv", limits = false }
      local waiters = {}
      local function raise(value)
        local waiter = kl.loop.waiter()
        waiters[#waiters + 1] = waiter
        kl:run(function() waiter:wait(5) error(value, 0) end)
      end
      raise "first"
      raise(require("klaviyo.model.error").new { kind = "x", message = "second" })
      raise { message = "third" }
      raise(nil)
      kl:run(function()
        kl.loop.sleep(0.001)
        for _, waiter in ipairs(waiters) do waiter:wake() end
      end)
      require("luv").run()
    ]]):format(sandbox.url)
    local output = process.run(process.quote(os.getenv "KLAVIYO_LUA" or "lua5.4") .. " -e " .. process.quote(script))
    for _, text in ipairs { "first", "second", "third", "nil\nstack traceback" } do
      assert.matches(text, output)
    end
  end)

  it("calls back from the loop, after the method has returned, also where nothing is sent", function()
    local order = {}
    kl.campaigns:create({}, function(campaign, err)
      order[#order + 1] = campaign == nil and err.kind
    end)
    klaviyo.all({ loop = "uv", function() return 1 end }, function(results)
      order[#order + 1] = results[1]
    end)
    kl:run(function() return "run" end, function(result)
      order[#order + 1] = result
    end)
    assert.same({}, order)
    luv.run()
    table.sort(order, function(a, b) return tostring(a) < tostring(b) end)
    assert.same({ 1, "run", "validation" }, order)
  end)

  it("calls back after the method has returned inside a coroutine too", function()
    local order = {}
    loops.run("uv", function()
      assert(kl.campaigns:list())
      kl.campaigns:create({}, function()
        order[#order + 1] = "called back"
      end)
      order[#order + 1] = "returned"
    end)
    luv.run()
    assert.same({ "returned", "called back" }, order)
  end)

  it("raises a mistake in the arguments at the line of the call, with a callback too", function()
    local ok, message = pcall(function()
      kl.campaigns:list(5, function() end)
    end)
    assert.is_false(ok)
    assert.matches("^spec/loop/uv_spec.lua:%d+: .*options are a table, got a number", message)
  end)

  it("says that a coroutine inside another one cannot wait, and does not end its iterator", function()
    for i = 1, 3 do
      loops.run("uv", function()
        assert(kl.campaigns:create(support.sale("Sale " .. i)))
      end)
    end
    local seen, raised = 0, nil
    kl:run(function()
      local names = coroutine.wrap(function()
        for campaign in kl.campaigns:each { page_size = 1 } do
          coroutine.yield(campaign.name)
        end
      end)
      raised = select(2, pcall(function()
        for _ in names do
          seen = seen + 1
        end
      end))
    end)
    luv.run()
    assert.equal(0, seen)
    assert.matches("called like an iterator.*klaviyo%.run", tostring(raised))
  end)

  it("says so where the iterator is called by its name", function()
    local name, err
    kl:run(function()
      assert(kl.campaigns:list())
      local next_name = coroutine.wrap(function()
        coroutine.yield(kl.campaigns:list())
      end)
      name, err = next_name()
    end)
    luv.run()
    assert.is_nil(name)
    assert.equal("place", err.kind)
  end)

  it("lets a coroutine begin others of the program's own, and wait in them", function()
    local order = {}
    kl:run(function()
      assert(kl.campaigns:list())
      coroutine.wrap(function()
        assert(kl.campaigns:list())
        order[#order + 1] = "wrap"
      end)()
      assert(coroutine.resume(coroutine.create(function()
        assert(kl.campaigns:list())
        order[#order + 1] = "resume"
      end)))
    end)
    luv.run()
    table.sort(order)
    assert.same({ "resume", "wrap" }, order)
  end)

  it("lets a coroutine begin another one with run, and wait in it", function()
    local order = {}
    kl:run(function()
      kl:run(function()
        local page = assert(kl.campaigns:list())
        order[#order + 1] = #page.data
      end)
      order[#order + 1] = "outer"
      assert(kl.campaigns:list())
    end)
    luv.run()
    table.sort(order, function(a) return a == 0 end)
    assert.same({ 0, "outer" }, order)
  end)

  it("refuses to load luv inside a coroutine, whose end would be that of all callbacks", function()
    local script = [[
      coroutine.wrap(function()
        print(pcall(require("klaviyo").client, { api_key = "pk_test", loop = "uv" }))
      end)()
      require "luv"
      coroutine.wrap(function()
        print(pcall(require("klaviyo").client, { api_key = "pk_test", loop = "uv" }))
      end)()
    ]]
    local program = os.getenv "KLAVIYO_LUA" or "lua5.4"
    local output = process.run(process.quote(program) .. " -e " .. process.quote(script))
    assert.matches('^false[^\n]*require "luv" at the beginning[^\n]*\ntrue', output)
  end)

  it("raises at once what a function raises before it waits", function()
    local ok, message = pcall(kl.run, kl, function()
      error("early", 0)
    end)
    assert.is_false(ok)
    assert.matches("early", message)
  end)

  it("lets the program end when nothing is pending", function()
    loops.run("uv", function()
      assert(kl.campaigns:list())
    end)
    assert.is_false(luv.run() and true or false)
    assert.equal(0, loops.handles "uv")
  end)

  it("has nothing printed of a connection that fails: luv prints errors of sockets that it watches #process", function()
    local program = [[
      local klaviyo = require "klaviyo"
      klaviyo.run(function()
        local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:%d", max_attempts = 2, loop = "uv" }
        print(select(2, kl.campaigns:list()))
      end, nil, { loop = "uv" })
      require("luv").run()]]
    local port = process.port()
    local output = process.run(("LUA_PATH=%s LUA_CPATH=%s %s -e %s"):format(process.quote(package.path),
      process.quote(package.cpath), os.getenv "KLAVIYO_LUA" or "lua5.4", process.quote(program:format(port))))
    assert.equal(("nothing accepts connections at http://127.0.0.1:%d\n"):format(port), output)
  end)

  it("gives the host its turn between those that it resumes at one time", function()
    local functions, last, most = { loop = "uv" }, nil, 0
    for i = 1, 32 do
      functions[i] = function()
        kl.loop.sleep(0.02)
        local over = os.clock() + 0.001
        while os.clock() < over do end
      end
    end
    local stop = loops.ticker("uv", function()
      local now = os.clock()
      most = math.max(most, last and now - last or 0)
      last = now
    end)
    loops.run("uv", function()
      assert(klaviyo.all(functions))
    end)
    stop()
    luv.run()
    assert.is_true(most < 0.010, most) -- in CPU, of 0.032
  end)

  it("tells a socket from the one that had its number before", function()
    -- Each answer ends its connection, so that the next one gets its descriptor back.
    sandbox:fail { status = 200, body = '{"data":[]}', headers = { Connection = "close" }, times = 200 }
    local functions = { loop = "uv", limit = 8 }
    for i = 1, 200 do
      functions[i] = function()
        return (kl:request { path = "/api/campaigns", timeout = 5 })
      end
    end
    local results, err
    loops.run("uv", function()
      results, err = klaviyo.all(functions)
    end)
    assert.is_nil(err)
    assert.equal(200, #results)
  end)
end)

if rawget(_G, "jit") and editor.available() then
  describe("the uv loop in Neovim #process", function()
    local sandbox

    setup(function()
      sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    end)

    teardown(function()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    -- What a script prints that Neovim runs, with a client `kl`; and how Neovim ended.
    local function neovim(script)
      return editor.run(('kl = klaviyo.client { base_url = %q, api_key = "pk_test", limits = false }\n'):format(
        sandbox.url) .. script)
    end

    it("is the default, and says what to do outside a coroutine", function()
      local output = neovim [[
        say(kl.loop.name, tostring(select(2, kl.campaigns:list())))
        vim.cmd "qall!"
      ]]
      assert.matches("uv Neovim would stand still while this call waits: .*klaviyo%.run", output)
    end)

    it("allows the whole API after a call, and in a callback", function()
      local output, code = neovim [[
        kl.campaigns:list(function(page)
          vim.api.nvim_buf_set_lines(0, 0, -1, false, { "campaigns: " .. #page.data })
          klaviyo.run(function()
            assert(kl.campaigns:list())
            vim.cmd "normal! yyp"
            say(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "|"))
            vim.cmd "qall!"
          end)
        end)
      ]]
      assert.equal("campaigns: 0|campaigns: 0\n", output)
      assert.equal(0, code)
    end)

    it("lets the editor work while a call waits", function()
      sandbox:fail { latency = "300ms" }
      local output = neovim [[
        local ticks = 0
        local timer = vim.loop.new_timer()
        timer:start(5, 5, function() ticks = ticks + 1 end)
        klaviyo.run(function()
          assert(kl.campaigns:list())
          say(ticks)
          vim.cmd "qall!"
        end)
      ]]
      assert.is_true(tonumber(output:match "%d+") >= 10, output) -- of 60, on a machine at rest
    end)

    it("shows what a function raises, and goes on", function()
      local output = neovim [[
        klaviyo.run(function()
          assert(kl.campaigns:list())
          error "a mistake"
        end)
        until_true("the message", function()
          return vim.api.nvim_exec("messages", true):find "a mistake" ~= nil
        end)
        kl.campaigns:list(function(page)
          say("still here", #page.data)
          vim.cmd "qall!"
        end)
      ]]
      assert.matches("a mistake", output)
      assert.matches("still here 0", output)
    end)

    it("calls back where the whole API is allowed, after the method has returned, from a luv timer too", function()
      local output = neovim [[
        local count, wrong = 0, {}
        local function expect(what)
          local returned = false
          return function()
            count = count + 1
            wrong[#wrong + 1] = vim.in_fast_event() and what .. " in a fast event" or nil
            wrong[#wrong + 1] = not returned and what .. " before the method returned" or nil
          end, function() returned = true end
        end
        local function each_way()
          local listed, a = expect "list"
          kl.campaigns:list(listed)
          a()
          local refused, b = expect "create"
          kl.campaigns:create({}, refused)
          b()
          local got, c = expect "a call in run"
          klaviyo.run(function() kl.campaigns:list() got() end)
          c()
          local asked, returned = expect "a token function"
          returned()
          local other = klaviyo.client { base_url = kl.options.base_url, limits = false,
            access_token = function() asked() return "token" end }
          other.campaigns:list(function() end)
        end
        each_way()
        for i = 1, 10 do
          local timer = vim.loop.new_timer()
          timer:start(i, 0, function()
            timer:close()
            each_way()
          end)
        end
        until_true("the calls", function() return count == 44 end)
        say(#wrong, table.concat(wrong, "; "))
        vim.cmd "qall!"
      ]]
      assert.matches("^0", output)
    end)

    it("shows what every coroutine raises, tables with their text, and what an observer raises", function()
      local output = neovim [[
        for _, value in ipairs { "first", { message = "second" }, require("klaviyo.model.error").new {
            kind = "x", message = "third" } } do
          kl:run(function() kl.loop.sleep(0.001) error(value, 0) end)
        end
        local other = klaviyo.client { base_url = kl.options.base_url, api_key = "pk_test", on_event = function()
          error "fourth"
        end }
        other.campaigns:list(function() end)
        local function shown(text)
          return vim.api.nvim_exec("messages", true):find(text, 1, true) ~= nil
        end
        until_true("the messages", function()
          return shown "first" and shown "second" and shown "third" and shown "on_event raised: " and shown "fourth"
        end)
        say("all", (tostring(other.event_error):match "fourth"))
        vim.cmd "qall!"
      ]]
      assert.matches("all fourth", output)
    end)

    it("lets the editor quit with requests in flight", function()
      sandbox:fail { latency = "30s", times = 3 }
      local began = require("socket").gettime()
      local output, code = neovim [[
        for _ = 1, 3 do
          kl.campaigns:list(function() say "answered" end)
        end
        vim.defer_fn(function() vim.cmd "qall!" end, 100)
      ]]
      assert.equal("", output)
      assert.equal(0, code)
      assert.is_true(require("socket").gettime() - began < 1.5)
    end)
  end)
end
