-- SPDX-License-Identifier: MIT
--- The connection to a real redis-server, in every loop.

local connection = require "klaviyo.fleet.connection"
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local collect = require "spec.support.collect"
local loops = require "spec.support.loops"
local module = require "klaviyo.redis"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local socket = require "socket"

local server

setup(function()
  server = redis.start()
end)

teardown(function()
  server:stop()
end)

local function loop_of(name)
  return require("klaviyo.loop").find(name)
end

-- Runs a command, and returns the kind and the text of its reply.
local function run(link, ...)
  local ticket = link:ticket()
  while not link:ready() do
    local pause = link:ticket { due = true }
    local user = { busy = function() return true end, due = function() end, changed = function() pause:finish() end }
    table.insert(link.users, user)
    link:await(pause)
    for i, other in ipairs(link.users) do
      if other == user then
        table.remove(link.users, i)
      end
    end
  end
  assert.is_true(link:command(function(kind, text)
    ticket.kind, ticket.text = kind, text
    ticket:finish()
  end, ...))
  link:await(ticket)
  return ticket.kind, ticket.text
end

-- Drives a connection until a condition holds.
local function drive(link, condition)
  local give_up = core.now() + 10
  while not condition() do
    assert.is_true(core.now() < give_up, "the condition did not come true in 10 s")
    core.wait(0.01, link.conn)
    link.conn:collect()
  end
end

-- How many connections show that somebody is there.
local function present(where, channel)
  return where:call("EVAL", "return redis.call('PUBSUB', 'NUMSUB', ARGV[1])[2]", "0", channel)
end

local function state_is(link, wanted)
  return function()
    return link.conn:state() == wanted
  end
end

for _, name in ipairs(loops.names()) do
  describe(("a connection, in the %s loop,"):format(tostring(name)), function()
    it("runs commands, and brings their replies as text", function()
      loops.run(name, function()
        local link = assert(connection.open(server.url, loop_of(name)))
        assert.same({ "text", "OK" }, { run(link, "SET", "a", "1\0\r\n2") })
        assert.same({ "text", "1\0\r\n2" }, { run(link, "GET", "a") })
        assert.same({ "text", "0" }, { run(link, "LLEN", "list") })
        assert.same({ "nil" }, { run(link, "GET", "absent") })
        local kind, text = run(link, "INCR", "a")
        assert.equal("error", kind)
        assert.truthy(text:find "not an integer")
        assert.equal("error", (run(link, "KEYS", "*")))
        link:release()
        assert.equal(0, loops.handles(name))
      end)
    end)

    it("shows in Redis that its process is there, as long as it is", function()
      loops.run(name, function()
        for _, host in ipairs { "127.0.0.1", "localhost" } do
          local link = assert(connection.open(("redis://%s:%d"):format(host, server.port), loop_of(name)))
          link.conn:appear "here"
          assert.same({ "text", "PONG" }, { run(link, "PING") })
          assert.equal(":1", present(server, "here"))
          link:release()
          assert.equal(0, loops.handles(name))
          process.wait_for("its end", function()
            return present(server, "here") == ":0"
          end)
        end
      end)
    end)

    it("resolves a name beside the loop", function()
      loops.run(name, function()
        local link = assert(connection.open(("redis://localhost:%d/2"):format(server.port), loop_of(name)))
        assert.same({ "text", "PONG" }, { run(link, "PING") })
        link:release()
      end)
    end)
  end)
end

describe("connections that fail at the same moment", function()
  it("are all noticed, though the first takes the loop's time", function()
    if not pcall(require, "luv") then
      return pending "needs luv"
    end
    local free, began = process.port(), core.now()
    loops.run("uv", function()
      local functions = { all = true, loop = "uv" }
      for i = 1, 10 do
        functions[i] = function()
          local link = assert(connection.open(("redis://127.0.0.1:%d/%d"):format(free, i), loop_of "uv"))
          local ticket = link:ticket()
          local user = { busy = function() return true end, due = function() end }
          function user.changed(_, state)
            local now = core.now()
            while state == "waiting" and core.now() < now + 0.02 do end -- others are to wait for the next turn
            local _ = state == "waiting" and ticket:finish()
          end
          table.insert(link.users, user)
          link:ready()
          link:await(ticket)
          link:release()
        end
      end
      klaviyo.all(functions)
    end)
    loops.rest "uv"
    assert.is_true(core.now() - began < 3, core.now() - began) -- a connection may take five seconds
  end)
end)

describe("a connection", function()
  local blocking = require "klaviyo.loop.blocking"

  it("goes over a unix socket", function()
    local other = redis.start { unix = true }
    local link = assert(connection.open(other.url .. "?db=1", blocking))
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    link:release()
    other:stop()
  end)

  it("logs in with a user, and names no credential when that fails", function()
    local other = redis.start { "--user someone on '>s3cret' '~*' '+@all'", "--requirepass general" }
    local place = "127.0.0.1:" .. other.port
    local link = assert(connection.open("redis://someone:s3cret@" .. place, blocking))
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    link:release()
    link = assert(connection.open("redis://:general@" .. place, blocking))
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    link:release()
    for url, word in pairs { ["redis://someone:wr0ng@" .. place] = "WRONGPASS", ["redis://" .. place] = "NOAUTH" } do
      link = assert(connection.open(url, blocking))
      link:ready()
      drive(link, state_is(link, "waiting"))
      local _, why = link.conn:state()
      assert.equal(("Redis refused the login (%s)"):format(word), why)
      assert.equal("klaviyo.redis", tostring(link.conn))
      link:release()
    end
    other:stop()
  end)

  it("is made again after a loss, and tells whose command got no reply", function()
    local other = redis.start()
    local link = assert(connection.open(other.url, blocking))
    run(link, "PING")
    local reported
    link:command(function(kind)
      reported = kind
    end, "BLPOP", "nothing", "0")
    core.wait(0.01, link.conn)
    other:down()
    drive(link, function() return reported end)
    assert.equal("lost", reported)
    assert.is_false(link:command(error, "PING"))
    other:up()
    drive(link, state_is(link, "ready"))
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    link:release()
    other:stop()
  end)

  it("does without a sign of its presence where its user may not subscribe", function()
    local other = redis.start { "--user someone on '>s3cret' '~*' '+@all' -subscribe" }
    local link = assert(connection.open("redis://someone:s3cret@127.0.0.1:" .. other.port, blocking))
    link.conn:appear "here"
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    assert.equal(":0", present(other, "here"))
    link:release()
    other:stop()
  end)

  it("is made again when the sign of its presence is lost: others may take the process for gone", function()
    local link = assert(connection.open(server.url, blocking))
    link.conn:appear "here"
    run(link, "PING")
    assert.equal(":1", server:call("CLIENT", "KILL", "TYPE", "pubsub"))
    drive(link, state_is(link, "waiting"))
    drive(link, state_is(link, "ready"))
    assert.equal(":1", present(server, "here"))
    assert.same({ "text", "PONG" }, { run(link, "PING") })
    link:release()
  end)

  it("takes what came while the process was paused, however late it looks", function()
    local link = assert(connection.open(server.url, blocking))
    run(link, "PING")
    local kind
    link:command(function(of)
      kind = of
    end, "PING")
    core.wait(0, link.conn)
    socket.select(nil, nil, 2.2) -- longer than a reply may take; nothing drives the connection
    core.wait(0, link.conn)
    link.conn:collect()
    assert.equal("text", kind)
    link:release()
  end)

  it("gives up a server that takes a command and does not answer", function()
    local link = assert(connection.open(server.url, blocking))
    run(link, "PING")
    local reported
    link:command(function(kind)
      reported = kind
    end, "BLPOP", "nothing", "0")
    drive(link, function() return reported end)
    local _, why = link.conn:state()
    assert.equal("Redis does not answer", why)
    link:release()
  end)

  -- What a server says to a login, and to a command after it, and why the connection is given up then.
  local nonsense = {
    ["another protocol"] = { "HTTP/1.1 400 Bad Request\r\n\r\n", nil, "no connection to Redis: Protocol error" },
    ["a status that is a string"] = { "$4\r\nPONG\r\n", nil, "answers as no Redis does" },
    ["nothing for a status"] = { "$-1\r\n", nil, "answers as no Redis does" },
    ["an array of two thousand million"] = { "*2000000000\r\n", nil, "a large array" },
    ["arrays in arrays"] = { ("*2\r\n"):rep(5), nil, "a large array" },
    ["one reply too many"] = { "+PONG\r\n+PONG\r\n", nil, "that nobody had asked for" },
    ["one number too many"] = { "+PONG\r\n:1\r\n", nil, "that nobody had asked for" },
    ["one array too many"] = { "+PONG\r\n*1\r\n:1\r\n", nil, "that nobody had asked for" },
    ["one error too many, with a secret"] = { "+PONG\r\n-s3cret\r\n", nil, "that nobody had asked for" },
    ["two errors"] = { "-WRONGPASS s3cret\r\n-s3cret\r\n", nil, "Redis refused the login (WRONGPASS)" },
    ["a reply without an end"] = { "+PONG\r\n", "$500000000\r\n" .. ("x"):rep(1500000), "too long" },
    ["a length that is no number"] = { "+PONG\r\n", "$x\r\n", "the connection to Redis broke: " },
  }

  for name, case in pairs(nonsense) do
    it("is given up where a server answers with " .. name, function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local _, port = listener:getsockname()
      local link = assert(connection.open("redis://127.0.0.1:" .. port, blocking))
      link:ready()
      core.wait(0.01, link.conn)
      local peer = listener:accept()
      peer:send(case[1])
      if case[2] then
        drive(link, state_is(link, "ready"))
        local lost
        assert.is_true(link:command(function(kind) lost = kind end, "GET", "x"))
        peer:settimeout(0)
        local sent = 0
        drive(link, function()
          local _, _, partly = peer:send(case[2], sent + 1)
          sent = partly or #case[2]
          return lost
        end)
        assert.equal("lost", lost)
      end
      drive(link, state_is(link, "waiting"))
      local _, why = link.conn:state()
      assert.truthy(why:find(case[3], 1, true), why)
      assert.falsy(why:find("s3cret", 1, true), why)
      peer:close()
      listener:close()
      link:release()
    end)
  end

  for name, answer in pairs {
    ["nothing in it"] = "*0\r\n", ["a number in it"] = "*1\r\n:1\r\n", ["a status"] = "+OK\r\n",
    ["nothing"] = "$-1\r\n",
    ["no strings"] = "*3\r\n$-1\r\n$-1\r\n$-1\r\n", ["arrays"] = "*3\r\n*0\r\n*0\r\n*0\r\n",
    ["a message"] = "*3\r\n$7\r\nmessage\r\n$4\r\nhere\r\n$1\r\nx\r\n",
    ["its end"] = "*3\r\n$11\r\nunsubscribe\r\n$4\r\nhere\r\n:0\r\n",
    ["a text for its number"] = "*3\r\n$9\r\nsubscribe\r\n$4\r\nhere\r\n$1\r\nx\r\n",
  } do
    it("goes on without its presence where a server answers to its subscription with " .. name, function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local _, port = listener:getsockname()
      local link = assert(connection.open("redis://127.0.0.1:" .. port, blocking))
      link.conn:appear "here"
      link:ready()
      core.wait(0.01, link.conn)
      local peer, text = listener:accept(), nil
      peer:send "+PONG\r\n"
      listener:settimeout(0)
      local presence
      local began = core.now()
      drive(link, function()
        presence = presence or listener:accept()
        return presence
      end)
      presence:send(answer)
      drive(link, state_is(link, "ready"))
      assert.is_true(core.now() - began < 4)
      link:command(function(_, of) text = of end, "GET", "x")
      core.wait(0.01, link.conn)
      peer:send "$1\r\ny\r\n"
      drive(link, function() return text end)
      assert.equal("y", text)
      link:release()
      presence:close()
      peer:close()
      listener:close()
    end)
  end

  it("names no user nor password, though an error of Redis does", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local _, port = listener:getsockname()
    local link = assert(connection.open("redis://someone:s3cret@127.0.0.1:" .. port, blocking))
    link:ready()
    core.wait(0.01, link.conn)
    local peer, text = listener:accept(), nil
    peer:send "+OK\r\n+PONG\r\n"
    drive(link, state_is(link, "ready"))
    link:command(function(_, of) text = of end, "GET", "x")
    core.wait(0.01, link.conn)
    peer:send "-NOPERM User someone has no permissions (s3cret, or someone2)\r\n"
    drive(link, function() return text end)
    assert.equal("NOPERM User ******* has no permissions (******, or someone2)", text)
    peer:close()
    listener:close()
    link:release()
  end)

  it("reads a reply that comes byte by byte", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local _, port = listener:getsockname()
    local link = assert(connection.open("redis://127.0.0.1:" .. port, blocking))
    link:ready()
    core.wait(0.01, link.conn)
    local peer, text = listener:accept(), nil
    peer:setoption("tcp-nodelay", true)
    peer:send "+PONG\r\n"
    drive(link, state_is(link, "ready"))
    link:command(function(_, of) text = of end, "GET", "x")
    for byte in ("$5\r\na\r\nbc\r\n"):gmatch "." do
      peer:send(byte)
      core.wait(0.01, link.conn)
      link.conn:collect()
    end
    assert.equal("a\r\nbc", text)
    peer:close()
    listener:close()
    link:release()
  end)

  it("is made again, more and more slowly, where Redis takes logins and is a replica", function()
    local other = redis.start()
    local link = assert(connection.open(other.url, blocking))
    run(link, "PING")
    other:call("REPLICAOF", "127.0.0.1", "1")
    local times = {}
    for i = 1, 4 do
      drive(link, state_is(link, "ready"))
      assert.is_true(link:command(function() end, "SET", "a", "1"))
      drive(link, state_is(link, "waiting"))
      times[i] = link.conn:deadline()
      local _, why = link.conn:state()
      assert.equal("Redis is a replica", why)
    end
    assert.is_true(times[4] > 2 * times[1], table.concat(times, " "))
    other:call("REPLICAOF", "NO", "ONE")
    drive(link, state_is(link, "ready"))
    assert.same({ "text", "OK" }, { run(link, "SET", "a", "1") })
    link:release()
    other:stop()
  end)

  it("tries all addresses of a name before it is lost", function()
    local directory = process.directory()
    process.write(directory .. "/hosts", "127.0.0.1 twice\n127.0.0.2 twice\n") -- in the order of getaddrinfo
    process.write(directory .. "/program.lua", [[
      local core, redis, socket = require "klaviyo.core", require "klaviyo.redis", require "socket"
      local listener = assert(socket.bind("127.0.0.2", 0))
      listener:settimeout(0)
      local conn, states = redis.new { host = "twice", port = tonumber((select(2, listener:getsockname()))) }, {}
      local peer
      conn:connect()
      repeat
        core.wait(0.05, conn)
        states[conn:state()] = true
        if not peer then
          peer = listener:accept()
          local _ = peer and peer:send "+PONG\r\n"
        end
      until states.waiting or states.ready
      print(states.waiting and select(2, conn:state()) or "ready")]])
    local output, code = process.run(([[unshare $([ $(id -u) = 0 ] || echo --map-root-user) --mount sh -c '
      mount --bind %s/hosts /etc/hosts && exec %s %s/program.lua']]):format(directory,
      os.getenv "KLAVIYO_LUA" or "lua5.4", directory))
    process.remove(directory)
    if code ~= 0 then
      return pending("needs unshare with a mount namespace: " .. output)
    end
    assert.equal("ready\n", output)
  end)

  it("says why a name cannot be resolved or a port refuses", function()
    local free = process.port()
    for url, problem in pairs { ["redis://no-such-host.invalid"] = "the name of Redis could not be resolved",
      ["redis://127.0.0.1:" .. free] = "no connection to Redis: Connection refused" } do
      local link = assert(connection.open(url, blocking))
      link:ready()
      drive(link, state_is(link, "waiting"))
      local _, why = link.conn:state()
      assert.equal(problem, why:sub(1, #problem))
      link:release()
    end
  end)

  it("is shared by those who name the same place, and closed by the last", function()
    local one, two = assert(connection.open(server.url, blocking)), assert(connection.open(server.url, blocking))
    assert.equal(one, two)
    one:release()
    assert.same({ "text", "PONG" }, { run(two, "PING") })
    two:release()
    assert.equal("closed", (one.conn:state()))
    assert.has_error(function() one.conn:connect() end, "redis is closed")
    assert.equal("klaviyo.redis (closed)", tostring(one.conn))
  end)

  it("stays in memory with its module while its name is looked up, though the Lua state is closed", function()
    if not pcall(require, "luv") or not io.open "/proc/self/maps" then
      return pending "needs luv and /proc"
    end
    local output, code = process.run(([[%s -e '
      local thread = require("luv").new_thread(function(cpath)
        package.cpath = cpath
        require("klaviyo.redis").new({ host = "localhost", port = 1 }):connect()
      end, package.cpath)
      thread:join() -- its state is closed then
      print(io.open("/proc/self/maps"):read("*a"):find("klaviyo/redis.so", 1, true) and "loaded" or "gone")
      os.exit(0) -- luv of Debian 13 does not survive the end of a state that had threads']]):format(
      process.quote(os.getenv "KLAVIYO_LUA" or "lua5.4")))
    assert.equal(0, code, output)
    assert.equal("loaded\n", output)
  end)

  it("can be collected at any moment", function()
    for _ = 1, 20 do
      local conn = module.new { host = "localhost", port = server.port }
      conn:connect()
      core.wait(0, conn)
    end
    collect()
  end)

  if not module.tls() then
    it("with TLS is refused with a sentence, since this hiredis has none", function()
      local link, message = connection.open("rediss://user:s3cret@127.0.0.1:" .. server.port, blocking)
      assert.is_nil(link)
      assert.truthy(message:find("has no TLS", 1, true))
      assert.falsy(message:find("s3cret", 1, true))
    end)
    return
  end

  describe("with TLS", function()
    local directory, port = process.directory(), nil

    setup(function()
      local output, code = process.run("set -e; cd " .. directory .. [[

        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca -days 2 -subj /CN=ca
        openssl req -newkey rsa:2048 -nodes -keyout key -out request -subj /CN=redis
        certify() { # name, for whom, how long
          echo "subjectAltName=$2" >extensions
          openssl x509 -req -in request -CA ca -CAkey ca.key -CAcreateserial -extfile extensions -out $1 $3
        }
        certify good DNS:localhost,IP:127.0.0.1 '-days 2'
        certify other DNS:redis.example '-days 2'
        certify expired DNS:localhost '-not_before 20200101000000Z -not_after 20200102000000Z'
        openssl req -x509 -key key -out selfmade -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost]])
      assert.equal(0, code, output)
    end)

    teardown(function()
      process.remove(directory)
    end)

    local function start(certificate, more)
      port = process.port()
      local files = ("--tls-key-file %s/key --tls-cert-file %s/%s --tls-ca-cert-file %s/ca"):format(directory,
        directory, certificate, directory)
      return redis.start { files, ("--tls-port %d --tls-auth-clients no --bind 127.0.0.1 127.0.0.2"):format(port),
        "--user someone on '>s3cret' +@all", more or "" }
    end

    local function logins(other)
      return tonumber(other:call("INFO", "commandstats"):match "cmdstat_auth:calls=(%d+)" or 0)
    end

    local function open(host, ca_file, at)
      return assert(connection.open(("rediss://someone:s3cret@%s:%d"):format(host, at or port), blocking, ca_file))
    end

    it("goes to a server whose certificate is of that host and of an authority that is trusted", function()
      local other = start "good"
      for _, host in ipairs { "localhost", "127.0.0.1" } do
        local link = open(host, directory .. "/ca")
        assert.same({ "text", "PONG" }, { run(link, "PING") })
        local untrusting = open(host)
        assert.not_equal(link, untrusting) -- the same place, and not the same authorities
        untrusting:release()
        link:release()
      end
      assert.equal(2, logins(other))
      other:stop()
    end)

    local REFUSED = "no connection to Redis: its certificate is refused (%s)"
    for name, case in pairs {
      ["a certificate that has expired"] = { "expired", "localhost", REFUSED:format "certificate has expired" },
      ["a certificate of another host"] = { "other", "localhost", REFUSED:format "hostname mismatch" },
      ["a certificate of another address"] = { "good", "127.0.0.2", REFUSED:format "IP address mismatch" },
      ["a certificate that it made itself"] = { "selfmade", "localhost", REFUSED:format "self-signed certificate" },
      ["an authority that the system does not trust"] = { "good", "localhost",
        REFUSED:format "self-signed certificate in certificate chain", ca_file = false },
      ["an old TLS"] = { "good", "localhost", "no connection to Redis: TLS failed (tlsv1 alert protocol version)",
        more = "--tls-protocols TLSv1.1" },
      ["no TLS"] = { "good", "localhost", "no connection to Redis: TLS failed (wrong version number)", plain = true },
      ["what a file of certificates should show that is not there"] = { "good", "localhost",
        "no connection to Redis: the file of certificates cannot be read", ca_file = "/nowhere" },
    } do
      it("refuses a server with " .. name .. ", says so, and sends it no password", function()
        local other = start(case[1], case.more)
        local link = open(case[2], case.ca_file == nil and directory .. "/ca" or case.ca_file or nil,
          case.plain and other.port)
        for _ = 1, 3 do -- hiredis may see it as it begins, or later
          link:ready()
          drive(link, state_is(link, "waiting"))
          local _, why = link.conn:state()
          assert.equal(case[3], why)
          link.conn:connect()
        end
        link:release()
        assert.equal(0, logins(other))
        other:stop()
      end)
    end
  end)
end)

describe("redis.machine", function()
  it("has no sign by which the scripts separate names", function()
    assert.matches("^[%w.-_]+/%d+$", module.machine())
    local output, code = process.run(([[unshare $([ $(id -u) = 0 ] || echo --map-root-user) --uts sh -c '
      echo "we,ird/na me!:x" >/proc/sys/kernel/hostname &&
      exec %s -e "print((require [=[klaviyo.redis]=].machine()))"']]):format(os.getenv "KLAVIYO_LUA" or "lua5.4"))
    if code ~= 0 then
      return pending("needs unshare with a namespace for names: " .. output)
    end
    assert.matches("^we_ird_na_me__x/%d+\n$", output)
  end)
end)

describe("redis.hash", function()
  it("is SHA-256", function()
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", module.hash "")
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", module.hash "abc")
    assert.equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", module.hash(("a"):rep(1000000)))
    assert.equal("9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318", module.hash(("a"):rep(55)))
    assert.equal("b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a", module.hash(("a"):rep(56)))
  end)
end)
