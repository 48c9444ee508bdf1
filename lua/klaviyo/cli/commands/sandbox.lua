-- SPDX-License-Identifier: MIT
--- klaviyo sandbox: runs a local sandbox in the foreground, or controls the background server that --sandbox uses.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local sandbox_server = require "klaviyo.cli.sandbox_server"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local pretty = require "klaviyo.cli.terminal.pretty"
local shop = require "klaviyo.cli.shop"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local sandbox = { summary = "Run a local sandbox, or control the one that --sandbox uses.", examples = {
  "sandbox --port 8080 --db campaigns.db",
  "sandbox seed shop",
  "sandbox advance 2h",
} }

local IDLE = 3600 -- seconds without a request after which the background server exits

local ACTIONS = { "run", "status", "stop", "advance", "rate", "set", "reset", "list", "seed" }
local KEEP = "keep" -- what the background server is started with; nobody types it

local one_of_actions = values.one_of("ACTION", ACTIONS)

local function read_action(word)
  if word == KEEP then
    return word
  end
  return one_of_actions(word)
end

values.words[read_action] = ACTIONS

function sandbox.define(command)
  command:argument("ACTION", table.concat({
    "run (the default): a server in the foreground;",
    "for the one that --sandbox uses: status, stop, reset (delete everything),",
    "advance TIME (2h, 30m, 1d), rate N (its clock runs N times as fast, 0 stops it), set TIME (an instant),",
    "list ID=COUNT (set the number of recipients of a list),",
    "seed shop (fill an empty sandbox with a shop: lists, templates, campaigns with results, an A/B test).",
  }, " ")):target "action":args "?":convert(read_action)
  command:argument("VALUE", "The value of the action."):target "value":args "?"
  command:option("--port", "run: port; 0: any free one.", "8080"):convert(values.whole("--port", 0, 65535))
    :argname "NUMBER"
  command:option("--host", "run: address to listen on; default: loopback."):argname "ADDRESS"
  command:option("--allow-host", "run: a host name that clients may use besides loopback names, for containers.")
    :argname "NAME":count "*"
  command:option("--db", "run: database file; default: in memory."):argname "FILE"
  command:option("--dialect", "run: auto (by revision) or openapi."):choices { "auto", "openapi" }
  command:option("--clock", "run: running, frozen, an instant to freeze at, or a factor."):argname "CLOCK"
  command:flag("--no-rate-limits", "run: without the service's rate limits.")
  command:flag("--strict-lists", "run: reject lists that were not declared.")
end

local function start(options)
  local found, module = pcall(require, "klaviyo.sandbox")
  if not found then
    failure.raise { message = "The sandbox is not installed.", hint = "luarocks install lua-klaviyo-sandbox" }
  end
  local fine, server, err = pcall(module.start, options)
  if not fine then
    failure.raise { code = "usage", message = tostring(server):gsub("^.-:%d+: ", "") }
  end
  return failure.check(server, err)
end

-- Serves until a signal comes, or until `each_minute` returns true.
local function serve(server, each_minute)
  local next_look = core.now() + 60
  while true do
    core.wait(0.25)
    interrupt.check()
    if each_minute and core.now() >= next_look then
      next_look = core.now() + 60
      if each_minute() then
        break
      end
    end
  end
  server:stop()
end

-- Serves; a signal is the regular end.
local function until_signal(server, each_minute)
  local ok, problem = pcall(serve, server, each_minute)
  if not ok and not interrupt.is(problem) then
    error(problem, 0)
  end
  server:stop()
end

local function run(ctx, args)
  local clock = args.clock and (tonumber(args.clock) or args.clock) or nil
  local server = start { port = args.port, host = args.host, allow_host = args.allow_host, db = args.db,
    dialect = args.dialect, clock = clock, rate_limits = not args.no_rate_limits,
    strict_lists = args.strict_lists or nil }
  ctx.term:line("listening on ", server.url)
  ctx.term:flush()
  until_signal(server)
end

-- The background server. While it runs, a file has its address and process id.
local function keep(ctx)
  local server = start { port = 0, db = sandbox_server.path "campaigns.db" }
  local path = sandbox_server.path "server.json"
  local content = pretty.json { url = server.url, pid = tonumber(os.getenv "KLAVIYO_SANDBOX_PID") }
  failure.check(files.write(path, content .. "\n"))
  ctx.term:line("listening on ", server.url)
  ctx.term:flush()
  local idle = 0
  until_signal(server, function()
    idle = #server:requests() > 0 and 0 or idle + 60
    server:clear_requests()
    return idle >= IDLE
  end)
  os.remove(path)
end

local function running(ctx)
  local server = sandbox_server.running()
  if not server then
    ctx.term:note("No sandbox is running; --sandbox starts one.")
  end
  return server
end

local function report(ctx, server)
  if ctx.args.json then
    return ctx:json { url = server.url, pid = server.pid, now = server.now, rate = server.rate,
      db = sandbox_server.path "campaigns.db" }
  end
  ctx.term:line(ctx.term:style("good", "listening on"), " ", server.url)
  ctx.term:line("clock: ", server.now, server.rate == 1 and "" or (", %g times as fast"):format(server.rate))
  ctx.term:line("database: ", sandbox_server.path "campaigns.db")
end

local ACTION = {}

function ACTION.status(ctx)
  local server = running(ctx)
  if not server then
    return failure.codes.not_found
  end
  report(ctx, server)
end

function ACTION.stop(ctx)
  local server = running(ctx)
  if server and not sandbox_server.stop(server) then
    failure.raise { message = ("The sandbox (process %d) did not end."):format(server.pid) }
  end
end

-- Makes a control request to the sandbox, starting it if needed, and reports its new state.
local function control(ctx, endpoint, body)
  local server = sandbox_server.start(ctx.argv)
  failure.check(sandbox_server.control(server.url, "POST", endpoint, body, function(event)
    ctx.log:observe(event)
  end))
  ctx:did(("The sandbox did it: %s."):format(ctx.args.action))
  report(ctx, failure.check(sandbox_server.running(), "the sandbox has exited"))
end

local function need(args, what)
  if not args.value then
    failure.raise { code = "usage", message = ("sandbox %s takes %s"):format(args.action, what) }
  end
  return args.value
end

function ACTION.advance(ctx, args)
  control(ctx, "clock", { advance = need(args, "a time, such as 2h, 30m or 1d") })
end

function ACTION.set(ctx, args)
  control(ctx, "clock", { set = need(args, "an instant, such as 2026-12-01T14:00:00Z") })
end

function ACTION.rate(ctx, args)
  local factor = tonumber(need(args, "a factor"))
  if not factor then
    failure.raise { code = "usage", message = "sandbox rate takes a number" }
  end
  control(ctx, "clock", { rate = factor })
end

function ACTION.reset(ctx)
  control(ctx, "reset", {})
end

function ACTION.list(ctx, args)
  local id, size = need(args, "ID=COUNT"):match "^(.-)=(%d+)$"
  if not id then
    failure.raise { code = "usage", message = "sandbox list takes ID=COUNT, such as NEWSLETTER=5000" }
  end
  control(ctx, "lists", { id = id, size = tonumber(size) })
end

-- Whether the sandbox has campaigns or lists of somebody's, among which a shop would be lost.
local function is_empty(server)
  local campaigns = failure.check(sandbox_server.control(server.url, "GET", "campaigns"))
  return #campaigns.campaigns == 0 and #failure.check(sandbox_server.control(server.url, "GET", "lists")) == 0
end

function ACTION.seed(ctx, args)
  if need(args, "what to fill it with: shop") ~= "shop" then
    failure.raise { code = "usage", message = ("sandbox seed takes shop, found %s"):format(args.value) }
  end
  local server = sandbox_server.start(ctx.argv)
  if not is_empty(server) then
    failure.raise { code = "refused", message = "The sandbox is not empty.",
      hint = "klaviyo sandbox reset deletes everything in it" }
  end
  ctx.progress:begin "Filling the sandbox"
  local now = failure.check(time.parse(failure.check(sandbox_server.running(), "the sandbox has exited").now))
  local counts = shop.seed(server.url, sandbox_server.KEY, math.floor(now), function(endpoint, body)
    failure.check(sandbox_server.control(server.url, "POST", endpoint, body))
  end, function(done)
    ctx.progress:set(done)
  end)
  ctx.progress:finish()
  ctx:did "The sandbox was filled with a shop."
  if ctx.args.json then
    return ctx:json(counts)
  end
  ctx.term:line(("A shop with %s, %s, %s and %s."):format(text.count(counts.campaigns, "campaign"),
    text.count(counts.lists, "list"), text.count(counts.segments, "segment"), text.count(counts.templates, "template")))
  ctx.term:line(ctx.term:style("hint", "Look at it: klaviyo --sandbox list, klaviyo --sandbox report"))
end

function sandbox.run(ctx, args)
  local action = args.action or "run"
  if action == "run" then
    return run(ctx, args)
  elseif action == KEEP then
    return keep(ctx)
  end
  return ACTION[action](ctx, args)
end

return sandbox
