-- SPDX-License-Identifier: MIT
-- Puts the figures with a target into doc/performance.md, from the results of a whole `make bench`:
--
--   lua5.4 bench/document.lua build/bench/results.json doc/performance.md

package.path = "bench/?.lua;" .. package.path

local json = require "cjson"
local verdicts = require "verdicts"

local BEGIN, END = "<!-- figures of make bench -->\n", "<!-- end of the figures -->\n"
local WHOLE = { "workloads", "memory", "pause", "events", "requests", "sandbox" }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local results = json.decode(read(assert(arg[1], "usage: document.lua RESULTS.json DOCUMENT.md")))
for _, part in ipairs(WHOLE) do
  assert(results[part], part .. " was not measured: run make bench without --only")
end
assert(results.settings.scale == 1, "these are results of a part: run make bench without --scale")

local path = assert(arg[2], "usage: document.lua RESULTS.json DOCUMENT.md")
local text = read(path)
local _, first = text:find(BEGIN, 1, true)
local last = assert(text:find(END, first, true), path .. " has no place for the figures")
local machine = results.machine
local head = ("Measured on %s: %s, %d cores, %s; medians of %d rounds.\n\n"):format(machine.date, machine.cpu,
  machine.cores, machine.kernel, results.settings.rounds)

local file = assert(io.open(path, "wb"))
file:write(text:sub(1, first), head, verdicts.markdown(results.verdicts), "\n", text:sub(last))
file:close()
