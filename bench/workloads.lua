-- SPDX-License-Identifier: MIT
-- What is measured, and the figures to reach.

---@class bench.target
---@field who? "ours"|"ours_jit"            default ours: lua-klaviyo on Lua 5.4
---@field of "cpu"|"wall"
---@field to "bare"|"lua54"|"luajit"|"lua"  bare libcurl; the best peer on Lua 5.4, on LuaJIT, in Lua
---@field most number                       the largest ratio that meets it

---@class bench.workload
---@field id string
---@field title string
---@field units integer        what the cost is divided by
---@field unit string
---@field server string        arguments of bench/server
---@field client string        arguments of the peers
---@field floor number?        seconds that nobody can beat
---@field repeats integer?    runs of a round, where one is too short; default 1
---@field targets bench.target[]

---@param scale number  1: the full counts
---@return bench.workload[]
return function(scale)
  local function count(full)
    return math.max(1, math.floor(full * scale + 0.5))
  end
  local pages, gets, held, creates = count(1000), count(5000), count(2000), count(500)
  local packed = count(200) -- the server compresses each of them before it listens
  return {
    { id = "W1", title = "walk pages of 100 campaigns (141 KB), reading id and name", units = pages, unit = "page",
      server = "--pages " .. pages, client = "walk names",
      targets = { { of = "cpu", to = "bare", most = 3 }, { of = "cpu", to = "lua54", most = 0.15 } } },
    { id = "W1b", title = "the same, reading every field", units = pages, unit = "page",
      server = "--pages " .. pages, client = "walk fields",
      targets = { { of = "cpu", to = "lua54", most = 0.6 } } },
    { id = "W1c", title = "walk pages of 20 campaigns with their trees included (157 KB)", units = pages,
      unit = "page", server = "--tree --objects 20 --pages " .. pages, client = "walk trees", targets = {} },
    { id = "W1z", title = "W1 with compressed answers, for those who ask for them", units = packed, unit = "page",
      server = "--gzip --pages " .. packed, client = "walk names", targets = {} },
    { id = "W2", title = "GET by id, one after the other", units = gets, unit = "request",
      server = "", client = "get " .. gets,
      targets = { { of = "cpu", to = "bare", most = 1.25 }, { who = "ours_jit", of = "cpu", to = "bare", most = 1.15 },
        { who = "ours_jit", of = "cpu", to = "luajit", most = 0.95 }, { of = "cpu", to = "lua54", most = 0.65 } } },
    { id = "W3", title = "GET by id at 20 ms latency, 32 in flight", units = held, unit = "request",
      server = "--latency 20", client = ("together %d 32"):format(held), floor = math.ceil(held / 32) * 0.020,
      targets = { { of = "wall", to = "bare", most = 1.02 }, { of = "cpu", to = "lua", most = 0.8 } } },
    { id = "W4", title = "create a campaign of 2 audiences and 4 messages with accents and emoji, and read it back",
      units = creates, unit = "campaign", server = "", client = "create " .. creates,
      targets = { { of = "cpu", to = "lua54", most = 0.8 },
        { who = "ours_jit", of = "cpu", to = "luajit", most = 1 } } },
    { id = "W5", title = "a fresh process and its first request", units = 1, unit = "process",
      server = "", client = "first", repeats = 5, targets = { { of = "cpu", to = "bare", most = 1.5 } } },
  }
end
