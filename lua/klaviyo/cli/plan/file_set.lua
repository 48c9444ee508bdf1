-- SPDX-License-Identifier: MIT
--- Several campaign files at once, for the commands that take FILE...: files, folders, and `-` for standard input.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local defaults = require "klaviyo.cli.plan.defaults"
local failure = require "klaviyo.cli.terminal.failure"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local native = require "klaviyo.terminal"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"

local file_set = {}

---The option that gives variables to campaign files.
---@param command table
function file_set.define(command)
  command:option("--set", "Give the variable vars.NAME of the files a value; may be repeated."):argname "NAME=VALUE"
    :count "*"
end

---Ends the command if variables are given where no file is read.
---@param args table
function file_set.refuse_options(args)
  if args.set and #args.set > 0 then
    failure.raise { code = "usage", message = "--set gives a variable to campaign files, and there is none here." }
  end
end

-- The variables of --set.
local function variables_of(args)
  local set = {}
  for _, word in ipairs(args.set or {}) do
    local name, value = word:match "^([%a_][%w_]*)=(.*)$"
    if not name then
      failure.raise { code = "usage",
        message = "--set takes NAME=VALUE, with a name of letters, digits and _, found " .. suggest.show(word) }
    elseif set[name] then
      failure.raise { code = "usage", message = ("--set %s is given twice"):format(name) }
    end
    set[name] = value
  end
  return set
end

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
    if name:sub(1, 1) ~= "." and file_kinds.of(name) and native.file_type(path) == "file" then
      found[#found + 1] = path
    end
  end
  if #found == 0 then
    refuse(("%s: there is no campaign file in this folder"):format(folder), file_kinds.ALLOWED)
  end
  return found
end

-- The files behind the names that the user gave, each once, whatever name or link led to it.
local function files_of(names)
  local list, known = {}, {}
  local function add(name, is_listed)
    local key = name ~= "-" and native.real_path(name) or name
    if not known[key] then
      known[key] = { name = name, path = key }
      table.insert(list, known[key])
    end
    known[key].is_listed = is_listed and known[key].is_listed ~= false
  end
  for _, name in ipairs(names) do
    if name ~= "-" and native.file_type(name) == "directory" then
      for _, path in ipairs(expand(name)) do
        add(path, true)
      end
    else
      add(name, false)
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
  return file_kinds.of(word) ~= nil or native.file_type(word) == "directory"
end

-- Reads each file once, and the defaults of each folder once. A failure is kept with its file.
local function read_all(list, set)
  local folders = {}
  local function defaults_of(name)
    local folder = name:match "^(.*)/" or "."
    if folders[folder] == nil then
      local ok, result = pcall(defaults.of, name, set)
      folders[folder] = { ok = ok, result = result }
    end
    if not folders[folder].ok then
      error(folders[folder].result, 0)
    end
    return folders[folder].result
  end
  local included = {}
  local function note(from)
    for path in pairs(from and from.included or {}) do
      included[path] = true
    end
  end
  for _, entry in ipairs(list) do
    local ok, result = pcall(campaign_file.read, entry.name, { set = set, defaults = defaults_of })
    if not ok and not failure.is(result) then
      error(result, 0)
    end
    entry.ok, entry.result = ok, result
    note(result)
  end
  for _, folder in pairs(folders) do
    note(folder.result)
  end
  return included, folders
end

-- A variable that no file reads would be one that somebody believes in.
local function refuse_unread(set, files, folders)
  local read, known = {}, {}
  local function note(from)
    for name in pairs(from.read) do
      read[name] = true
    end
    for name in pairs(from.known or {}) do
      known[name] = set[name] == nil or nil
    end
  end
  for _, file in ipairs(files) do
    note(file)
  end
  for _, folder in pairs(folders) do
    note(folder.result or { read = {} }) -- a folder may have none
  end
  for _, name in ipairs(suggest.names(set)) do
    if not read[name] then
      local names = suggest.names(known)
      failure.raise { code = "usage", message = ("--set %s: no file reads vars.%s%s"):format(name, name,
        suggest.phrase(name, names)), hint = #names > 0 and "the variables are " .. suggest.list(names) or nil }
    end
  end
end

---Reads campaign files. Nothing is half read: the problems of all files end the command together.
---@param ctx klaviyo.cli.context  args.set: variables
---@param names string[]  files, folders, or `-`
---@return klaviyo.cli.campaign_file[]  each file once, in the order of the names; those of a folder sorted
function file_set.read(ctx, names)
  local set = variables_of(ctx.args)
  local list, read, problems, seen = files_of(names), {}, {}, {}
  local included, folders = read_all(list, set)
  for _, entry in ipairs(list) do
    if entry.is_listed and included[entry.path] then
      entry.result = nil -- a part of another file, and no campaign
    elseif entry.ok then
      read[#read + 1] = entry.result
    elseif not seen[entry.result] then
      problems[#problems + 1], seen[entry.result] = entry.result, true
    end
  end
  if #problems > 0 then
    raise_all(problems, #list)
  end
  refuse_unread(set, read, folders)
  return read
end

return file_set
