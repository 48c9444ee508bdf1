-- SPDX-License-Identifier: MIT
--- Campaign files: a campaign in Lua, as the builder or a table, or as a table in JSON or YAML. A process of its own
--- evaluates each.

local evaluate = require "klaviyo.cli.plan.evaluate"
local failure = require "klaviyo.cli.terminal.failure"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local file_sends = require "klaviyo.cli.plan.file_sends"
local files = require "klaviyo.cli.files"
local locate = require "klaviyo.cli.plan.locate"
local native = require "klaviyo.terminal"
local path = require "klaviyo.model.path"

local campaign_file = {}

local LARGEST = evaluate.LIMITS.output -- bytes of a file; one that has no end, such as /dev/zero, has more

---@class klaviyo.cli.campaign_file
---@field name string     the path as the user wrote it
---@field model table     the campaign
---@field sends table<string, any>  when its messages are to be sent, by path (file_sends.lua)
---@field included table<string, boolean>  the real paths of the files that it includes
---@field read table<string, boolean>      the variables that it reads
---@field known table<string, any>         the variables that have a value
---@field private text string
---@field private kind "lua"|"json"|"yaml"
---@field private calls table[]   the builder's calls, in order
---@field private lines? table<string, integer>  of fields, by path, where the parser knows them
---@field private origins table<string, string>  by path: the place of a value that is a default
local file = {}
file.__index = file

local function refuse(message, hint, included)
  failure.raise { code = "input", message = message, hint = hint, included = included }
end

---@class klaviyo.cli.file_options  how a file of a folder is read
---@field set? table<string, string>  variables
---@field defaults? fun(name: string): klaviyo.cli.defaults|nil  those of its folder

-- The text of a file, and its kind as far as the name tells; a pipe has a name without an extension.
local function text_of(name)
  if name == "-" then
    return files.input()
  end
  local kind, other = file_kinds.of(name)
  if not kind and other then
    refuse(("%s: %s"):format(name, other), file_kinds.ALLOWED)
  end
  local text, message = files.read(name, LARGEST)
  if not text then
    failure.raise { code = "input", message = message }
  end
  return text, kind
end

-- Ends the command with what is wrong with a file as a whole.
local function raise_problem(self, problem)
  if not problem.path then
    refuse(problem.message, problem.hint, self.included)
  end
  refuse(("%s: %s %s"):format(self:place(problem.path), problem.path ~= "" and problem.path or "the campaign",
    problem.message), nil, self.included)
end

local function evaluated(self, request)
  request.name, request.text, request.kind, request.output = self.name, self.text, self.kind, evaluate.LIMITS.output
  local response = evaluate.run(request)
  self.calls, self.model, self.lines = response.calls or {}, response.model, response.lines
  self.included, self.read, self.known = response.included, response.read, response.known
  if response.problem then
    raise_problem(self, response.problem)
  end
  return self
end

-- Takes what is no part of the campaign that is created out of it.
local function finished(self)
  self.model, self.sends = file_sends.split(self.model)
  return self
end

local function new(text, name, kind)
  return setmetatable({ name = name, text = text, origins = {},
    kind = kind or text:find "^%s*[{%[]" and "json" or "lua" }, file)
end

---Reads a campaign file; `-` is standard input. Without options it is by itself: it includes no other file, and no
---defaults apply to it.
---@param name string
---@param options? klaviyo.cli.file_options
---@return klaviyo.cli.campaign_file
function campaign_file.read(name, options)
  local text, kind = text_of(name)
  local self = new(text, name == "-" and "stdin" or name, kind)
  if not options then
    return finished(evaluated(self, {}))
  end
  local has_folder = name ~= "-" and native.file_type(name) == "file"
  local common = has_folder and options.defaults and options.defaults(name) or nil
  evaluated(self, { path = has_folder and native.real_path(name) or nil, set = options.set,
    folder = has_folder and files.folder(name) or nil, vars = common and common.model.vars })
  if common then
    self.origins = common:apply(self.model)
    for where, from in pairs(self.origins) do
      self.origins[where] = common:place(from)
    end
  end
  return finished(self)
end

---Reads the text of a campaign file.
---@param text string
---@param name string
---@return klaviyo.cli.campaign_file
function campaign_file.parse(text, name)
  return finished(evaluated(new(text, name, file_kinds.of(name)), {}))
end

---How messages write what is to stand in the file: nil is Lua, and YAML reads JSON.
---@return "json"|nil
function file:syntax()
  return self.kind ~= "lua" and "json" or nil
end

-- The offset and line of the call that made each part, by path.
local function positions_of(self)
  if not self.positions then
    self.positions = {}
    local after
    for _, made in ipairs(self.calls) do
      local at, stop, line = locate.call(self.text, made.line or 1, made.name, after)
      after = stop
      self.positions[made.path] = at and { at = at, line = line }
    end
  end
  return self.positions
end

-- The lines of the fields of a file that describes the campaign as one table.
local function lines_of(self)
  if not self.lines then
    local is_json = self.kind == "json"
    self.lines = locate.fields(self.text, is_json and 1 or locate.returned(self.text), is_json)
  end
  return self.lines
end

---The line of a field; nil if it is not known.
---@param where string  path
---@return integer|nil
function file:line(where)
  local keys = path.parse(where or "")
  if #self.calls == 0 then
    return locate.line(lines_of(self), keys)
  end
  for n = #keys, 0, -1 do
    local part, rest = {}, {}
    for i, key in ipairs(keys) do
      table.insert(i <= n and part or rest, key)
    end
    local position = positions_of(self)[path.format(part)]
    if position then
      return locate.line(#rest > 0 and locate.fields(self.text, position.at, false) or {}, rest) or position.line
    end
  end
end

---Where a field comes from: a line of the file, or of the defaults of its folder.
---@param where string  path
---@return string place        "sale.lua:4"; without a line if it is not known
---@return boolean is_default
function file:place(where)
  local keys = path.parse(where)
  for n = #keys, 1, -1 do
    local origin = self.origins[path.format { (table.unpack or unpack)(keys, 1, n) }]
    if origin then
      return origin, true
    end
  end
  local line = self:line(where)
  return line and ("%s:%d"):format(self.name, line) or self.name, false
end

---Ends the command with the problems of the campaign, each with its line. An error about something else is reported as
---it is.
---@param err klaviyo.error
function file:refuse(err)
  local failed = failure.of(err)
  local details = {}
  for _, item in ipairs(err.kind ~= "connect" and err.errors or {}) do
    local where, is_default = self:place(item.path or "")
    local detail = tostring(item.detail or item.title)
    if item.path and detail:find(item.path, 1, true) ~= 1 then
      detail = item.path .. ": " .. detail
    end
    detail = is_default and ("%s (a default, for %s)"):format(detail, self.name) or detail
    details[#details + 1] = item.path and ("%s: %s"):format(where, detail) or detail
  end
  if #details > 0 then
    failed.details = details
    failed.message = err.kind == "validation" and ("%s is not valid; nothing was sent"):format(self.name)
      or ("The service refused %s"):format(self.name)
  end
  error(failed, 0)
end

return campaign_file
