-- SPDX-License-Identifier: MIT
--- Shows the plans of one or several files, and has them as JSON.

local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local json = require "klaviyo.model.json"
local tally = require "klaviyo.cli.plan.tally"
local text = require "klaviyo.cli.terminal.text"

local plan_view = {}

---Whether there is something to do.
---@param items klaviyo.cli.planning[]
---@return boolean
function plan_view.is_empty(items)
  for _, item in ipairs(items) do
    if not diff.is_empty(item.change) then
      return false
    end
  end
  return true
end

---The number of changes that are blocked.
---@param items klaviyo.cli.planning[]
---@return integer
function plan_view.blocked(items)
  local count = 0
  for _, item in ipairs(items) do
    count = count + diff.count(item.change).blocked
  end
  return count
end

---Whether the files and the account differ, be it in what cannot be changed.
---@param items klaviyo.cli.planning[]
---@return boolean
function plan_view.differs(items)
  return not plan_view.is_empty(items) or plan_view.blocked(items) > 0
end

---All that is planned, counted.
---@param items klaviyo.cli.planning[]
---@return klaviyo.cli.tally
function plan_view.count(items)
  local counts = tally.new()
  for _, item in ipairs(items) do
    counts:add(item.change)
  end
  return counts
end

---The changes of all files.
---@param items klaviyo.cli.planning[]
---@return klaviyo.cli.change[]
function plan_view.changes(items)
  local list = {}
  for i, item in ipairs(items) do
    list[i] = item.change
  end
  return list
end

---Writes the plans.
---@param term klaviyo.cli.terminal
---@param items klaviyo.cli.planning[]
---@param shown? klaviyo.cli.names  to be written beside ids
function plan_view.write(term, items, shown)
  if #items == 1 then
    return diff_view.write(term, items[1].change, shown)
  end
  for _, item in ipairs(items) do
    term:line(term:style("title", text.clean(item.file.name)), ": ", diff_view.summary(item.change))
    diff_view.list(term, { item.change }, shown)
  end
  term:line(plan_view.is_empty(items) and "Nothing to do: "
    or "All files: ", plan_view.count(items):sentence "planned")
end

---The plans as JSON: the changes of each file, and of all of them.
---@param items klaviyo.cli.planning[]
---@return table
function plan_view.as_json(items)
  local all = diff_view.nothing()
  all.files = json.array()
  for i, item in ipairs(items) do
    local one = diff_view.as_json(item.change)
    for _, change in ipairs(one.changes) do
      change.file = item.file.name
      table.insert(all.changes, change)
    end
    for _, name in ipairs { "add", "change", "remove", "blocked", "foreign" } do
      all[name] = all[name] + one[name]
    end
    one.file, one.lock, one.changes = item.file.name, item.lock.path, nil
    one.campaign, one.name = item.campaign and item.campaign.id, item.model.name
    all.files[i] = one
  end
  return all
end

return plan_view
