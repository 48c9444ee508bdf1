-- SPDX-License-Identifier: MIT
-- Draws what a terminal showed as SVG: reads the bytes that went to it, writes the picture.
--    lua terminal.lua TITLE [COLUMNS [ROWS]] < typescript > picture.svg
-- It knows what the command uses: colours, bold, dim, one line up, and clearing a line.

local title, columns = arg[1] or "", tonumber(arg[2]) or 100
local most = tonumber(arg[3]) or 200

local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"
local WIDTH, HEIGHT, LEFT, TOP = 8.4, 18, 16, 44
local COLOURS = { ["31"] = "#e5534b", ["32"] = "#57ab5a", ["33"] = "#c69026", ["34"] = "#539bf5", ["35"] = "#b083f0",
  ["36"] = "#39c5cf" }

local rows, row, column, style = { {} }, 1, 1, {}

local function put(character)
  local line = rows[row]
  for i = #line + 1, column - 1 do
    line[i] = { " ", {} }
  end
  line[column] = { character, { colour = style.colour, bold = style.bold, dim = style.dim } }
  column = column + 1
end

local function sgr(codes)
  for code in (codes == "" and "0" or codes):gmatch "%d+" do
    if code == "0" then
      style = {}
    elseif code == "1" then
      style.bold = true
    elseif code == "2" then
      style.dim = true
    else
      style.colour = COLOURS[code]
    end
  end
end

local function newline()
  row = row + 1
  rows[row] = rows[row] or {}
end

local text = io.read("*a"):gsub("^Script started[^\n]*\n", ""):gsub("\n*Script done[^\n]*\n*$", "")
local at = 1
while at <= #text do
  local codes, command, stop = text:match("^\27%[([%d;?]*)(%a)()", at)
  if command then
    if command == "m" then
      sgr(codes)
    elseif command == "A" then
      row = math.max(1, row - (tonumber(codes) or 1))
    elseif command == "K" then
      rows[row] = {}
    end
    at = stop
  else
    local character = text:match("^" .. CHARACTER, at) or "?"
    if character == "\r" then
      column = 1
    elseif character == "\n" then
      newline()
    elseif character:byte() >= 32 then
      put(character)
    end
    at = at + #character
  end
end
while #rows > 1 and #rows[#rows] == 0 do
  rows[#rows] = nil
end
while #rows > most do
  table.remove(rows, 1)
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function attributes(s)
  return (s.colour and (' fill="%s"'):format(s.colour) or s.dim and ' fill="#768390"' or "")
    .. (s.bold and ' font-weight="700"' or "")
end

-- Runs of one style. Spaces must not collapse: they are written as such that do not break.
local function runs(line)
  local out, from = {}, 1
  while from <= #line do
    local last = from
    while line[last + 1] and attributes(line[last + 1][2]) == attributes(line[from][2]) do
      last = last + 1
    end
    local characters = {}
    for i = from, last do
      characters[#characters + 1] = line[i][1]
    end
    local piece = table.concat(characters)
    if piece:find "%S" then
      out[#out + 1] = ('<tspan x="%g"%s textLength="%g" lengthAdjust="spacingAndGlyphs">%s</tspan>'):format(
        LEFT + (from - 1) * WIDTH, attributes(line[from][2]), (last - from + 1) * WIDTH,
        (piece:gsub("[&<>]", ENTITIES):gsub(" ", "\194\160")))
    end
    from = last + 1
  end
  return table.concat(out)
end

local width, height = LEFT * 2 + columns * WIDTH, TOP + #rows * HEIGHT + 12
local function write(...)
  io.write(...)
  io.write "\n"
end
write(('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img">'):format(width,
  height, width, height))
write(("<title>%s</title>"):format((title:gsub("[&<>]", ENTITIES))))
write('<rect width="100%" height="100%" rx="8" fill="#22272e"/>')
for i, colour in ipairs { "#e5534b", "#c69026", "#57ab5a" } do
  write(('<circle cx="%d" cy="18" r="5.5" fill="%s"/>'):format(i * 18, colour))
end
write(('<text x="%g" y="22" text-anchor="middle" fill="#768390" font-family="sans-serif" font-size="12">%s</text>')
  :format(width / 2, (title:gsub("[&<>]", ENTITIES))))
write('<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" '
  .. 'fill="#adbac7">')
for i, line in ipairs(rows) do
  local drawn = runs(line)
  if drawn ~= "" then
    write(('<text y="%g">%s</text>'):format(TOP + i * HEIGHT - 4, drawn))
  end
end
write "</g></svg>"
