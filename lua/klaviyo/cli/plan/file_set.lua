-- SPDX-License-Identifier: MIT
--- Several campaign files at once, for the commands that take FILE...: files, folders, and `-` for standard input.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local failure = require "klaviyo.cli.terminal.failure"
local native = require "klaviyo.terminal"
local text = require "klaviyo.cli.terminal.text"

local file_set = {}

local function refuse(message, hint)
  failure.raise { code = "input", message = message, hint = hint }
end

-- The campaign files of a folder, in the order of their names. Its folders are not searched.
local function expand(folder)
  local names, message = native.directory(folder)
  if not names then
    refuse(message)
  end
  table.sort(names)
  local found = {}
  for _, name in ipairs(names) do
    local path = folder:gsub("/*$", "") .. "/" .. name
    if name:sub(1, 1) ~= "." and campaign_file.is_name(name) and native.file_type(path) == "file" then
      found[#found + 1] = path
    end
  end
  if #found == 0 then
    refuse(("%s: there is no campaign file in this folder"):format(folder), campaign_file.ALLOWED)
  end
  return found
end

-- The files behind the names that the user gave, each once, whatever name or link led to it.
local function files_of(names)
  local list, known = {}, {}
  local function add(name)
    local key = name ~= "-" and native.real_path(name) or name
    if not known[key] then
      known[key] = true
      list[#list + 1] = name
    end
  end
  for _, name in ipairs(names) do
    if name ~= "-" and native.file_type(name) == "directory" then
      for _, path in ipairs(expand(name)) do
        add(path)
      end
    else
      add(name)
    end
  end
  return list
end

-- The problems of several files in one failure, so that all can be mended before the next attempt.
local function raise_all(problems, count)
  if #problems == 1 then
    error(problems[1], 0)
  end
  local details = {}
  for _, problem in ipairs(problems) do
    table.insert(details, problem.message)
    for _, detail in ipairs(problem.details or {}) do
      table.insert(details, detail)
    end
  end
  failure.raise { code = "input", details = details, hint = problems[1].hint,
    message = ("%d of %s cannot be read; nothing was done"):format(#problems, text.count(count, "file")) }
end

---Whether a word of the command line names a campaign file or a folder, where it could also be the name of a campaign.
---@param word string
---@return boolean
function file_set.is_path(word)
  return campaign_file.is_name(word) or native.file_type(word) == "directory"
end

---Reads campaign files. Nothing is half read: the problems of all files end the command together.
---@param _ctx klaviyo.cli.context
---@param names string[]  files, folders, or `-`
---@return klaviyo.cli.campaign_file[]  each file once, in the order of the names; those of a folder sorted
function file_set.read(_ctx, names)
  local list, read, problems = files_of(names), {}, {}
  for _, name in ipairs(list) do
    local ok, result = pcall(campaign_file.read, name)
    if ok then
      read[#read + 1] = result
    elseif failure.is(result) then
      problems[#problems + 1] = result
    else
      error(result, 0)
    end
  end
  if #problems > 0 then
    raise_all(problems, #list)
  end
  return read
end

return file_set
