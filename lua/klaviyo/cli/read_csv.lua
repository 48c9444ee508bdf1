-- SPDX-License-Identifier: MIT
--- Reads CSV (RFC 4180). What spreadsheets write is accepted too: semicolons or tabs instead of commas, LF instead of
--- CRLF, a first line `sep=;`.

local read_csv = {}

-- The separator: what a line sep= names, or the first of these that the titles have.
local function separator_of(text)
  local named, stop = text:match "^sep=([^\r\n])\r?\n()"
  if named then
    return named, stop
  end
  local titles = text:match "^[^\r\n]*":gsub('"[^"]*"', "")
  return titles:match "[,;\t]" or ",", 1
end

-- Takes a cell in quotes. Returns its text and what follows it; nil and a message if it is damaged.
local function take_quoted(text, at)
  local pieces, from = {}, at + 1
  while true do
    local stop = text:find('"', from, true)
    if not stop then
      return nil, "a cell begins with a quote and has none at its end"
    elseif text:sub(stop + 1, stop + 1) ~= '"' then
      pieces[#pieces + 1] = text:sub(from, stop - 1)
      return table.concat(pieces), stop + 1
    end
    pieces[#pieces + 1] = text:sub(from, stop)
    from = stop + 2
  end
end

-- Takes a cell. Returns its text and where its end is.
local function take_cell(text, at, plain)
  if text:sub(at, at) ~= '"' then
    local stop = text:find(plain, at) or #text + 1
    local cell = text:sub(at, stop - 1)
    if cell:find('"', 1, true) then
      return nil, "a quote is within a cell that does not begin with one; write the cell in quotes, and the quote twice"
    end
    return cell, stop
  end
  local cell, stop = take_quoted(text, at)
  if cell and stop <= #text and text:find(plain, stop) ~= stop then
    return nil, "something follows the quote that ends a cell"
  end
  return cell, stop
end

---Reads a text.
---@param text string  without a byte order mark
---@return string[][]|nil rows  of cells; empty lines at the end are left out
---@return string|nil message
---@return integer|nil row      that is damaged
function read_csv.rows(text)
  local separator, at = separator_of(text)
  local plain = "[\r\n" .. (separator == "]" and "%]" or "%" .. separator) .. "]"
  local rows, row = {}, {}
  while at <= #text do
    local cell, stop = take_cell(text, at, plain)
    if not cell then
      return nil, stop, #rows + 1
    end
    row[#row + 1] = cell
    if text:sub(stop, stop) ~= separator then
      rows[#rows + 1], row = row, {}
      at = text:match("^\r?\n()", stop) or stop + 1
    elseif stop == #text then
      row[#row + 1], rows[#rows + 1], at = "", row, stop + 1
    else
      at = stop + 1
    end
  end
  while #rows > 0 and #rows[#rows] == 1 and rows[#rows][1] == "" do
    rows[#rows] = nil
  end
  return rows
end

return read_csv
