-- SPDX-License-Identifier: MIT
--- The file that klaviyo create --template prints: the columns of a channel, and an example of a row.

local csv_columns = require "klaviyo.cli.plan.csv_columns"
local examples = require "klaviyo.cli.field_examples"
local pretty = require "klaviyo.cli.terminal.pretty"
local schema = require "klaviyo.model.schema"
local values = require "klaviyo.model.validate.value"
local write_csv = require "klaviyo.cli.write_csv"

local csv_template = {}

-- Columns whose example is not that of one field.
local EXAMPLES = { campaign = "Summer Sale 2026", timezone = "America/New_York", audience = "VIP customers",
  included = "LIST_ID; list:Newsletter", template_id = "TEMPLATE_ID" }

-- Whether a revision lets a column be set, in a row for one of these channels.
local function is_offered(column, rules, channels)
  if column.part == "details" then
    for _, channel in ipairs(channels) do
      local field = column.types[channel]
      if field and not values.rejection(rules, field) then
        return not column.is_reference
      end
    end
    return false
  end
  return not values.rejection(rules, column.types[""])
end

-- The example of a column in the row of a channel; nil leaves the cell empty.
local function example_of(column, channel)
  if column.name == "channel" then
    return channel
  elseif column.name == "message" then
    return ("Summer %s"):format(channel)
  elseif column.part == "details" then
    local value = column.types[channel] and examples.of[channel][column.field]
    return type(value) == "table" and pretty.line(value) or value
  end
  return EXAMPLES[column.name]
end

---Writes the template.
---@param channel string|nil  nil: of all channels, with a row for each
---@param rules { dialect: string, revision: string }
---@return string
function csv_template.text(channel, rules)
  local channels = channel and { channel } or schema.channels
  local offered, names = {}, {}
  for _, column in ipairs(csv_columns.list) do
    if is_offered(column, { name = rules.dialect, revision = rules.revision, form = "inline" }, channels) then
      offered[#offered + 1], names[#names + 1] = column, column.name
    end
  end
  local lines = { write_csv.head(names) }
  for i, one in ipairs(channels) do
    local row = {}
    for _, column in ipairs(offered) do
      row[column.name] = example_of(column, one)
    end
    lines[i + 1] = write_csv.line(names, row)
  end
  return table.concat(lines)
end

return csv_template
