-- SPDX-License-Identifier: MIT
--- A whole session whose memory runs out, at the first allocation, the second, ... up to the last: of the engine, of
--- libcurl and of Lua, each by itself, once in passing and once for the rest of the session. Each ends with success or
--- an error; never with a crash, a hang, a leak, a key in memory that was given back, or a library that is of no use
--- afterwards.
---
---   LD_PRELOAD=starve.so lua spec/torture/memory.lua [--short] [LIBRARY]
---
--- Each session runs in a fork of this process, with the allocator of spec/c/starve.c; the sandbox stays here. It
--- speaks plain HTTP: what TLS allocates is OpenSSL's, and reaches us as an error of libcurl's like any other.

local klaviyo = require "klaviyo"
local session = require "spec.torture.session"
local starve = require "starve"
local wire = require "spec.support.wire"

local short, only = false, nil
for _, argument in ipairs(arg) do
  if argument == "--short" then
    short = true
  else
    only = argument
  end
end

local jit = rawget(_G, "jit")
if jit then
  jit.off() -- a compiled trace keeps alive what it saw last
end

local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
local probe = wire.client(sandbox)
session.attempt_timeout, session.reconcile = 0.5, 0.5
starve.secret(session.secret)

local function effects(tag)
  local answer = assert(probe:get("/api/campaigns?filter=contains(name,%22" .. tag .. "%22)"))
  return #answer.json.data
end

-- What a session said, against what there is. nil: it is right.
local function verdict(tag, ran, good, err, made)
  local done = effects(tag)
  if not ran then
    local text = tostring(good) -- luaL_checkstack calls every failed allocation a stack overflow
    local of_memory = text:find "of memory" or text:find "enough memory" or text:find "stack overflow"
      or klaviyo.error.is(good)
    return not of_memory and "raised" or done > 1 and "done twice" or nil
  elseif done > 1 then
    return "done twice"
  elseif made and done == 0 then
    return "lost"
  elseif made == false and err.outcome == "none" and done ~= 0 then
    return "it says that nothing happened"
  end
end

-- How a child ends.
local FINE, OVER, BAD = 0, 1, 2

local libraries = {}

-- A session that is starved, and one afterwards that is not.
local function child(library, n, times)
  local tag = ("T%s%dx%dX"):format(library, n, times)
  starve.begin(libraries[library], n, times)
  local ran, good, err, made = pcall(session.run, sandbox.url, tag)
  if starve.relent() < n then
    return OVER -- there were fewer allocations
  end
  session.finish()
  local wrong = verdict(tag, ran, good, err, made)
  local again, fine, why = pcall(session.run, sandbox.url, tag .. "again")
  session.finish()
  if not (again and fine) then
    wrong = wrong or ("of no use afterwards: %s %s"):format(tostring(fine), tostring(why))
  end
  for _, name in ipairs { "engine", "libcurl" } do
    local left = starve.live(libraries[name])
    wrong = wrong or left > 0 and ("%s leaks %d blocks"):format(name, left)
  end
  -- libcurl frees its own copies as they are
  local spilled = starve.spilled(libraries.engine)
  wrong = wrong or spilled > 0 and ("the key was in %d blocks that the engine freed"):format(spilled)
  if wrong then
    print(("  %s, %d: %s (it said %s, %s)"):format(library, n, wrong, tostring(good), tostring(err)))
  end
  io.flush()
  return wrong and BAD or FINE
end

-- The same for each, so that the n-th allocation is the same. What is in a buffer would be written by child and parent.
local function prepare()
  io.flush()
  sandbox:reset()
  for _ = 1, 2 do
    wire.create(probe)
  end
end

local passed, failed = 0, 0

local function sweep(library, times, step)
  local n, cases, bad = 1, 0, 0
  while true do
    prepare()
    local code = starve.run(function()
      return child(library, n, times)
    end, 20)
    if code == OVER then
      break
    elseif code ~= FINE then
      bad = bad + 1
      if code ~= BAD then
        print(("  %s, %d: ended by %s %d"):format(library, n, code < 0 and "signal" or "code", math.abs(code)))
      end
    end
    cases, n = cases + 1, n + step
  end
  passed, failed = passed + cases - bad, failed + bad
  print(("%-8s out of memory %s  %5d sessions, %d bad"):format(library, times < 10 and "in passing" or "for good  ",
    cases, bad))
end

prepare()
assert(session.run(sandbox.url, "Twarm"))
for name, path in pairs { engine = "klaviyo/core.so", libcurl = "libcurl", lua = "" } do
  libraries[name] = starve.library(path, path ~= "")
end

-- Lua collects once and asks again before it gives up: two must fail.
local FOR_GOOD = 1000000000
for _, row in ipairs { { "engine", 1, 1, 5 }, { "engine", FOR_GOOD, 1, 5 }, { "libcurl", 1, 1, 15 },
  { "lua", 2, 1, 31 }, { "lua", FOR_GOOD, 1, 31 } } do
  if not only or row[1] == only then
    sweep(row[1], row[2], short and row[4] or row[3])
  end
end
sandbox:stop()
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
