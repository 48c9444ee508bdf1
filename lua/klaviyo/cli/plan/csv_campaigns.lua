-- SPDX-License-Identifier: MIT
--- The campaigns of a CSV file: one row a message; rows with the same name of the campaign are one campaign, and those
--- of the same audience in it one audience. What is wrong is reported by row and column.

local csv_columns = require "klaviyo.cli.plan.csv_columns"
local failure = require "klaviyo.cli.terminal.failure"
local path = require "klaviyo.model.path"
local pretty = require "klaviyo.cli.terminal.pretty"
local read_csv = require "klaviyo.cli.read_csv"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local utf8_text = require "klaviyo.model.utf8_text"

local csv_campaigns = {}

---A campaign, as campaign_file has one.
---@class klaviyo.cli.csv_campaign
---@field name string     the file, as the user wrote it
---@field model table
---@field sends table     none: a row says nothing of when
---@field private origins table<string, string>  places in the defaults, by path
---@field private cells table<string, { row: integer, column?: string }>  by path
local campaign = {}
campaign.__index = campaign

---A mistake in a file.
---@class klaviyo.cli.csv_problem
---@field row integer
---@field place string
---@field text string

-- Where a path comes from: a cell, its row, or the defaults of the folder.
local function cell_of(self, where)
  local keys = path.parse(where)
  for n = #keys, 0, -1 do
    local part = path.format { (table.unpack or unpack)(keys, 1, n) }
    if self.cells[part] or self.origins[part] then
      return self.cells[part], self.origins[part]
    end
  end
end

---The problems of an error, by rows.
---@param err klaviyo.error
---@return klaviyo.cli.csv_problem[]
function campaign:problems(err)
  local list = {}
  for i, item in ipairs(err.kind ~= "connect" and err.errors or {}) do
    local detail, where = tostring(item.detail or item.title), item.path or ""
    local cell, origin = cell_of(self, where)
    local place = origin or ("%s: row %d"):format(self.name, cell.row)
    if not origin and cell.column then
      place = ("%s, column %s"):format(place, cell.column)
    end
    if not origin and where ~= "" and detail:sub(1, #where) == where then
      detail = (cell.column and "" or tostring(where:match "[^.]+$") .. " ") .. detail:sub(#where + 1):gsub("^:? +", "")
    end
    list[i] = { row = cell and cell.row or 0, place = place,
      text = ("%s: %s%s"):format(place, detail, origin and (" (a default, for %s)"):format(self.name) or "") }
  end
  return list
end

---How messages write what is to stand in the file: as Lua, for want of a form of their own.
---@return nil
function campaign:syntax() -- luacheck: no self
  return nil
end

---Ends the command with the problems of the campaign.
---@param err klaviyo.error
function campaign:refuse(err)
  local failed, details = failure.of(err), {}
  failed.rows = self:problems(err)
  for i, problem in ipairs(failed.rows) do
    details[i] = problem.text
  end
  if #details > 0 then
    failed.details = details
    failed.message = err.kind == "validation" and ("%s is not valid; nothing was sent"):format(self.name)
      or ("The service refused %s"):format(self.name)
  end
  error(failed, 0)
end

-- Reading -----------------------------------------------------------------------------------------------------------

local function note(self, row, column, message)
  local place = ("%s: row %d%s"):format(self.name, row, column and ", column " .. column or "")
  table.insert(self.problems, { row = row, place = place, text = ("%s: %s"):format(place, message) })
end

-- The columns of the titles, by their places.
local function read_titles(self, titles)
  local columns, seen = {}, {}
  for i, title in ipairs(titles) do
    local column, message = csv_columns.of(title)
    if not column then
      note(self, 1, title ~= "" and title or tostring(i), message)
    elseif seen[column.name] then
      note(self, 1, title, "is there twice")
    end
    columns[i], seen[column and column.name or false] = column or false, true
  end
  for _, name in ipairs { "campaign", "channel" } do
    if not seen[name] then
      note(self, 1, nil, ("there is no column %s"):format(suggest.show(name)))
    end
  end
  return columns
end

-- The cells of a row by the names of their columns, without empty ones; nil if all are empty.
local function read_cells(self, columns, row, number)
  local cells
  for i, text in ipairs(row) do
    if text:find "%S" and columns[i] then
      cells = cells or {}
      cells[columns[i].name] = text:match "^%s*(.-)%s*$"
      if not utf8_text.is_valid(text) then
        note(self, number, columns[i].name, "is not UTF-8: save the file as CSV in UTF-8")
        cells[columns[i].name] = nil
      end
    elseif text:find "%S" and columns[i] == nil then
      note(self, number, nil, ("has %d cells, and there are %d titles"):format(#row, #columns))
      break
    end
  end
  return cells
end

-- Puts the value of a cell into a part. Rows of one campaign, or one audience, must agree.
local function put(self, cells, number, column, target, at, owner)
  local text, channel = cells[column.name], cells.channel and cells.channel:lower()
  local value, message = csv_columns.value(column, text, channel)
  if message then
    return note(self, number, column.name, message)
  end
  if column.inside then
    target[column.inside], at = target[column.inside] or {}, path.join(at, column.inside)
    target = target[column.inside]
  end
  local where = path.join(at, column.field)
  local before = owner.cells[where]
  if before and before.text ~= text then
    return note(self, number, column.name, ("is %s, and %s in row %d of the same %s"):format(suggest.show(text),
      suggest.show(before.text), before.row, column.part))
  end
  target[column.field] = value
  owner.cells[where] = before or { row = number, column = column.name, text = text }
end

local function put_part(self, part, cells, number, target, at, owner)
  for _, column in ipairs(csv_columns.list) do
    if column.part == part and cells[column.name] then
      put(self, cells, number, column, target, at, owner)
    end
  end
end

-- The campaign of a row, and whether it is new.
local function campaign_of(self, cells, number)
  local name = cells.campaign
  local found = self.by_name[name]
  if not found then
    found = setmetatable({ name = self.name, model = { audiences = {} }, sends = {}, origins = {},
      cells = { [""] = { row = number } }, audiences = {} }, campaign)
    self.by_name[name] = found
    table.insert(self.list, found)
  end
  put_part(self, "campaign", cells, number, found.model, "", found)
  return found
end

-- The audience of a row: that of its name, or of the same lists where it has none.
local function audience_of(self, cells, number, owner)
  local key = cells.audience or ("%s\n%s"):format(cells.included or "", cells.excluded or "")
  local found = owner.audiences[key]
  if not found then
    found = { model = { messages = {} }, rows = {}, at = path.join("audiences", #owner.model.audiences + 1) }
    owner.audiences[key] = found
    owner.cells[found.at] = { row = number }
    table.insert(owner.model.audiences, found.model)
  end
  put_part(self, "audience", cells, number, found.model, found.at, owner)
  return found
end

-- Reports a message that an audience has already. Cells may say the same in other words: SMS and sms, or the lists of
-- the audience once and then its name alone. A row with other mistakes is not known well enough to be compared.
local function refuse_copy(self, audience, message, number)
  local last, key = self.problems[#self.problems], pretty.line(message)
  if last and last.row == number then
    return
  end
  local before = audience.rows[key]
  audience.rows[key] = before or number
  if before then
    note(self, number, nil, ("is the same as row %d: the message would be sent twice"):format(before))
  end
end

local function read_row(self, cells, number)
  local channel = cells.channel and cells.channel:lower()
  if not cells.campaign then
    note(self, number, "campaign", "is empty: each row names its campaign")
  end
  if not suggest.contains(schema.channels, channel) then
    note(self, number, "channel", ("is %s, found %s%s"):format(suggest.list(schema.channels),
      suggest.show(cells.channel or ""), suggest.phrase(channel, schema.channels)))
  elseif cells.campaign then
    cells.channel = channel
    local owner = campaign_of(self, cells, number)
    local audience = audience_of(self, cells, number, owner)
    local message = {}
    table.insert(audience.model.messages, message)
    local at = path.join(path.join(audience.at, "messages"), #audience.model.messages)
    owner.cells[at] = { row = number }
    put_part(self, "message", cells, number, message, at, owner)
    if cells.template and cells.template_id then
      return note(self, number, "template", "names the template, and so does the column template_id")
    end
    put_part(self, "details", cells, number, message, at, owner)
    refuse_copy(self, audience, message, number)
  end
end

---Reads the campaigns of a CSV text.
---@param text string
---@param name string  the file, as the user wrote it
---@param defaults? klaviyo.cli.defaults  of the folder
---@return klaviyo.cli.csv_campaign[]  in the order of their first rows
---@return klaviyo.cli.csv_problem[]   what is wrong with them already
function csv_campaigns.read(text, name, defaults)
  local rows, message, damaged = read_csv.rows(text)
  if not rows then
    failure.raise { code = "input", message = ("%s: row %d: %s"):format(name, damaged, message) }
  end
  local self = { name = name, problems = {}, by_name = {}, list = {} }
  local columns = read_titles(self, rows[1] or {})
  for number = 2, #rows do
    local cells = read_cells(self, columns, rows[number], number)
    if cells then
      read_row(self, cells, number)
    end
  end
  if #self.list == 0 and #self.problems == 0 then
    note(self, 1, nil, "there are no rows below the titles")
  end
  for _, one in ipairs(defaults and self.list or {}) do
    for where, from in pairs(defaults:apply(one.model)) do
      one.origins[where] = defaults:place(from)
    end
  end
  return self.list, self.problems
end

---Ends the command with the problems of a file, in the order of its rows.
---@param name string
---@param problems klaviyo.cli.csv_problem[]
function csv_campaigns.refuse(name, problems)
  table.sort(problems, function(a, b)
    return a.row < b.row or a.row == b.row and a.text < b.text
  end)
  local details, seen = {}, {}
  for _, problem in ipairs(problems) do
    if not seen[problem.text] then
      seen[problem.text], details[#details + 1] = true, problem.text
    end
  end
  failure.raise { code = "input", details = details, hint = "klaviyo create --template prints a file to begin with",
    message = ("%s is not valid; nothing was sent"):format(name) }
end

return csv_campaigns
