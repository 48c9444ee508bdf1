-- SPDX-License-Identifier: MIT
--- A whole session whose memory runs out, at the first allocation, the second, ... up to the last: of the engine, of
--- libcurl and of Lua, each by itself, once in passing and once for the rest of the session. Each ends with success or
--- an error; never with a crash, a hang, a leak, or a library that is of no use afterwards.
---
---   LD_PRELOAD=starve.so lua spec/torture/memory.lua [--short] [LIBRARY]
---
--- Each session runs in a fork of this process, with the allocator of spec/c/starve.c; the sandbox stays here.

local klaviyo = require "klaviyo"
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

local box = assert(require("klaviyo.sandbox").start { port = 0 })

-- What a session holds, so that it can be ended from outside.
local clients = {}

local function client(options)
  options.base_url, options.limits, options.on_event = box.url, { scale = 0.0001 }, function() end
  local kl = klaviyo.client(options)
  clients[#clients + 1] = kl
  return kl
end

local WHEN = os.date("!%Y-%m-%d", os.time() + 86400) .. "T14:00:00Z"

-- Returns true, or nil and the first error.
local function session(tag)
  local kl = client { api_key = "pk_starve" }
  local sale = klaviyo.campaign(tag):timezone "America/New_York"
  sale:audience("VIP", { included = { "LIST_1" } }):email { name = "Blast", subject = "Now" }
  local campaign, err = kl.campaigns:create(sale)
  if not campaign then
    return nil, err
  end
  local page
  page, err = kl.campaigns:list { filter = klaviyo.filter.contains("name", tag), page_size = 5 }
  if not page then
    return nil, err
  end
  local count = 0
  for one in kl.campaigns:each { page_size = 1, limit = 2 } do
    count = count + #one.name
  end
  local message = campaign.audiences[1].messages[1]
  local scheduled
  scheduled, err = message:schedule { at = WHEN, strategy = "static" }
  if not scheduled then
    return nil, err
  end
  local missing, refused = kl.campaigns:get "00000000000000000000000000"
  assert(not missing and #tostring(refused) > 0)
  local token = client { access_token = function()
    return "token"
  end }
  local answers
  answers, err = token:gather { { path = "/api/campaigns" }, { path = "/api/campaign-messages", raw = true } }
  kl:close()
  token:close()
  return answers and true, err
end

local function end_session()
  for _, kl in pairs(clients) do
    kl:close()
  end
  clients = {}
  collectgarbage()
  collectgarbage()
end

local function is_of_memory(message)
  local text = tostring(message)
  return text:find("memory", 1, true) ~= nil or klaviyo.error.is(message)
end

local probe = wire.client(box)
local function effects(tag)
  local answer = assert(probe:get("/api/campaigns?filter=contains(name,%22" .. tag .. "%22)"))
  return #answer.json.data
end

-- How a child ends. 1 is no failure: there were fewer allocations than that.
local ENDS = { [0] = "fine", "over", "the engine leaks", "libcurl leaks", "done twice", "raised something else",
  "of no use afterwards", "told wrong" }

local function note(...)
  io.stderr:write(table.concat({ ... }, " "), "\n")
end

---@param libraries table<string, integer>
local function child(libraries, library, n, times)
  return function()
    local tag = ("T%s%dx%dX"):format(library, n, times)
    starve.begin(libraries[library], n, times)
    local ran, good, err = pcall(session, tag)
    if starve.relent() < n then
      return 1
    end
    end_session()
    if not ran and not is_of_memory(good) then
      note(tag, "raised", tostring(good))
      return 5
    end
    local done = effects(tag)
    if done > 1 then
      return 4
    elseif ran and good and done ~= 1 or ran and not good and err.outcome == "none" and done > 1 then
      return 7
    end
    local again, fine, why = pcall(session, tag .. "again")
    end_session()
    if not (again and fine) then
      note(tag, "afterwards:", tostring(fine), tostring(why), "; before:", tostring(good), tostring(err))
      return 6
    end
    for i, name in ipairs { "engine", "libcurl" } do
      local left = starve.live(libraries[name])
      if left > 0 then
        note(tag, ("%d blocks"):format(left), tostring(good), tostring(err))
        return i + 1
      end
    end
    return 0
  end
end

assert(session "Twarm")
end_session()
local libraries = {
  engine = starve.library("klaviyo/core.so", true), libcurl = starve.library("libcurl", true),
  lua = starve.library "",
}

local passed, failed = 0, 0
local function sweep(library, times, step)
  local n, cases, bad = 1, 0, {}
  while true do
    local code = starve.run(child(libraries, library, n, times), 20)
    if code == 1 then
      break
    elseif code ~= 0 then
      bad[#bad + 1] = ("%d: %s"):format(n, code < 0 and "signal " .. -code or ENDS[code] or code)
    end
    cases, n = cases + 1, n + step
    if cases % 200 == 0 then
      box:reset()
    end
  end
  passed, failed = passed + cases - #bad, failed + #bad
  print(("%-8s out of memory %s: %d sessions, %d bad"):format(library, times < 10 and "in passing" or "for good   ",
    cases, #bad))
  for i = 1, math.min(#bad, 20) do
    print("  " .. bad[i])
  end
  io.flush()
end

-- Lua collects once and asks again before it gives up: two must fail.
for _, row in ipairs { { "engine", 1, 1 }, { "engine", 1000000000, 1 }, { "libcurl", 1, 3 }, { "lua", 2, 23 },
  { "lua", 1000000000, 41 } } do
  if not only or row[1] == only then
    sweep(row[1], row[2], short and row[3] * 5 or row[3])
  end
end
box:stop()
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
