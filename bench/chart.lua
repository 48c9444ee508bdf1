-- SPDX-License-Identifier: MIT
-- Draws curves over logarithmic axes as SVG, so that a cost in proportion is a line at a constant slope. The colours
-- follow the reader's choice of light or dark; a phone shows all of it at its own width.

local chart = {}

local WIDTH, LEFT, RIGHT = 480, 66, 34
local STYLE = [[<style>
svg { font: 14px system-ui, sans-serif; }
.paper { fill: #ffffff; } .grid { stroke: #d8dee4; } text { fill: #1f2328; } .dim { fill: #59636e; font-size: 13px; }
.a { stroke: #0969da; fill: #0969da; } .b { stroke: #bc4c00; fill: #bc4c00; } .c { stroke: #1a7f37; fill: #1a7f37; }
.d { stroke: #8250df; fill: #8250df; } .e { stroke: #59636e; fill: #59636e; } .f { stroke: #bf3989; fill: #bf3989; }
.line { fill: none; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; } .grid { stroke: #30363d; } text { fill: #f0f6fc; } .dim { fill: #9198a1; }
.a { stroke: #4493f8; fill: #4493f8; } .b { stroke: #f0883e; fill: #f0883e; } .c { stroke: #3fb950; fill: #3fb950; }
.d { stroke: #ab7df8; fill: #ab7df8; } .e { stroke: #9198a1; fill: #9198a1; } .f { stroke: #db61a2; fill: #db61a2; }
.line { fill: none; }
}
</style>]]
local CLASSES = { "a", "b", "c", "d", "e", "f" }

---@class bench.axis
---@field low number
---@field high number
---@field ticks number[]
---@field name fun(value: number): string
---@field linear boolean?

---@class bench.panel
---@field title string
---@field x bench.axis
---@field y bench.axis
---@field x_title string?  below the axis
---@field height number    of the plot
---@field series { name: string, points: number[][] }[]  pairs of x and y

local function place(axis, value, from, to)
  if axis.linear then
    return from + (to - from) * (value - axis.low) / (axis.high - axis.low)
  end
  return from + (to - from) * math.log(value / axis.low) / math.log(axis.high / axis.low)
end

local function text(out, x, y, anchor, class, what)
  out[#out + 1] = ('<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>'):format(x, y, anchor,
    class and ' class="' .. class .. '"' or "", what)
end

local function grid(out, panel, top, bottom)
  for _, value in ipairs(panel.x.ticks) do
    local x = place(panel.x, value, LEFT, WIDTH - RIGHT)
    out[#out + 1] = ('<path class="grid" d="M%.1f %.1fV%.1f"/>'):format(x, top, bottom)
    text(out, x, bottom + 18, "middle", "dim", panel.x.name(value))
  end
  for _, value in ipairs(panel.y.ticks) do
    local y = place(panel.y, value, bottom, top)
    out[#out + 1] = ('<path class="grid" d="M%d %.1fH%d"/>'):format(LEFT, y, WIDTH - RIGHT)
    text(out, LEFT - 8, y + 5, "end", "dim", panel.y.name(value))
  end
end

local function curves(out, panel, top, bottom)
  for i, series in ipairs(panel.series) do
    local points = {}
    for k, point in ipairs(series.points) do
      points[k] = ("%.1f,%.1f"):format(place(panel.x, point[1], LEFT, WIDTH - RIGHT),
        place(panel.y, point[2], bottom, top))
    end
    out[#out + 1] = ('<polyline class="%s line" points="%s"/>'):format(CLASSES[i], table.concat(points, " "))
    for _, point in ipairs(points) do
      out[#out + 1] = ('<circle class="%s" cx="%s" cy="%s" r="3"/>'):format(CLASSES[i], point:match "(.*),(.*)")
    end
  end
end

-- The names of the curves, two in a row where they are short. Returns where they end.
local function legend(out, series, top)
  local widest = 0
  for _, one in ipairs(series) do
    widest = math.max(widest, #one.name)
  end
  local columns = widest <= 26 and 2 or 1
  for i, one in ipairs(series) do
    local x, y = LEFT - 50 + (i - 1) % columns * 225, top + math.floor((i - 1) / columns) * 20
    out[#out + 1] = ('<rect class="%s" x="%d" y="%d" width="16" height="4"/>'):format(CLASSES[i], x, y - 7)
    text(out, x + 24, y, "start", nil, one.name)
  end
  return top + math.ceil(#series / columns) * 20
end

---Draws panels below each other, which have the same curves: their names stand on top once.
---@param what string  for those who do not see it
---@param panels bench.panel[]
---@return string svg
function chart.draw(what, panels)
  local out = {}
  local y = legend(out, panels[1].series, 26)
  for _, panel in ipairs(panels) do
    text(out, LEFT - 50, y + 18, "start", nil, panel.title)
    local top, bottom = y + 32, y + 32 + panel.height
    grid(out, panel, top, bottom)
    curves(out, panel, top, bottom)
    y = bottom + 34
    if panel.x_title then
      text(out, (LEFT + WIDTH - RIGHT) / 2, bottom + 38, "middle", "dim", panel.x_title)
      y = y + 20
    end
  end
  local head = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">'):format(WIDTH,
    y, what)
  return table.concat({ head, STYLE, ('<rect class="paper" width="%d" height="%d"/>'):format(WIDTH, y),
    table.concat(out, "\n"), "</svg>", "" }, "\n")
end

return chart
