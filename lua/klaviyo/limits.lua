-- SPDX-License-Identifier: MIT
--- What is used and left of a budget that machines share: kl.limits.

local errors = require "klaviyo.model.error"

---@class klaviyo.budget
local limits = {}
limits.__index = limits

---@class klaviyo.window
---@field limit integer   requests that the service allows in it
---@field used integer    of them, those of all machines
---@field left integer
---@field seconds number  its length

---@class klaviyo.limits_of_operation
---@field operation string
---@field burst klaviyo.window
---@field steady klaviyo.window
---@field reserved integer   permits that machines hold for later
---@field others integer     requests in the steady window that the service counted and no machine of the fleet sent
---@field resets_in? number  seconds until the steady window ends, once the service has reported it
---@field blocked number     seconds for which the service has asked not to be called
---@field machines table<string, integer>  requests in the steady window, by machine

---Asks Redis how much of the windows is used and left, by machine, for each operation that some machine has called
---lately.
---@return klaviyo.limits_of_operation[]|nil  by name
---@return klaviyo.error|nil  kind "budget": there is no shared budget, or Redis cannot be asked
function limits:status()
  if not self._source then
    return nil, errors.new { kind = "budget", message = "this client shares no budget: give it limits = { shared = "
      .. "\"redis://...\" }" }
  end
  local list, why = self._source:status()
  if not list then
    return nil, errors.new { kind = "budget", message = "the shared budget cannot be read: " .. why, retryable = true }
  end
  return list
end

-- The families of metrics: name, what it says, and its samples for an operation.
local function window_samples(field)
  return function(row, add)
    add({ operation = row.operation, window = "burst" }, row.burst[field])
    add({ operation = row.operation, window = "steady" }, row.steady[field])
  end
end

local function plain(field)
  return function(row, add)
    add({ operation = row.operation }, row[field])
  end
end

local FAMILIES = {
  { "klaviyo_limit_requests", "Requests that the service allows in a window.", window_samples "limit" },
  { "klaviyo_limit_used_requests", "Requests of all machines in the present window.", window_samples "used" },
  { "klaviyo_limit_left_requests", "Requests that are left in the present window.", window_samples "left" },
  { "klaviyo_limit_machine_requests", "Requests of a machine in the present steady window.", function(row, add)
    local names = {}
    for name in pairs(row.machines) do
      names[#names + 1] = name
    end
    table.sort(names)
    for _, name in ipairs(names) do
      add({ operation = row.operation, machine = name }, row.machines[name])
    end
  end },
  { "klaviyo_limit_reserved_requests", "Permits that machines hold for later.", plain "reserved" },
  { "klaviyo_limit_others_requests", "Requests in the steady window that no machine of the fleet sent.",
    plain "others" },
  { "klaviyo_limit_blocked_seconds", "How long the service has asked not to be called.", plain "blocked" },
}

local ORDER = { "operation", "window", "machine" }

local function labels_of(values)
  local parts = {}
  for _, name in ipairs(ORDER) do
    local value = values[name]
    if value then
      parts[#parts + 1] = ('%s="%s"'):format(name, (value:gsub("[\\\"\n]", { ["\\"] = "\\\\", ['"'] = '\\"',
        ["\n"] = "\\n" })))
    end
  end
  return table.concat(parts, ",")
end

local function family(lines, name, help, samples, rows)
  lines[#lines + 1] = ("# TYPE %s gauge"):format(name)
  local unit = name:match "_(seconds)$"
  if unit then
    lines[#lines + 1] = ("# UNIT %s %s"):format(name, unit)
  end
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  for _, row in ipairs(rows) do
    samples(row, function(labels, value)
      lines[#lines + 1] = ("%s{%s} %.14g"):format(name, labels_of(labels), value)
    end)
  end
end

---The same as an OpenMetrics text, for Prometheus and the like to scrape. It is a text in any case: without Redis it
---says that the budget is lost (klaviyo_budget_up 0).
---@return string  of type application/openmetrics-text; version=1.0.0; charset=utf-8
function limits:metrics()
  local rows, lines = self:status(), {}
  lines[#lines + 1] = "# TYPE klaviyo_budget_up gauge"
  lines[#lines + 1] = "# HELP klaviyo_budget_up Whether this machine can ask the shared budget."
  lines[#lines + 1] = "klaviyo_budget_up " .. (rows and not self._source:is_lost() and 1 or 0)
  for _, of in ipairs(FAMILIES) do
    family(lines, of[1], of[2], of[3], rows or {})
  end
  local counts = self._source and self._source:counts() or { asked = 0, permits = 0, lost = 0 }
  for _, of in ipairs { { "asked", "Round trips to Redis for permits." },
    { "permits", "Permits that this process has used." }, { "lost", "How often Redis was lost." } } do
    lines[#lines + 1] = ("# TYPE klaviyo_budget_%s counter"):format(of[1])
    lines[#lines + 1] = ("# HELP klaviyo_budget_%s %s"):format(of[1], of[2])
    lines[#lines + 1] = ("klaviyo_budget_%s_total %d"):format(of[1], counts[of[1]])
  end
  lines[#lines + 1] = "# EOF\n"
  return table.concat(lines, "\n")
end

function limits:__tostring()
  return "klaviyo.limits (" .. (self._source and "shared" or "of this process") .. ")"
end

require("klaviyo.model.callback").need_object(limits, { "status", "metrics" })

return {
  methods = limits,
  ---@param source klaviyo.fleet.source|nil
  ---@return klaviyo.budget
  new = function(source)
    return setmetatable({ _source = source and source.status and source or false }, limits)
  end,
}
