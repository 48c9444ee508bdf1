-- SPDX-License-Identifier: MIT
--- What a campaign file is evaluated by, in a process of its own: the globals of a file, and what it returns. It reads
--- the files that the file includes, and nothing else.

local builder = require "klaviyo.builder"
local crossing = require "klaviyo.cli.plan.crossing"
local json = require "klaviyo.model.json"
local recorder = require "klaviyo.cli.plan.recorder"
local reference = require "klaviyo.model.reference"

local file_program = {}

---@class klaviyo.cli.file_program.request
---@field name string       the file, as in messages
---@field text string
---@field kind "lua"|"json"
---@field output integer    largest number of bytes of the description

---@class klaviyo.cli.file_program.response
---@field model? table      the campaign
---@field calls table[]     the builder's calls, in order
---@field problem? { message: string, hint?: string, path?: string }
---@field exceeds? "memory"|"output"  a limit that the file exceeds

local setfenv, loadstring = rawget(_G, "setfenv"), rawget(_G, "loadstring") -- LuaJIT
local jit = rawget(_G, "jit")

-- What is wrong with a file, in a form that no file can raise.
local problem_mt = {}

local function refuse(message, hint)
  error(setmetatable({ message = message, hint = hint }, problem_mt), 0)
end

local function copy(library, without)
  local own = {}
  for name, value in pairs(library) do
    if name ~= without then
      own[name] = value
    end
  end
  return own
end

-- list "VIP customers" and the like, also as klaviyo.list.
local function with_references(env)
  for kind, make in pairs(reference.plain()) do
    env[kind], env.klaviyo[kind] = make, make
  end
  return env
end

-- The globals of a file: no files, processes, modules or other chunks, and copies of libraries that it could change.
local function environment(campaign)
  return with_references {
    campaign = campaign, null = json.null, klaviyo = { array = json.array },
    string = copy(string, "dump"), table = copy(table), math = copy(math),
    assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall, select = select,
    tonumber = tonumber, tostring = tostring, type = type, unpack = table.unpack or rawget(_G, "unpack"),
    _VERSION = _VERSION,
  }
end

local function compile(text, chunk, env)
  if text:sub(1, 1) == "\27" then
    return nil, chunk:sub(2) .. ":1: is compiled Lua; a campaign file is text"
  elseif setfenv then
    local fn, message = loadstring(text, chunk)
    return fn and setfenv(fn, env), message
  end
  return load(text, chunk, "t", env)
end

-- A message of Lua with the whole name of the file, which Lua shortens.
local function with_name(message, name)
  for _, shortened in ipairs { "..." .. name:sub(-56), "..." .. name:sub(-53) } do
    if #name >= 60 and message:sub(1, #shortened + 1) == shortened .. ":" then
      return name .. message:sub(#shortened + 1)
    end
  end
  return message
end

-- What a file raised, as a sentence.
local function sentence(raised, name)
  if type(raised) == "string" then
    return with_name(raised, name)
  end
  return ("%s: raises a %s; error(...) takes a text"):format(name, type(raised))
end

local function read_lua(request, watch)
  local chunk = "@" .. request.name
  local campaign, recording = recorder.new(chunk, request.name)
  local fn, message = compile(request.text:gsub("^#[^\n]*", ""), chunk, environment(campaign))
  if not fn then
    refuse(with_name(message, request.name))
  end
  watch(true)
  local ok, result = pcall(fn)
  watch(false)
  if not ok and type(result) == "string" and result:find "not enough memory" then
    return { exceeds = "memory" }
  elseif not ok then
    refuse(sentence(result, request.name))
  elseif result == nil and recording.count > 1 then
    refuse(("%s: makes %d campaigns and returns none: return one of them"):format(request.name, recording.count))
  end
  local made, calls = recorder.unwrap(result == nil and recording.last or result)
  local model = builder.model(made)
  if not model then
    refuse(("%s: returns no campaign: end it with return campaign \"...\" or return { name = ... }"):format(
      request.name))
  end
  return { model = model, calls = calls }
end

local function read_json(request)
  local model = require("klaviyo.cli.files").json(request.text, request.name)
  if type(model) ~= "table" or json.is_array(model) then
    refuse(request.name .. ":1: is not a JSON object")
  end
  return { model = model }
end

local READERS = { lua = read_lua, json = read_json }

-- A failure of reading, as data.
local function problem_of(raised)
  if type(raised) ~= "table" or not raised.message then
    error(raised, 0)
  end
  return { problem = { message = raised.message, hint = raised.hint } }
end

-- Whether a table is data: it has no metatable, or that of an array.
local function is_plain(value)
  return getmetatable(value) == nil or json.is_array(value)
end

local function encode(request, response)
  if not response.model then
    return crossing.encode(response, math.huge)
  end
  local text, problem = crossing.encode(response.model, request.output, is_plain)
  if problem and problem.is_large then
    response = { exceeds = "output" }
  elseif not text then
    response.problem = { message = problem.problem, path = problem.path }
  end
  response.model = text and response.model
  return crossing.encode(response, math.huge)
end

---Evaluates a file.
---@param input string  a request, encoded
---@param watch fun(on: boolean)  counts instructions and records lines
---@return string response  encoded
function file_program.answer(input, watch)
  if jit then
    jit.off() -- compiled code calls no hooks
  end
  rawset(string, "dump", nil) -- for ("").dump
  local request = crossing.decode(input)
  local ok, response = pcall(READERS[request.kind], request, watch)
  return encode(request, ok and response or problem_of(response))
end

return file_program
