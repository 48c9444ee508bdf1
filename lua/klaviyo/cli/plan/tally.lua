-- SPDX-License-Identifier: MIT
--- Counts changes in the words of people: "2 campaigns created, 5 messages changed, 1 file unchanged". A message counts
--- once, whatever of it and of its content changes, and a campaign or an audience that is created counts alone, without
--- what is in it.

local text = require "klaviyo.cli.terminal.text"

local tally = {}

---@class klaviyo.cli.tally
---@field counts table<string, table<string, integer>>  by action and kind
---@field unchanged integer  files
---@field blocked integer
local mt = {}
mt.__index = mt

local KINDS = { "campaign", "audience", "message" }
local ACTIONS = { "create", "update", "delete" }
local WORDS = { done = { create = "created", update = "changed", delete = "removed" },
  planned = { create = "to create", update = "to change", delete = "to remove" } }

---@return klaviyo.cli.tally
function tally.new()
  local counts = {}
  for _, action in ipairs(ACTIONS) do
    counts[action] = { campaign = 0, audience = 0, message = 0 }
  end
  return setmetatable({ counts = counts, unchanged = 0, blocked = 0 }, mt)
end

-- Visits a change and those below it. Returns whether the content of a message changes.
local function visit(self, change, is_done)
  local action, counts = change.action, self.counts[change.action]
  local counted = counts and is_done(change)
  local is_blocked = action == "blocked" or (action == "keep" or action == "update") and change.reason
  self.blocked = self.blocked + (is_blocked and 1 or 0)
  if counted and action == "create" and change.kind ~= "variation" then
    counts[change.kind] = counts[change.kind] + 1
    return false
  end
  local touched = false
  for _, child in ipairs(change.children) do
    touched = visit(self, child, is_done) or touched
  end
  if change.kind == "variation" then
    return counted
  elseif counted then
    counts[change.kind] = counts[change.kind] + 1
  elseif change.kind == "message" and touched then
    self.counts.update.message = self.counts.update.message + 1
  end
  return false
end

---Adds the changes of a file.
---@param change klaviyo.cli.change
---@param done? table<klaviyo.cli.change, boolean>  what was done; without it, all that is planned
function mt:add(change, done)
  local any = false
  visit(self, change, function(one)
    local counted = not done or done[one] == true
    any = any or counted
    return counted
  end)
  self.unchanged = self.unchanged + (any and 0 or 1)
end

---The counts as one sentence.
---@param tense "done"|"planned"
---@return string
function mt:sentence(tense)
  local pieces = {}
  for _, action in ipairs(ACTIONS) do
    for _, kind in ipairs(KINDS) do
      local count = self.counts[action][kind]
      pieces[#pieces + 1] = count > 0 and ("%s %s"):format(text.count(count, kind), WORDS[tense][action]) or nil
    end
  end
  pieces[#pieces + 1] = self.unchanged > 0 and text.count(self.unchanged, "file") .. " unchanged" or nil
  pieces[#pieces + 1] = self.blocked > 0 and text.count(self.blocked, "change") .. " blocked" or nil
  return table.concat(pieces, ", ") .. "."
end

return tally
