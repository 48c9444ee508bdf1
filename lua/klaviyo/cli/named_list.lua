-- SPDX-License-Identifier: MIT
--- The commands that list what campaigns refer to by name: lists, segments, templates and tags.

local failure = require "klaviyo.cli.terminal.failure"
local fields = require "klaviyo.cli.fields"
local format_time = require "klaviyo.cli.format_time"
local describe = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"
local sizes = require "klaviyo.cli.sizes"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"
local write_csv = require "klaviyo.cli.write_csv"

local named_list = {}

---@class klaviyo.cli.named_kind
---@field what string        for help: "lists of people"
---@field fields string[]    of a record, besides id and name
---@field columns string[]   of the table, besides id and name
---@field counts? boolean    it has a size
---@field examples string[]

---@type table<string, klaviyo.cli.named_kind>
local KINDS = {
  list = { what = "lists of people", fields = { "opt_in_process", "created_at", "updated_at" }, counts = true,
    columns = { "updated_at" }, examples = { "lists vip", "lists --count" } },
  segment = { what = "segments", fields = { "is_active", "is_processing", "is_starred", "created_at", "updated_at" },
    columns = { "state", "updated_at" }, counts = true, examples = { "segments lapsed", "segments --count --csv" } },
  template = { what = "templates", fields = { "editor_type", "created_at", "updated_at" },
    columns = { "editor_type", "updated_at" }, examples = { "templates summer", "templates --json" } },
  tag = { what = "tags", fields = {}, columns = {}, examples = { "tags sale", "tags --csv > tags.csv" } },
}

local function time_cell(value, z)
  local epoch = time.parse(value)
  return epoch and format_time.short(epoch, z) or ""
end

-- What there is to say of a segment's people.
local function state_of(one)
  return one.is_processing == true and "processing" or one.is_active == false and "inactive" or "active"
end

local COLUMNS = {
  id = { title = "ID", least = 6, style = function()
    return "dim"
  end, get = function(one)
    return text.clean(one.id)
  end },
  name = { title = "NAME", least = 12, get = function(one)
    return describe.name(one.name)
  end },
  profile_count = { title = "PEOPLE", right = true, get = function(one)
    return type(one.profile_count) == "number" and ("%d"):format(one.profile_count) or "?"
  end },
  state = { title = "STATE", get = state_of },
  editor_type = { title = "EDITOR", get = function(one)
    return text.clean(describe.known(one.editor_type) or "")
  end },
  updated_at = { title = "UPDATED", is_time = true, least = 16, get = function(one, z)
    return time_cell(one.updated_at, z)
  end },
}

-- Whether a name contains a text, whatever the case of its letters.
local function contains(name, part)
  return type(name) == "string" and text.lower(name):find(text.lower(part), 1, true) ~= nil
end

-- The records whose names contain the text, by name. The service cannot search all kinds for a part of a name.
local function read(ctx, kind, part, limit)
  local records, wanted = json.array(), { "name" }
  for _, name in ipairs(KINDS[kind].fields) do
    wanted[#wanted + 1] = name
  end
  ctx.progress:begin(("Reading %ss"):format(kind))
  for one in ctx:client()[kind .. "s"]:each { sort = "name", fields = { [kind] = wanted },
    page_size = kind == "tag" and 50 or 10 } do
    if not part or contains(one.name, part) then
      local record = { id = one.id }
      for _, name in ipairs(wanted) do
        record[name] = one[name]
      end
      records[#records + 1] = record
      ctx.progress:set(#records)
    end
    if limit > 0 and #records >= limit then
      break
    end
  end
  ctx.progress:finish()
  return records
end

local function write_table(ctx, args, kind, records)
  local columns, rows, z = {}, {}, ctx:zone()
  local names = { "id", "name", args.count and "profile_count" or nil }
  for _, name in ipairs(KINDS[kind].columns) do
    names[#names + 1] = name
  end
  for i, name in ipairs(names) do
    local column = COLUMNS[name]
    columns[i] = column.is_time and { title = ("%s (%s)"):format(column.title, z.name), least = column.least } or column
  end
  for r, record in ipairs(records) do
    rows[r] = {}
    for i, name in ipairs(names) do
      rows[r][i] = COLUMNS[name].get(record, z)
    end
  end
  tables.write(ctx.term, columns, rows)
end

local function write_lines(ctx, args, kind, records)
  local columns = { "id", "name", args.count and "profile_count" or nil }
  for _, name in ipairs(KINDS[kind].fields) do
    columns[#columns + 1] = name
  end
  local function write(line)
    ctx.term:write(ctx.term.out_tty and line:gsub("[^\r\n]+", text.clean) or line)
  end
  write(write_csv.head(columns))
  for _, record in ipairs(records) do
    write(write_csv.line(columns, record))
  end
end

local function run(kind, ctx, args)
  if args.csv and args.json then
    failure.raise { code = "usage", message = "--csv and --json exclude each other" }
  elseif args.csv then
    ctx:refuse_fields "--csv"
  end
  local records = read(ctx, kind, args.text, args.limit)
  if args.count then
    sizes.add(ctx, kind, records)
  end
  if args.csv then
    write_lines(ctx, args, kind, records)
  elseif ctx:wants_data() then
    ctx:data(records)
  elseif #records == 0 then
    ctx.term:note(args.text and ("No %s has %q in its name."):format(kind, text.clean(args.text))
      or ("There are no %ss."):format(kind))
  else
    write_table(ctx, args, kind, records)
  end
end

---The command for a kind.
---@param kind "list"|"segment"|"template"|"tag"
---@return klaviyo.cli.command
function named_list.command(kind)
  local described = KINDS[kind]
  local command = { summary = ("List the %s of the account, by name."):format(described.what),
    examples = described.examples,
    fields = fields.shape({ "id", "name", described.counts and "profile_count" or nil },
      fields.shape(described.fields)) }

  function command.define(definition)
    definition:argument("TEXT", "Those whose name contains this, in upper or lower case."):args "?":target "text"
    definition:option("-l --limit", "Largest number; 0: all.", "0"):convert(values.whole("--limit", 0)):argname "COUNT"
    if described.counts then
      definition:flag("--count", "How many people each has: one request each, 1 a second and 15 a minute; kept for an "
        .. "hour.")
    end
    definition:flag("--csv", "Print the result as CSV.")
    if #described.columns > 0 then
      definition:option("-z --timezone", "Zone to show times in."):argname "ZONE"
    end
  end

  function command.run(ctx, args)
    return run(kind, ctx, args)
  end

  return command
end

return named_list
