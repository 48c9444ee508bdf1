-- SPDX-License-Identifier: MIT
--- The campaign that a file stands for: the one that klaviyo apply has made of it in this account.

local failure = require "klaviyo.cli.terminal.failure"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local lockfile = require "klaviyo.cli.plan.lockfile"
local native = require "klaviyo.terminal"
local selection = require "klaviyo.cli.selection"

local of_file = {}

---What the argument of a command may be besides what selection.define says.
of_file.HELP = ", or a campaign file that was applied"

---The id of the campaign of a file, by its lock file.
---@param ctx klaviyo.cli.context
---@param name string  of the file; - is standard input, which has no lock file
---@param id any       that the file itself has
---@return string
function of_file.id(ctx, name, id)
  local found = name ~= "-" and lockfile.open(name .. ".lock", ctx:account_name()):id "campaign" or id
  if type(found) ~= "string" then
    failure.raise { code = "not_found", hint = "name the campaign instead, or create it: klaviyo apply " .. name,
      message = ("%s: no campaign of this file is known in this account."):format(name) }
  end
  return found
end

---Finds what a word of the command line names: as selection.find does, and by a campaign file.
---@param ctx klaviyo.cli.context
---@param word string
---@return klaviyo.cli.selection
function of_file.find(ctx, word)
  local is_file = file_kinds.of(word) ~= nil and native.file_type(word) == "file"
  return selection.find(ctx, is_file and of_file.id(ctx, word) or word)
end

return of_file
