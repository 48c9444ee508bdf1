-- SPDX-License-Identifier: MIT
-- Puts the results of `make bench` into doc/performance.md, between its comments `<!-- bench: NAME -->` and
-- `<!-- end -->`, and draws the charts in doc/images:
--
--   lua5.4 bench/document.lua build/bench/results.json doc/performance.md

package.path = "bench/?.lua;" .. package.path

local curve = require "curve"
local json = require "cjson"
local verdicts = require "verdicts"

local USAGE = "usage: document.lua RESULTS.json DOCUMENT.md"
local WHOLE = { "workloads", "memory", "size", "pause", "requests", "growth", "sandbox" }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function count(number)
  return (("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

-- Tables by the name of their place.
local SECTIONS = {}

function SECTIONS.figures(results)
  local machine = results.machine
  return ("Measured on %s: %s, %d cores, %s; medians of %d rounds.\n\n%s"):format(machine.date, machine.cpu,
    machine.cores, machine.kernel, results.settings.rounds, verdicts.markdown(results.verdicts))
end

function SECTIONS.requests(results)
  local lines = { "| job | guide | openapi |", "|---|---:|---:|" }
  for _, row in ipairs(results.requests.requests) do
    assert(row.counts[2] == row.counts[3], row.job .. ": the two revisions differ")
    lines[#lines + 1] = ("| %s | %s | %s |"):format(row.job, count(row.counts[1]), count(row.counts[2]))
  end
  return table.concat(lines, "\n")
end

function SECTIONS.growth(results)
  local lines, before = { "| job | campaigns | requests | CPU, s | memory, MB |", "|---|---:|---:|---:|---:|" }, nil
  local names, order, rows = results.growth.names, {}, {}
  for _, row in ipairs(results.growth.rows) do
    if not rows[row.job] then
      rows[row.job], order[#order + 1] = {}, row.job
    end
    table.insert(rows[row.job], row)
  end
  for _, job in ipairs(order) do
    for _, row in ipairs(rows[job]) do
      local name = job ~= before and names[job] or ""
      lines[#lines + 1] = ("| %s | %s | %s / %s | %.2f / %.2f | %.1f / %.1f |"):format(name,
        count(row.campaigns), count(row.requests[1]), count(row.requests[2]), row.cpu[1], row.cpu[2], row.memory[1],
        row.memory[2])
      before = job
    end
  end
  return table.concat(lines, "\n")
end

function SECTIONS.events(results)
  local lines = { "| an on_event adds to a GET by id | CPU, us | duration, us |", "|---|---:|---:|" }
  for _, row in ipairs(results.events) do
    lines[#lines + 1] = ("| %s | %.1f | %.1f |"):format(results.peers[row.id].name, row.cpu * 1e6, row.wall * 1e6)
  end
  return table.concat(lines, "\n")
end

-- What the places need. One that needs what was not measured stays as it was, and is named.
local NEEDS = { figures = WHOLE, requests = { "requests" }, growth = { "growth" }, events = { "events" },
  ["page-cost.svg"] = { "size" }, ["campaigns-cost.svg"] = { "growth" } }

local results, path = json.decode(read(assert(arg[1], USAGE))), assert(arg[2], USAGE)
assert(results.settings.scale == 1, "these are results of a part: run make bench without --scale")

local function is_measured(place)
  for _, part in ipairs(NEEDS[place]) do
    if not results[part] then
      io.stderr:write(("document: %s stays as it was: %s was not measured\n"):format(place, part))
      return false
    end
  end
  return true
end

local text = read(path)
for name, make in pairs(SECTIONS) do
  local _, first = text:find(("<!-- bench: %s -->\n"):format(name), 1, true)
  local last = text:find("<!-- end -->\n", assert(first, path .. " has no place for " .. name), true)
  assert(last, path .. ": the place has no end")
  text = is_measured(name) and text:sub(1, first) .. make(results) .. "\n" .. text:sub(last) or text
end
write(path, text)
local images = (path:match "^(.*/)" or "") .. "images/"
if is_measured "page-cost.svg" then
  write(images .. "page-cost.svg", curve.size(results.size))
end
if is_measured "campaigns-cost.svg" then
  write(images .. "campaigns-cost.svg", curve.growth(results.growth.rows))
end
