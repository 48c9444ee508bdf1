-- SPDX-License-Identifier: MIT
--- Lock files whose campaign files are gone: what was scheduled from such a file still goes out.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local lockfile = require "klaviyo.cli.plan.lockfile"
local native = require "klaviyo.terminal"
local text = require "klaviyo.cli.terminal.text"

local orphans = {}

-- The lock files of a folder that have no file beside them.
local function paths_of(folder)
  local found = {}
  for _, name in ipairs(native.directory(folder) or {}) do
    local path = folder:gsub("/*$", "") .. "/" .. name
    local file = path:match "^(.+)%.lock$"
    if file and native.file_type(path) == "file" and native.file_type(file) == nil then
      found[#found + 1] = path
    end
  end
  table.sort(found)
  return found
end

local WAITING = { SCHEDULED = true, SENDING = true }

local function count_waiting(campaign)
  local count = 0
  for _, message in ipairs(campaign.messages) do
    count = count + (WAITING[message.status] and 1 or 0)
  end
  return count
end

---What is still to be sent of campaigns whose files are gone, as findings of the pre-flight.
---@param ctx klaviyo.cli.context
---@param words string[]  the folders among them are looked at
---@param known table<string, boolean>  ids of campaigns that have a file
---@return klaviyo.cli.finding[]
function orphans.findings(ctx, words, known)
  local found = {}
  for _, word in ipairs(words) do
    for _, path in ipairs(native.file_type(word) == "directory" and paths_of(word) or {}) do
      local id = lockfile.open(path, ctx:account_name()):id "campaign"
      local campaign, err
      if id and not known[id] then
        campaign, err = ctx:client().campaigns:tree(id)
        failure.check(campaign or failure.is_missing(err) or nil, err)
      end
      local count = campaign and count_waiting(campaign) or 0
      if count > 0 then
        found[#found + 1] = { kind = "odd", about = text.clean(path), text = ("its campaign file is gone, and %s of %s "
          .. "%s still scheduled: %s revert %s makes drafts"):format(text.count(count, "message"),
          describe.name(campaign.name), count == 1 and "is" or "are", ctx:program(), id) }
      end
    end
  end
  return found
end

return orphans
