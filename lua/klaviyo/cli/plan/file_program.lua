-- SPDX-License-Identifier: MIT
--- What a campaign file is evaluated by, in a process of its own: the globals of a file, and what it returns. It reads
--- the files that the file includes, and nothing else.

local builder = require "klaviyo.builder"
local crossing = require "klaviyo.cli.plan.crossing"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local include = require "klaviyo.cli.plan.include"
local json = require "klaviyo.model.json"
local recorder = require "klaviyo.cli.plan.recorder"
local reference = require "klaviyo.model.reference"
local suggest = require "klaviyo.model.suggest"
local variables = require "klaviyo.cli.plan.variables"

local file_program = {}

---@class klaviyo.cli.file_program.request
---@field name string       the file, as in messages
---@field text string
---@field kind "lua"|"json"|"yaml"
---@field path? string      its real path; a text without one includes no other file
---@field folder? string    the real path of its folder
---@field is_defaults? boolean  it describes no campaign, but the defaults of a folder
---@field set? table<string, string>  the values of --set
---@field vars? table<string, any>    the defaults of variables
---@field output integer    largest number of bytes of the description

---@class klaviyo.cli.file_program.response
---@field model? table      the campaign
---@field calls? table[]    the builder's calls, in order
---@field lines? table<string, integer>  the lines of fields, by path, where they are known
---@field included table<string, boolean>  the real paths of the files that it includes
---@field read table<string, boolean>  the variables that it reads
---@field known table<string, any>     the variables that have a value
---@field problem? { message: string, hint?: string, path?: string }
---@field exceeds? "memory"|"output"  a limit that the file exceeds

local setfenv, loadstring = rawget(_G, "setfenv"), rawget(_G, "loadstring") -- LuaJIT
local jit = rawget(_G, "jit")

local function refuse(message)
  error({ message = message }, 0)
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

-- Raises at the line of the file that is being evaluated. The stack does not tell it after a tail call.
local function blame(state, message)
  local source, line = state.watch()
  error(("%s:%d: %s"):format(source:gsub("^@", ""), line, message), 0)
end

-- The globals of a file: no files, processes, modules or other chunks, and copies of libraries that it could change.
local function environment(state, include_here)
  return with_references {
    campaign = state.campaign, include = include_here, vars = state.vars, null = json.null,
    klaviyo = { array = json.array },
    string = copy(string, "dump"), table = copy(table), math = copy(math),
    assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall, select = select,
    tonumber = tonumber, tostring = tostring, type = type, unpack = table.unpack or rawget(_G, "unpack"),
    _VERSION = _VERSION,
  }
end

local function compile(state, text, name, include_here)
  local chunk, env = "@" .. name, environment(state, include_here)
  text = text:gsub("^#[^\n]*", "")
  if text:sub(1, 1) == "\27" then
    return nil, name .. ":1: is compiled Lua; a campaign file is text"
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

-- A message with the whole names of all files that take part.
local function with_names(state, message)
  for _, name in ipairs(state.names) do
    message = with_name(message, name)
  end
  return message
end

-- What a file raised, as a sentence.
local function sentence(state, raised)
  if type(raised) == "string" then
    return with_names(state, raised)
  end
  return ("%s: raises a %s; error(...) takes a text"):format(state.request.name, type(raised))
end

local function decode_json(text, name)
  return (require("klaviyo.cli.files").json(text, name))
end

local function decode_yaml(text, name)
  return require("klaviyo.cli.plan.yaml").read(text, name)
end

local DECODERS = { json = decode_json, yaml = decode_yaml }

local include_of

-- What an included file returns; or nil and what is wrong with it.
local function evaluate_included(state, file)
  local kind, other = file_kinds.of(file.name)
  local text, message = require("klaviyo.cli.files").read(file.path)
  if not kind then
    return nil, ("include: %s: %s; %s"):format(file.name, other or "has no extension", file_kinds.ALLOWED)
  elseif not text then
    return nil, "include: " .. message
  elseif DECODERS[kind] then
    local ok, value = pcall(DECODERS[kind], text, file.name)
    if not ok then
      error(type(value) == "table" and value.message or value, 0)
    end
    return value
  end
  local fn, wrong = compile(state, text, file.name, include_of(state, file))
  if not fn then
    error(with_names(state, wrong), 0)
  end
  return (fn())
end

-- The function `include` of a file: names are relative to that file, also in functions that it returns.
function include_of(state, from)
  return function(name)
    local file, message = include.find(from, name)
    if not file then
      blame(state, message)
    end
    table.insert(state.names, file.name)
    local value, wrong = evaluate_included(state, file)
    if wrong then
      blame(state, wrong)
    end
    return value
  end
end

-- Runs a Lua file. Returns its result, or the limit that it exceeds.
local function run(state)
  local request = state.request
  local fn, message = compile(state, request.text, request.name, include_of(state, state.from))
  if not fn then
    refuse(with_names(state, message))
  end
  state.watch(true)
  local ok, result = pcall(fn)
  state.watch(false)
  if ok then
    return result
  elseif type(result) == "string" and result:find "not enough memory" then
    return nil, "memory"
  end
  refuse(sentence(state, result))
end

local function campaign_of(state, result)
  local name, recording = state.request.name, state.recording
  if result == nil and recording.count > 1 then
    refuse(("%s: makes %d campaigns and returns none: return one of them"):format(name, recording.count))
  end
  local made, calls = recorder.unwrap(result == nil and recording.last or result)
  local model = builder.model(made)
  if not model then
    refuse(("%s: returns no campaign: end it with return campaign \"...\" or return { name = ... }"):format(name))
  end
  return { model = model, calls = calls }
end

local function read_lua(state)
  local result, exceeds = run(state)
  if exceeds then
    return { exceeds = exceeds }
  elseif not state.request.is_defaults then
    return campaign_of(state, result)
  elseif type(result) ~= "table" or getmetatable(result) ~= nil then
    refuse(("%s: returns no table: end it with return { timezone = ..., email = { ... } }, found %s"):format(
      state.request.name, suggest.show(result)))
  end
  return { model = result }
end

local function read_data(state)
  local request = state.request
  local model, lines = DECODERS[request.kind](request.text, request.name)
  if type(model) ~= "table" or json.is_array(model) then
    refuse(("%s:1: is not a %s"):format(request.name, request.kind == "json" and "JSON object" or "mapping of YAML"))
  end
  return { model = model, lines = lines }
end

-- What `refuse` or a decoder raised, as data. What a file raises is a sentence by then.
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

local function state_of(request, watch)
  local state = { request = request, names = { request.name }, watch = watch,
    from = request.path and include.root(request.name, request.path, request.folder) or nil }
  state.vars, state.read, state.known = variables.new(request.set or {}, request.vars or {})
  state.campaign, state.recording = recorder.new("@" .. request.name, request.name)
  return state
end

---Evaluates a file.
---@param input string  a request, encoded
---@param watch fun(on?: boolean): string, integer  counts instructions and records lines; returns the last one
---@return string response  encoded
function file_program.answer(input, watch)
  if jit then
    jit.off() -- compiled code calls no hooks
  end
  rawset(string, "dump", nil) -- for ("").dump
  local state = state_of(crossing.decode(input), watch)
  local found = state.from and state.from.found or {}
  local ok, response = pcall(state.request.kind == "lua" and read_lua or read_data, state)
  response = ok and response or problem_of(response)
  response.included, response.read, response.known = found, state.read, state.known
  return encode(state.request, response)
end

return file_program
