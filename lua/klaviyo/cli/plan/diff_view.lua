-- SPDX-License-Identifier: MIT
--- Shows a plan field by field, and as JSON.

local diff = require "klaviyo.cli.plan.diff"
local json = require "klaviyo.model.json"
local names = require "klaviyo.cli.names"
local pretty = require "klaviyo.cli.terminal.pretty"
local text = require "klaviyo.cli.terminal.text"

local diff_view = {}

local SIGNS = { create = { "+", "good" }, update = { "~", "odd" }, delete = { "-", "bad" }, keep = { " ", "dim" },
  foreign = { "?", "dim" }, blocked = { "!", "odd" } }
local WORDS = { foreign = "is not in the file; --prune removes it" }

local function show(value)
  if value == nil or value == json.null then
    return "(none)"
  elseif type(value) == "string" then
    return '"' .. text.clean(value) .. '"'
  end
  return text.clean(pretty.line(value))
end

-- The value of a field, with names beside the ids of lists, segments and templates.
local function show_field(name, value, shown)
  if (name == "included" or name == "excluded") and type(value) == "table" then
    return #value > 0 and shown:labels(value) or "(none)"
  elseif name == "details.template_id" and type(value) == "string" then
    return shown:label(value)
  end
  return show(value)
end

-- A change of a list of ids: what is added and removed.
local function list_change(term, field, shown)
  local before, after, parts = {}, {}, {}
  for _, id in ipairs(type(field.before) == "table" and field.before or {}) do
    before[id] = true
  end
  for _, id in ipairs(type(field.after) == "table" and field.after or {}) do
    after[id] = true
    if not before[id] then
      parts[#parts + 1] = term:style("good", "+" .. shown:label(id))
    end
  end
  for _, id in ipairs(type(field.before) == "table" and field.before or {}) do
    if not after[id] then
      parts[#parts + 1] = term:style("bad", "-" .. shown:label(id))
    end
  end
  return table.concat(parts, " ")
end

local function field_line(term, change, field, shown)
  local name = field.name:gsub("^details%.", "")
  if change.action == "create" then
    return ("%s: %s"):format(name, show_field(field.name, field.after, shown))
  elseif field.name == "included" or field.name == "excluded" then
    return ("%s: %s"):format(name, list_change(term, field, shown))
  end
  return ("%s: %s %s %s"):format(name, term:style("bad", show_field(field.name, field.before, shown)),
    term.glyphs.arrow, term:style("good", show_field(field.name, field.after, shown)))
end

local function drift_line(field)
  return ("drift: it was %s after the last apply and was changed in the account to %s"):format(show(field.base),
    show(field.before))
end

local function is_silent(change)
  if change.action ~= "keep" or change.reason then
    return false
  end
  for _, child in ipairs(change.children) do
    if not is_silent(child) then
      return false
    end
  end
  return true
end

local function write_change(term, change, indent, shown)
  if is_silent(change) then
    return
  end
  local sign = SIGNS[change.action]
  local note = change.reason or WORDS[change.action]
  term:line(indent, term:style(sign[2], sign[1] .. " " .. text.clean(change.label)),
    note and term:style("dim", "  " .. text.clean(note)) or "")
  for _, field in ipairs(change.fields) do
    if field.name ~= "name" or change.action ~= "create" then
      term:line(indent, "    ", field_line(term, change, field, shown))
    end
    if field.drift then
      term:line(indent, "      ", term:style("odd", term.glyphs.warn .. " " .. drift_line(field)))
    end
  end
  for _, child in ipairs(change.children) do
    write_change(term, child, indent .. "  ", shown)
  end
end

---A value for people.
---@param value any
---@return string
diff_view.show = show

---Writes a list of changes.
---@param term klaviyo.cli.terminal
---@param changes klaviyo.cli.change[]
---@param shown? klaviyo.cli.names  to be written beside ids
function diff_view.list(term, changes, shown)
  for _, change in ipairs(changes) do
    write_change(term, change, "", shown or names.none)
  end
end

---A plan in one sentence.
---@param change klaviyo.cli.change
---@return string
function diff_view.summary(change)
  local counts, parts = diff.count(change), {}
  for _, row in ipairs { { "create", "to add" }, { "update", "to change" }, { "delete", "to remove" },
    { "blocked", "blocked" } } do
    if counts[row[1]] > 0 then
      parts[#parts + 1] = ("%d %s"):format(counts[row[1]], row[2])
    end
  end
  if diff.is_empty(change) then
    return #parts > 0 and "Nothing to do; " .. table.concat(parts, ", ") .. "."
      or "Nothing to do: the account matches the file."
  end
  return table.concat(parts, ", ") .. "."
end

---Writes a plan.
---@param term klaviyo.cli.terminal
---@param change klaviyo.cli.change
---@param shown? klaviyo.cli.names  to be written beside ids
function diff_view.write(term, change, shown)
  write_change(term, change, "", shown or names.none)
  term:line(diff_view.summary(change))
end

-- Adds a change as JSON. Parts that stay as they are are left out.
local function add(list, change)
  if change.action ~= "keep" or change.reason then
    local fields = json.array()
    for i, field in ipairs(change.fields) do
      fields[i] = { name = field.name, before = field.before, after = field.after, drift = field.drift,
        base = field.base }
    end
    list[#list + 1] = { action = change.action, kind = change.kind, label = change.label,
      id = change.actual and change.actual.id, fields = fields, reason = change.reason }
  end
  for _, child in ipairs(change.children) do
    add(list, child)
  end
end

---A plan without changes as JSON.
---@return table
function diff_view.nothing()
  return { changes = json.array(), add = 0, change = 0, remove = 0, blocked = 0, foreign = 0 }
end

---A plan as JSON.
---@param change klaviyo.cli.change
---@return table
function diff_view.as_json(change)
  local changes = json.array()
  add(changes, change)
  local counts = diff.count(change)
  return { changes = changes, add = counts.create, change = counts.update, remove = counts.delete,
    blocked = counts.blocked, foreign = counts.foreign }
end

return diff_view
