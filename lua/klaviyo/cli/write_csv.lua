-- SPDX-License-Identifier: MIT
--- Lines of CSV (RFC 4180) that no spreadsheet evaluates.

local json = require "klaviyo.model.json"

local write_csv = {}

-- Characters that make spreadsheets evaluate a cell, behind blanks too: = + - @, also in their full-width forms.
local FORMULA = { "^%s*[=+%-@]", "^%s*\239\188[\157\139\141\160]", "^[\t\r\n]" }

local function is_formula(value)
  for _, pattern in ipairs(FORMULA) do
    if value:find(pattern) then
      return true
    end
  end
  return false
end

-- A cell. An apostrophe in front keeps a spreadsheet from evaluating it.
local function cell(value)
  if value == nil or value == json.null then
    return ""
  end
  local plain = tostring(value)
  if type(value) == "string" and is_formula(plain) then
    plain = "'" .. plain
  end
  if plain:find '[",\r\n]' then
    return '"' .. plain:gsub('"', '""') .. '"'
  end
  return plain
end

---A line, with its end.
---@param columns string[]
---@param row table<string, any>  by column
---@return string
function write_csv.line(columns, row)
  local cells = {}
  for i, name in ipairs(columns) do
    cells[i] = cell(row[name])
  end
  return table.concat(cells, ",") .. "\r\n"
end

---The line of titles.
---@param columns string[]
---@return string
function write_csv.head(columns)
  return table.concat(columns, ",") .. "\r\n"
end

return write_csv
