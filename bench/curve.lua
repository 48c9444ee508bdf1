-- SPDX-License-Identifier: MIT
-- Draws what a page costs by its size, both in logarithms, so that a cost linear in the size is a line at 45 degrees:
--
--   make bench BENCH="--only size" && lua5.4 bench/curve.lua build/bench/results.json > doc/images/page-cost.svg

local json = require "cjson"

local WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 30, 40, 50
local SERIES = {
  { id = "ours", name = "lua-klaviyo: check, index, read id and name of each campaign", color = "#1f6feb" },
  { id = "bare", name = "bare libcurl: receive", color = "#6e7781" },
}

local file = assert(io.open(assert(arg[1], "usage: curve.lua RESULTS.json"), "rb"))
local rows = json.decode(file:read "*a").size
file:close()
assert(rows and #rows > 1, "no sizes were measured: make bench BENCH=\"--only size\"")

local SMALLEST, LARGEST, CHEAPEST, DEAREST = rows[1].bytes, rows[#rows].bytes, 1e-5, 1e-1

local function place(value, low, high, from, to)
  return from + (to - from) * math.log(value / low) / math.log(high / low)
end

local function x_of(bytes)
  return place(bytes, SMALLEST, LARGEST, LEFT, WIDTH - RIGHT)
end

local function y_of(seconds)
  return place(seconds, CHEAPEST, DEAREST, HEIGHT - BOTTOM, TOP)
end

local function put(...)
  print((...):format(select(2, ...)))
end

local function text(x, y, anchor, what)
  put('<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>', x, y, anchor, what)
end

local function line(x1, y1, x2, y2)
  put('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#d0d7de"/>', x1, y1, x2, y2)
end

local function size_name(bytes)
  return bytes >= 2 ^ 20 and ("%d MB"):format(bytes / 2 ^ 20) or ("%d KB"):format(bytes / 2 ^ 10)
end

local function time_name(seconds)
  return seconds >= 1e-3 and ("%g ms"):format(seconds * 1e3) or ("%g us"):format(seconds * 1e6)
end

local function axes()
  for _, row in ipairs(rows) do
    line(x_of(row.bytes), TOP, x_of(row.bytes), HEIGHT - BOTTOM)
    text(x_of(row.bytes), HEIGHT - BOTTOM + 18, "middle", size_name(row.bytes))
  end
  for power = math.floor(math.log(CHEAPEST, 10) + 0.5), math.floor(math.log(DEAREST, 10) + 0.5) do
    line(LEFT, y_of(10 ^ power), WIDTH - RIGHT, y_of(10 ^ power))
    text(LEFT - 8, y_of(10 ^ power) + 4, "end", time_name(10 ^ power))
  end
  text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "middle", "size of the page")
end

local function curve(series, number)
  local points = {}
  for i, row in ipairs(rows) do
    points[i] = ("%.1f,%.1f"):format(x_of(row.bytes), y_of(row[series.id]))
  end
  put('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>', table.concat(points, " "), series.color)
  for _, point in ipairs(points) do
    local x, y = point:match "(.*),(.*)"
    put('<circle cx="%s" cy="%s" r="3" fill="%s"/>', x, y, series.color)
  end
  put('<rect x="%d" y="%d" width="14" height="3" fill="%s"/>', LEFT + 10, TOP + 8 + 18 * number, series.color)
  text(LEFT + 30, TOP + 13 + 18 * number, "start", series.name)
end

put('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">',
  WIDTH, HEIGHT)
put('<rect width="%d" height="%d" fill="#ffffff"/>', WIDTH, HEIGHT)
text(WIDTH / 2, 22, "middle", "CPU of a page")
axes()
for number, series in ipairs(SERIES) do
  curve(series, number)
end
put "</svg>"
