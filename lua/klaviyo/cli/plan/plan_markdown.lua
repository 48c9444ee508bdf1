-- SPDX-License-Identifier: MIT
--- A plan in Markdown, for a comment on a pull request: tables of what changes in each file, and of when what is
--- sent. All that comes from files or the account stands in <code>, with entities for what Markdown, HTML or GitHub
--- would obey: no text breaks a table, makes a link, or calls a person.

local describe = require "klaviyo.cli.describe"
local diff = require "klaviyo.cli.plan.diff"
local format_time = require "klaviyo.cli.format_time"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local plan_view = require "klaviyo.cli.plan.plan_view"
local pretty = require "klaviyo.cli.terminal.pretty"
local send_plan = require "klaviyo.cli.plan.send_plan"
local text = require "klaviyo.cli.terminal.text"

local plan_markdown = {}

local LONGEST = 500  -- characters of a value
local LARGEST = 60000 -- bytes in all: GitHub takes 65536 in a comment

local function entity(character)
  return ("&#%d;"):format(character:byte())
end

---A text that Markdown shows as it is.
---@param value string
---@return string
function plan_markdown.code(value)
  local lines = {}
  for line in (value .. "\n"):gmatch "(.-)\r?\n" do
    lines[#lines + 1] = text.clean(line):gsub("[&<>|`*_%[%]\\~$@:!#()\"']", entity)
  end
  return "<code>" .. table.concat(lines, "<br>") .. "</code>"
end

local code = plan_markdown.code

-- A value, cut where it is long.
local function show(value)
  if value == nil or value == json.null then
    return ""
  elseif type(value) ~= "string" then
    return code(pretty.line(value))
  elseif value == "" then
    return "(empty)"
  end
  local characters, count = {}, 0
  for character in text.characters(value) do
    count = count + 1
    characters[#characters + 1] = count <= LONGEST and character or nil
  end
  return code(table.concat(characters)) .. (count > LONGEST and (" … (%d characters)"):format(count) or "")
end

local function row(...)
  return "| " .. table.concat({ ... }, " | ") .. " |"
end

-- The value of a field, with names beside the ids of lists, segments and templates.
local function show_field(name, value, shown)
  if (name == "included" or name == "excluded") and type(value) == "table" then
    return #value > 0 and code(shown:labels(value)) or ""
  elseif name == "details.template_id" and type(value) == "string" then
    return code(shown:label(value))
  end
  return show(value)
end

local function table_of(heads, rows, numbers)
  local lines, rule = { row((table.unpack or unpack)(heads)) }, {}
  for i = 1, #heads do
    rule[i] = numbers and i >= numbers and "---:" or "---"
  end
  lines[2] = row((table.unpack or unpack)(rule))
  for _, one in ipairs(rows) do
    lines[#lines + 1] = one
  end
  return table.concat(lines, "\n")
end

local ACTIONS = { create = "create", update = "change", delete = "remove", foreign = "not in the file",
  blocked = "blocked", keep = "blocked" }

local function before_of(change, field, shown)
  if change.action == "create" then
    return ""
  end
  local drift = field.drift and (" (changed in the account; the last apply wrote %s)"):format(
    show_field(field.name, field.base, shown)) or ""
  return show_field(field.name, field.before, shown) .. drift
end

-- The rows of a change: one for each field, and one for what is said about it.
local function rows_of(change, prefix, shown)
  local rows, note = {}, change.reason or change.action == "foreign" and "stays as it is"
  if change.action == "keep" and not change.reason then
    return rows
  elseif note or #change.fields == 0 or #change.fields == 1 and change.fields[1].name == "name" then
    rows[1] = { "", note and code(note) or "", "" }
  end
  for _, field in ipairs(change.fields) do
    if field.name ~= "name" or change.action ~= "create" then
      rows[#rows + 1] = { code((field.name:gsub("^details%.", ""))), before_of(change, field, shown),
        show_field(field.name, field.after, shown) }
    end
  end
  for i, cells in ipairs(rows) do
    rows[i] = row(i == 1 and ACTIONS[change.action] or "", i == 1 and code(prefix .. change.label) or "",
      (table.unpack or unpack)(cells))
  end
  return rows
end

-- Adds the rows of a change and of those below it.
local function add_rows(rows, change, prefix, shown)
  for _, one in ipairs(rows_of(change, prefix, shown)) do
    rows[#rows + 1] = one
  end
  for _, child in ipairs(change.children) do
    add_rows(rows, child, change.kind == "message" and change.label .. ": " or "", shown)
  end
end

local function campaign_of(item)
  return describe.known(item.model.name) or item.campaign and describe.known(item.campaign.name) or "?"
end

-- What changes in a file; nil if nothing does.
local function file_section(item, shown)
  local rows = {}
  add_rows(rows, item.change, "", shown)
  return #rows > 0 and ("#### %s in %s\n\n%s"):format(code(campaign_of(item)), code(item.file.name),
    table_of({ "Action", "Part", "Field", "Before", "After" }, rows)) or nil
end

local function summary_section(items)
  local rows = {}
  for i, item in ipairs(items) do
    local counts = diff.count(item.change)
    rows[i] = row(code(item.file.name), code(campaign_of(item)), counts.create, counts.update, counts.delete,
      counts.blocked)
  end
  return table_of({ "File", "Campaign", "Create", "Change", "Remove", "Blocked" }, rows, 3)
end

-- When what is sent; nil if the files do not say.
local function send_section(sends)
  local rows, plain = {}, { style = function(_, _, s)
    return s
  end, glyphs = { arrow = "→" } }
  for i, one in ipairs(send_plan.shown(sends)) do
    rows[i] = row(code(one.campaign), code(one.name), code(one.channel or "?"), code(send_plan.line(one, plain)))
  end
  return #rows > 0 and "#### Sends\n\n" .. table_of({ "Campaign", "Message", "Channel", "When" }, rows) or nil
end

-- Joins sections, as many of the files as there is room for.
local function join(first, files, last)
  local out, size, left_out = { first }, #first + #last + 200, 0
  for _, section in ipairs(files) do
    size = size + #section + 2
    if size <= LARGEST then
      out[#out + 1] = section
    else
      left_out = left_out + 1
    end
  end
  out[#out + 1] = left_out > 0 and ("The changes of %s are left out here: this comment would be too long.")
    :format(text.count(left_out, "file")) or nil
  out[#out + 1] = last
  return table.concat(out, "\n\n") .. "\n"
end

---The plans of files as Markdown.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.planning[]
---@param sends klaviyo.cli.planned_send[]
---@param shown klaviyo.cli.names  to be written beside ids
---@return string
function plan_markdown.text(ctx, items, sends, shown)
  local files = {}
  for _, item in ipairs(items) do
    files[#files + 1] = file_section(item, shown)
  end
  local summary = plan_view.differs(items) and plan_view.count(items):sentence "planned"
    or "Nothing to do: the account matches the files."
  local first = ("### Plan for %s\n\n**%s**\n\n%s"):format(code(ctx:account_title()), summary, summary_section(items))
  local sent = send_section(sends)
  local zone = local_time.zone "UTC"
  local last = (sent and sent .. "\n\n" or "")
    .. ("Made %s UTC. Nothing was changed; <code>klaviyo apply</code> writes drafts and sends nothing."):format(
      format_time.show(ctx:now(), zone))
  return join(first, files, last)
end

return plan_markdown
