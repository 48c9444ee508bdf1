-- SPDX-License-Identifier: MIT
-- Prints results as Markdown tables, and holds them against their targets.

local verdicts = require "verdicts"

local report = {}

function report.head(results, order)
  local machine = results.machine
  print(("%s, %s, %d cores, %s; %d rounds"):format(machine.date, machine.cpu or "?", machine.cores or 0,
    machine.kernel or "?", results.settings.rounds))
  for _, id in ipairs(order) do
    local peer = results.peers[id]
    if peer.version then
      print(("  %-34s %s"):format(peer.name, peer.version))
    end
  end
end

-- The smallest measure of bare libcurl's, or of the peers of a kind: "lua54", "luajit" or "lua".
local function best(result, peers, kind, measure)
  if kind == "bare" then
    return result.rows.bare and result.rows.bare[measure]
  end
  local least
  for id, row in pairs(result.rows) do
    if peers[id][kind] and (not least or row[measure] < least) then
      least = row[measure]
    end
  end
  return least
end

local function ratio(value, base)
  return base and ("%.2f"):format(value / base) or "-"
end

local NAMES = { bare = "of bare libcurl", lua54 = "of the best Lua 5.4 peer", luajit = "of the best LuaJIT peer",
  lua = "of the best Lua peer" }

local function hold_against_targets(workload, result, peers)
  for _, target in ipairs(workload.targets) do
    local ours = result.rows[target.who or "ours"]
    local base = best(result, peers, target.to, target.of)
    if ours and base then
      verdicts.at_most(("%s %s%s, %s"):format(workload.id, target.of == "cpu" and "CPU" or target.of,
        target.who == "ours_jit" and " on LuaJIT" or "", NAMES[target.to]), ours[target.of] / base, target.most)
    end
  end
end

function report.workload(workload, result, peers, order)
  local base = {}
  for kind in pairs(NAMES) do
    base[kind] = best(result, peers, kind, "cpu")
  end
  print(("\n### %s: %s, %d times\n"):format(workload.id, workload.title, workload.units))
  print(("| client | CPU us / %s | wall s | memory MB | / bare | / 5.4 | / JIT |"):format(workload.unit))
  print "|---|---:|---:|---:|---:|---:|---:|"
  for _, id in ipairs(order) do
    local row, peer = result.rows[id], peers[id]
    if row then
      print(("| %s | %.1f | %.3f | %.1f | %s | %s | %s |"):format(peer.name, row.cpu / workload.units * 1e6, row.wall,
        row.rss / 1024, ratio(row.cpu, base.bare), ratio(row.cpu, base.lua54),
        ratio(row.cpu, base.luajit)))
    elseif peer.found and peer.cannot and peer.cannot[workload.id] then
      print(("| %s | (%s) | | | | | |"):format(peer.name, peer.cannot[workload.id]))
    end
  end
  local ours = result.rows.ours
  if ours then
    print(("\nconnections: lua-klaviyo %d%s"):format(ours.connections,
      workload.floor and ("; wall of the floor (%.2f s): %.2f%s"):format(workload.floor, ours.wall / workload.floor,
        base.bare and (", bare libcurl %.2f"):format(result.rows.bare.wall / workload.floor) or "") or ""))
  end
  hold_against_targets(workload, result, peers)
  if workload.id == "W5" and ours then
    print(("\nLua heap above bare Lua: %.0f KB"):format(ours.heap))
    if result.rows.bare then
      print(("CPU beyond bare libcurl's: %.1f ms"):format((ours.cpu - base.bare) * 1e3))
    end
    verdicts.at_most("W5 Lua heap, KB", ours.heap, 1536, "%.0f")
  end
end

function report.memory(rows)
  print "\n### Largest memory of W1 by the number of pages, MB\n"
  print "| pages | bare libcurl | lua-klaviyo |\n|---:|---:|---:|"
  for _, row in ipairs(rows) do
    print(("| %d | %.1f | %.1f |"):format(row.pages, row.bare / 1024, row.ours / 1024))
  end
  local first, last = rows[1], rows[#rows]
  verdicts.at_most("W1 memory, growth over the pages, MB", (last.ours - first.ours) / 1024, 1)
  verdicts.at_most("W1 memory above bare libcurl, MB", (last.ours - last.bare) / 1024, 3)
end

function report.size(rows)
  print "\n### CPU by the size of a page\n"
  print "| bytes | bare libcurl us | lua-klaviyo us | lua-klaviyo ns / byte |\n|---:|---:|---:|---:|"
  for _, row in ipairs(rows) do
    print(("| %d | %.1f | %.1f | %.2f |"):format(row.bytes, row.bare * 1e6, row.ours * 1e6, row.ours / row.bytes * 1e9))
  end
end

function report.pause(pause)
  print(("\n### Longest pause of a page of 141 KB in a host's loop\n\nmedian over the pages: %.0f us"):format(
    pause.seconds * 1e6))
  verdicts.at_most("longest pause of a page, ms", pause.seconds * 1e3, 0.3)
end

function report.events(rows, peers)
  print "\n### What an on_event adds to a GET by id\n"
  print "| client | CPU us | duration us |\n|---|---:|---:|"
  for _, row in ipairs(rows) do
    print(("| %s | %.2f | %.2f |"):format(peers[row.id].name, row.cpu * 1e6, row.wall * 1e6))
  end
end

local function thousands(value)
  return value and ("%.0f"):format(value / 1000) or "-"
end

function report.instructions(rows, peers)
  print "\n### Instructions of user code, in thousands\n"
  print "| client | a page of W1 | a GET by id | with on_event | a creation | new process | GET / bare |"
  print "|---|---:|---:|---:|---:|---:|---:|"
  local bare = rows[1] and rows[1].id == "bare" and rows[1].GET
  for _, row in ipairs(rows) do
    print(("| %s | %s | %s | %s | %s | %s | %s |"):format(peers[row.id].name, thousands(row.page),
      thousands(row.GET), thousands(row.events), thousands(row.create), thousands(row.first),
      row.GET and ratio(row.GET, bare) or "-"))
  end
end

function report.calls(rows, peers)
  print "\n### System calls per request\n"
  for _, row in ipairs(rows) do
    local names, parts = {}, {}
    for name in pairs(row.calls or {}) do
      names[#names + 1] = name
    end
    table.sort(names)
    for i, name in ipairs(names) do
      parts[i] = ("%s %.2f"):format(name, row.calls[name])
    end
    print(("- %s, %s: %s"):format(row.kind == "page" and "a page" or "GET by id", peers[row.id].name,
      table.concat(parts, ", ")))
  end
end

return report
