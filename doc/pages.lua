-- SPDX-License-Identifier: MIT
--- The pages of the reference that are tables: made of the descriptions that the library itself works by.

local annotations = require "doc.annotations"
local commands = require "klaviyo.cli.commands"
local failure = require "klaviyo.cli.terminal.failure"
local grammars = require "klaviyo.wire.grammar"
local operations = require "klaviyo.wire.operations"
local options = require "klaviyo.model.options"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"

local pages = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function escape(text)
  return (tostring(text):gsub("[&<>]", ENTITIES))
end

local function code(text)
  return text ~= "" and "<code>" .. escape(text) .. "</code>" or ""
end

-- A table: rows of cells that are HTML already.
local function table_of(heads, rows)
  local lines = { '<div class="wide"><table>', "<tr><th>" .. table.concat(heads, "</th><th>") .. "</th></tr>" }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "<tr><td>" .. table.concat(row, "</td><td>") .. "</td></tr>"
  end
  lines[#lines + 1] = "</table></div>"
  return table.concat(lines, "\n")
end

local function words(list)
  local out = {}
  for i, item in ipairs(list or {}) do
    out[i] = tostring(item)
  end
  return table.concat(out, ", ")
end

local function shown(value)
  if value == nil then
    return ""
  end
  return code(type(value) == "string" and ("%q"):format(value) or tostring(value))
end

function pages.options()
  local rows = {}
  for _, option in ipairs(options.client) do
    rows[#rows + 1] = { code(option[1]), (escape(option[2]):gsub("|", ", ")), shown(option.default),
      escape(option[3]) .. (option.enum and ": " .. code(words(option.enum)) or ""), option.call and "yes" or "" }
  end
  return "Options of `klaviyo.client { ... }`. Times are seconds. An unknown name or a wrong type raises.\n\n"
    .. table_of({ "option", "type", "default", "what it does", "for a single call too" }, rows) .. "\n"
end

-- Kinds that Lua itself gives, besides those of src/core/error.h.
pages.lua_kinds = {
  { "budget", "the budget that machines share through Redis could not be asked, and `limits.on_lost` says to fail" },
  { "lease", "the lease is held by another machine, was lost, or could not be checked: nothing was sent" },
  { "status", "wait: the message can no longer come to the status that is waited for" },
  { "place", "a call that would have to wait was made where its host cannot wait" },
}

---The kinds of error, from the header of the core and from Lua.
---@return { [1]: string, [2]: string }[]
function pages.kinds()
  local file = assert(io.open "src/core/error.h")
  local text, list = file:read "*a", {}
  file:close()
  for name, meaning in text:gmatch "KLV_ERROR_([A-Z_]+),?%s*/%* (.-) %*/" do
    list[#list + 1] = { name:lower(), meaning }
  end
  for _, kind in ipairs(pages.lua_kinds) do
    list[#list + 1] = kind
  end
  return list
end

local function class_rows(path, name)
  local _, classes = annotations.file(path)
  local rows = {}
  for _, class in ipairs(classes) do
    for _, field in ipairs(class.class == name and class.fields or {}) do
      rows[#rows + 1] = { code(field.name), code(field.type), escape(field.text) }
    end
  end
  return rows
end

function pages.errors()
  local rows = {}
  for _, kind in ipairs(pages.kinds()) do
    rows[#rows + 1] = { code(kind[1]), escape(kind[2]) }
  end
  return "## Kinds\n\n`err.kind` is one of these.\n\n" .. table_of({ "kind", "meaning" }, rows) .. "\n"
end

function pages.events()
  return "`on_event` is called with a table for each event. An error in that function does not reach the call under "
    .. "way: it is reported in nginx's error log, among Neovim's messages, and elsewhere by Lua's warnings (Lua 5.4, "
    .. "`lua -W`); `kl.event_error` holds the last.\n\n"
    .. table_of({ "field", "type", "" }, class_rows("lua/klaviyo/model/events.lua", "klaviyo.event")) .. "\n"
end

local function traits(field)
  local list = {}
  local function add(name, text)
    local said = field[name]
    if said then
      list[#list + 1] = text .. (type(said) == "string" and " (" .. said .. ")" or "")
    end
  end
  add("dialect", "only in one dialect")
  add("required", "required")
  add("nullable", "null allowed")
  add("not_empty", "not empty")
  add("read_only", "read-only")
  add("rewritten", "replaced by the service")
  return words(list)
end

-- The revision that a field came with, one for each dialect where they differ, and whether it is documented.
local function since_of(field, above)
  local parts = {}
  for _, dialect in ipairs { "guide", "openapi" } do
    if schema.has(field, dialect) then
      local since = schema.since(field, dialect) or schema.since(above, dialect) or revisions.list[1].name
      local unverified = schema.holds(field.unverified or above.unverified, dialect)
      local text = ("%s, %s"):format(since, unverified and "unverified" or "documented")
      parts[#parts + 1] = text
    end
  end
  if #parts == 2 and parts[1] ~= parts[2] then
    return ("guide: %s<br>openapi: %s"):format(parts[1], parts[2])
  end
  return parts[1] or ""
end

local function field_rows(fields, prefix, rows, depth, above)
  above = above or {}
  for _, field in ipairs(fields) do
    local name = prefix .. field[1]
    local doc = escape(field.doc)
    if field.enum then
      doc = doc .. " One of " .. code(words(field.enum)) .. "."
    end
    local notes = {}
    for _, note in ipairs { traits(field), field.source or "" } do
      notes[#notes + 1] = note ~= "" and escape(note) or nil
    end
    doc = #notes > 0 and ("%s<br><small>%s</small>"):format(doc, table.concat(notes, "; ")) or doc
    rows[#rows + 1] = { code(name), escape(field[2]), shown(field.default), since_of(field, above), doc }
    if field.fields and depth > 0 then
      field_rows(field.fields, name .. ".", rows, depth - 1, field)
    end
  end
  return rows
end

local FIELD_HEADS = { "field", "type", "default", "since revision", "" }
local RESOURCES = { "campaign", "audience", "message", "variation", "tag", "image", "translation" }

function pages.fields()
  local parts = { "Names are those of scripts, the same in both dialects. `klaviyo.null` clears a field "
    .. "that allows null. A field is documented where the published guide or an OpenAPI file "
    .. "describes it. Of an unverified one the name alone is published: it is written for its revision only, and "
    .. "checked for its type and not for its value.\n" }
  for _, name in ipairs(RESOURCES) do
    local resource = schema.resources[name]
    parts[#parts + 1] = ("## %s\n\n%s\n\n%s\n"):format(name, resource.doc,
      table_of(FIELD_HEADS, field_rows(resource.fields, "", {}, 1)))
    if resource.inline then
      parts[#parts + 1] = "Within a new campaign also:\n\n"
        .. table_of(FIELD_HEADS, field_rows(resource.inline, "", {}, 0)) .. "\n"
    end
  end
  for _, channel in ipairs(schema.channels) do
    parts[#parts + 1] = ("## details: %s\n\n%s\n"):format(channel,
      table_of(FIELD_HEADS, field_rows(schema.details[channel], "", {}, 0)))
  end
  parts[#parts + 1] = "## schedule { ... }\n\n"
    .. table_of(FIELD_HEADS, field_rows(schema.resources.schedule.fields, "", {}, 0)) .. "\n"
  return table.concat(parts, "\n")
end

local function keys(map)
  local list = {}
  for key in pairs(map or {}) do
    list[#list + 1] = key
  end
  table.sort(list)
  return words(list)
end

local function query_of(query)
  local parts = {}
  for _, name in ipairs { "filter", "sort", "include" } do
    if query[name] and next(query[name]) then
      parts[#parts + 1] = name .. ": " .. keys(query[name])
    end
  end
  return escape(table.concat(parts, "; "))
end

-- What filters, sorts and includes an operation takes, in either dialect; once where both say the same.
local function queries_of(operation)
  local guide, openapi = query_of(grammars.of(operation.id).guide), query_of(grammars.of(operation.id).openapi)
  if guide == openapi or not operation.guide then
    return openapi
  elseif not operation.openapi then
    return guide
  end
  return "<small>guide:</small> " .. guide .. "<br><small>openapi:</small> " .. openapi
end

function pages.operations()
  local rows = {}
  for _, operation in ipairs(operations.list) do
    local dialects = operation.guide and operation.openapi and "both" or operation.guide and "guide" or "openapi"
    local since = revisions.since("operations", operation.id)
    dialects = dialects .. (operation.beside and ", and beside the preview revisions"
      or since and (", openapi from %s"):format(since) or "")
    local limit, tier = operations.limit(operation.id, "2026-10-15")
    rows[#rows + 1] = {
      ("%s<br><small>%s</small>"):format(code(operation.id), escape(operation.method .. " " .. operation.path)),
      ("%d/s, %d/min%s<br><small>%s; dialects: %s</small>"):format(limit.burst, limit.steady,
        tier and (" (%s)"):format(tier) or "",
        words(operation.scopes), dialects),
      queries_of(operation),
    }
  end
  return "The ids are the names under `limits = { ... }`. Limits hold per account; those shown are of revision "
    .. "2026-10-15. Those beside the preview revisions are sent with revision 2026-07-15 by a client of one; whether "
    .. "it knows what a preview has created is unverified, and a 404 says so.\n\nSend jobs (`/api/campaign-send-jobs`) "
    .. "have no method: what they do to a campaign with several messages is not known. `schedule` is the way; "
    .. "`kl:request` reaches them.\n\n" .. table_of({ "operation", "limit, scopes", "query" }, rows) .. "\n"
end

-- The members of each control body, from the shapes in the source.
local function shapes(text)
  local found = {}
  for name, body in text:gmatch "SHAPE%(([%w_]+),(.-)%);\n" do
    local members = {}
    for kind, member in body:gmatch '(%u+)%("([%w_]+)"' do
      members[#members + 1] = (kind == "FIELD" or kind == "WORDS" or kind == "OF") and member or nil
    end
    found[name] = words(members)
  end
  return found
end

---The control endpoints of the sandbox.
---@return { [1]: string, [2]: string, [3]: string }[]  method, path, members of the body
function pages.endpoints()
  local file = assert(io.open "src/sandbox/control/control.c")
  local text = file:read "*a"
  file:close()
  local bodies, list = shapes(text), {}
  for method, path, shape in text:gmatch '{"(%u+)", "([%w%-/{}]+)", &([%w_]+),' do
    list[#list + 1] = { method, "/_sandbox/" .. path, bodies[shape] or "" }
  end
  return list
end

function pages.sandbox()
  local rows = {}
  for _, endpoint in ipairs(pages.endpoints()) do
    rows[#rows + 1] = { code(endpoint[1] .. " " .. endpoint[2]), escape(endpoint[3]) }
  end
  return "## Options of start\n\n"
    .. table_of({ "option", "type", "" }, class_rows("lua/klaviyo/meta/sandbox.lua", "klaviyo.sandbox.options"))
    .. "\n\n## Faults: the argument of fail\n\n"
    .. table_of({ "field", "type", "" }, class_rows("lua/klaviyo/meta/sandbox.lua", "klaviyo.sandbox.fault"))
    .. "\n\n## Control endpoints\n\nJSON bodies; no credential.\n\n"
    .. table_of({ "call", "members of the body" }, rows) .. "\n"
end

function pages.commands()
  local parts = {}
  local parser = commands.parser()
  parts[#parts + 1] = "## Options and commands\n\n<pre>\n" .. escape(parser:get_help()) .. "\n</pre>\n"
  for _, name in ipairs(commands.names) do
    local command = commands.parser { name }
    local ok, help = pages.help(command, name)
    parts[#parts + 1] = ("### klaviyo %s\n\n<pre>\n%s\n</pre>\n"):format(name, escape(ok and help or ""))
  end
  local rows = {}
  for _, exit in ipairs(failure.exits) do
    rows[#rows + 1] = { tostring(exit[1]), escape(exit[3]) }
  end
  parts[#parts + 1] = "## Exit codes\n\n" .. table_of({ "code", "meaning" }, rows) .. "\n"
  return table.concat(parts, "\n")
end

---The help of a command.
---@param parser table  argparse's
---@param name string
---@return boolean
---@return string
function pages.help(parser, name)
  for _, command in ipairs(parser._commands) do
    if command._name == name then
      return true, command:get_help()
    end
  end
  return false, ""
end

---The pages, in the order of the reference.
pages.names = { "options", "errors", "events", "fields", "operations", "sandbox", "commands" }

return pages
