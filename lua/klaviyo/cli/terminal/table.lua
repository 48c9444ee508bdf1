-- SPDX-License-Identifier: MIT
--- Tables: fitted to a terminal; without one, tab-separated and uncut.

local text = require "klaviyo.cli.terminal.text"

local tables = {}

---@class klaviyo.cli.column
---@field title string
---@field right? boolean   numbers
---@field least? integer   its smallest width when the table must shrink
---@field style? fun(cell: string, row: integer): string|nil  the name of a style

local GAP = 2

-- Iterates over the rows of a list, or of a function that begins an iteration.
local function each(rows)
  if type(rows) == "function" then
    return rows()
  end
  local i = 0
  return function()
    i = i + 1
    return rows[i]
  end
end

local function widths_of(columns, rows)
  local widths = {}
  for i, column in ipairs(columns) do
    widths[i] = text.width(column.title)
  end
  for row in each(rows) do
    for i in ipairs(columns) do
      widths[i] = math.max(widths[i], text.width(row[i]))
    end
  end
  return widths
end

-- Narrows the widest columns until all fit; false if that is not possible.
local function fit(columns, widths, room)
  local total = GAP * (#columns - 1)
  for _, width in ipairs(widths) do
    total = total + width
  end
  while total > room do
    local widest
    for i, width in ipairs(widths) do
      if width > (columns[i].least or 8) and (not widest or width > widths[widest]) then
        widest = i
      end
    end
    if not widest then
      return false
    end
    widths[widest] = widths[widest] - 1
    total = total - 1
  end
  return true
end

local function plain(term, columns, rows)
  local titles = {}
  for i, column in ipairs(columns) do
    titles[i] = column.title
  end
  term:line(term:style("title", table.concat(titles, "\t")))
  for row in each(rows) do
    local cells = {}
    for i, column in ipairs(columns) do
      local style = column.style and column.style(row[i])
      cells[i] = style and term:style(style, row[i]) or row[i]
    end
    term:line(table.concat(cells, "\t"))
  end
end

local function line_of(term, columns, widths, cells, style)
  local parts = {}
  for i, column in ipairs(columns) do
    local cell = term:cut(cells[i], widths[i])
    local last = i == #columns and not column.right
    local padded = last and cell or text.pad(cell, widths[i], column.right)
    local name = style(column, cells[i])
    parts[i] = name and term:style(name, padded) or padded
  end
  return (table.concat(parts, (" "):rep(GAP)):gsub("%s+$", ""))
end

-- Writes the cells of a row below each other, for a terminal that is too narrow for columns.
local function stacked(term, columns, rows)
  local widest = 0
  for _, column in ipairs(columns) do
    widest = math.max(widest, text.width(column.title))
  end
  local is_first = true
  for row in each(rows) do
    if not is_first then
      term:line()
    end
    is_first = false
    for i, column in ipairs(columns) do
      if row[i] ~= "" then
        local cell = term:cut(row[i], math.max(8, term:columns() - widest - GAP))
        local name = column.style and column.style(row[i])
        term:line(term:style("title", text.pad(column.title, widest)), (" "):rep(GAP),
          name and term:style(name, cell) or cell)
      end
    end
  end
end

---Writes a table. The cells must be clean (`text.clean`).
---@param term klaviyo.cli.terminal
---@param columns klaviyo.cli.column[]
---@param rows string[][]|fun(): (fun(): string[]|nil)  of many rows: begins an iteration over them, maybe twice
function tables.write(term, columns, rows)
  if not term.out_tty then
    return plain(term, columns, rows)
  end
  local widths, titles = widths_of(columns, rows), {}
  if not fit(columns, widths, term:columns()) then
    return stacked(term, columns, rows)
  end
  for i, column in ipairs(columns) do
    titles[i] = column.title
  end
  term:line(line_of(term, columns, widths, titles, function()
    return "title"
  end))
  for row in each(rows) do
    term:line(line_of(term, columns, widths, row, function(column, cell)
      return column.style and column.style(cell)
    end))
  end
end

return tables
