-- SPDX-License-Identifier: MIT
-- Prints results as Markdown tables, and holds them against the figures to reach.

local report = {}

local verdicts = {}

local function verdict(what, value, most, form)
  local met = value <= most
  verdicts[#verdicts + 1] = { what = what, text = (form or "%.2f"):format(value), most = (form or "%.2f"):format(most),
    met = met }
end

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

-- The smallest CPU of the peers that `fits` says yes to.
local function best(result, peers, fits)
  local least
  for id, row in pairs(result.rows) do
    if fits(peers[id]) and (not least or row.cpu < least) then
      least = row.cpu
    end
  end
  return least
end

local function ratio(value, base)
  return base and ("%.2f"):format(value / base) or "-"
end

local function bases(workload, result, peers)
  return {
    bare = result.rows.bare and result.rows.bare.cpu,
    lua54 = best(result, peers, function(peer) return peer.lua54 end),
    lua = best(result, peers, function(peer) return peer.lua end),
    floor = workload.floor,
  }
end

local NAMES = { bare = "of bare libcurl", lua54 = "of the best Lua 5.4 peer", lua = "of the best Lua peer",
  floor = "of the floor" }

function report.workload(workload, result, peers, order)
  local base = bases(workload, result, peers)
  print(("\n### %s: %s, %d times\n"):format(workload.id, workload.title, workload.units))
  print(("| client | CPU us / %s | wall s | memory MB | / bare | / 5.4 |"):format(workload.unit))
  print "|---|---:|---:|---:|---:|---:|"
  for _, id in ipairs(order) do
    local row, peer = result.rows[id], peers[id]
    if row then
      print(("| %s | %.1f | %.3f | %.1f | %s | %s |"):format(peer.name, row.cpu / workload.units * 1e6, row.wall,
        row.rss / 1024, ratio(row.cpu, base.bare), ratio(row.cpu, base.lua54)))
    elseif peer.found and peer.cannot and peer.cannot[workload.id] then
      print(("| %s | (%s) | | | | |"):format(peer.name, peer.cannot[workload.id]))
    end
  end
  local ours = result.rows.ours
  if ours then
    print(("\nconnections: lua-klaviyo %d%s"):format(ours.connections,
      base.floor and base.bare and ("; wall of the floor (%.2f s): bare libcurl %.2f"):format(base.floor,
        result.rows.bare.wall / base.floor) or ""))
  end
  for _, target in ipairs(ours and workload.targets or {}) do
    if base[target.to] then
      verdict(("%s %s %s"):format(workload.id, target.of == "cpu" and "CPU" or target.of, NAMES[target.to]),
        ours[target.of] / base[target.to], target.most)
    end
  end
  if workload.id == "W5" and ours then
    print(("\nLua heap above bare Lua: %.0f KB"):format(ours.heap))
    if result.rows.bare then
      print(("CPU beyond bare libcurl's: %.1f ms"):format((ours.cpu - base.bare) * 1e3))
    end
    verdict("W5 CPU, ms", ours.cpu * 1e3, 6, "%.1f")
    verdict("W5 Lua heap, KB", ours.heap, 1536, "%.0f")
  end
end

function report.memory(rows)
  print "\n### Largest memory of W1 by the number of pages, MB\n"
  print "| pages | bare libcurl | lua-klaviyo |\n|---:|---:|---:|"
  for _, row in ipairs(rows) do
    print(("| %d | %.1f | %.1f |"):format(row.pages, row.bare / 1024, row.ours / 1024))
  end
  local first, last = rows[1], rows[#rows]
  verdict("W1 memory, growth over the pages, MB", (last.ours - first.ours) / 1024, 1)
  verdict("W1 memory above bare libcurl, MB", (last.ours - last.bare) / 1024, 3)
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
  verdict("longest pause of a page, ms", pause.seconds * 1e3, 0.3)
end

local function thousands(value)
  return value and ("%.0f"):format(value / 1000) or "-"
end

function report.instructions(rows, peers)
  print "\n### Instructions of user code, in thousands\n"
  print "| client | a page of W1 | a GET by id | a creation | GET / bare |\n|---|---:|---:|---:|---:|"
  local bare = rows[1] and rows[1].id == "bare" and rows[1].GET
  for _, row in ipairs(rows) do
    print(("| %s | %s | %s | %s | %s |"):format(peers[row.id].name, thousands(row.page), thousands(row.GET),
      thousands(row.create), row.GET and ratio(row.GET, bare) or "-"))
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

function report.verdicts()
  print "\n### Figures to reach\n"
  print "| figure | measured | at most | |\n|---|---:|---:|---|"
  for _, row in ipairs(verdicts) do
    print(("| %s | %s | %s | %s |"):format(row.what, row.text, row.most, row.met and "met" or "not met"))
  end
end

return report
