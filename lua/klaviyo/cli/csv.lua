-- SPDX-License-Identifier: MIT
--- Comma-separated values (RFC 4180), with a row of names.

local csv = {}

-- A cell. A text that a spreadsheet would take for a formula gets an apostrophe in front: names come from outside.
local function cell(value)
  if value == nil then
    return ""
  elseif type(value) == "number" then
    return value % 1 == 0 and ("%.0f"):format(value) or ("%.10g"):format(value)
  end
  local text = tostring(value)
  if text:find "^[=+%-@\t\r]" then
    text = "'" .. text
  end
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

---Writes a table.
---@param names string[]
---@param rows table<string, string|number|nil>[]  by name
---@return string
function csv.write(names, rows)
  local lines = { table.concat(names, ",") }
  for _, row in ipairs(rows) do
    local cells = {}
    for i, name in ipairs(names) do
      cells[i] = cell(row[name])
    end
    lines[#lines + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

return csv
