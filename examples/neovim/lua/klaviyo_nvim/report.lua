-- SPDX-License-Identifier: MIT
--- :KlaviyoReport: what a campaign has led to, a line for each message. An account may ask for two reports a minute.

local facts = require "klaviyo.cli.describe"
local float = require "klaviyo_nvim.float"
local plugin = require "klaviyo_nvim"
local words = require "klaviyo.cli.report"

local report = {}

local COLUMNS = {
  { "RECIPIENTS", function(row) return words.count(row.recipients) end },
  { "DELIVERED", function(row) return words.count(row.delivered) end },
  { "OPENED", function(row) return words.percent(row.open_rate) end },
  { "CLICKED", function(row) return words.percent(row.click_rate) end },
  { "CONVERTED", function(row) return words.percent(row.conversion_rate) end },
  { "VALUE", function(row) return words.money(row.conversion_value) end },
}

local function line_of(first, get)
  local cells = { first .. (" "):rep(math.max(0, 24 - vim.fn.strdisplaywidth(first))) }
  for i, column in ipairs(COLUMNS) do
    cells[i + 1] = ("%11s"):format(get(column))
  end
  return table.concat(cells)
end

local function lines_of(campaign, rows)
  local lines = { ("%s   as of %s"):format(facts.name(campaign.name), rows.read_at) }
  if #rows == 0 then
    lines[2] = "nothing of it was sent yet"
    return lines
  end
  lines[2] = line_of("", function(column)
    return column[1]
  end)
  for _, row in ipairs(rows) do
    lines[#lines + 1] = line_of(("%s (%s)"):format(facts.name(row.message_name), row.channel or "?"),
      function(column)
        return column[2](row)
      end)
  end
  lines[#lines + 1] = "conversions: " .. (rows.conversion_metric.name or rows.conversion_metric.id) .. "   q closes"
  return lines
end

---@param given { args: string }  the name of the metric that counts as a conversion
function report.command(given)
  local id = plugin.need_here()
  if not id then
    return
  end
  plugin.run(function()
    local campaign = plugin.check(plugin.client().campaigns:get(id))
    local rows = plugin.check(campaign:results { by = "message",
      conversion_metric = given.args ~= "" and given.args or nil })
    local window
    local function close()
      window:close()
    end
    window = float.open(lines_of(campaign, rows), { keys = { q = close, ["<Esc>"] = close } })
  end)
end

return report
