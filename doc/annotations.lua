-- SPDX-License-Identifier: MIT
--- Reads the LuaLS annotations of a Lua source: what the reference is made of, and what specs hold against the code.

local annotations = {}

---@class doc.function
---@field owner string|nil   "collection" in `function collection:create(...)`
---@field name string
---@field method boolean     written with a colon
---@field arguments string[] as the code has them
---@field line integer
---@field block doc.block|nil

---@class doc.block
---@field doc string
---@field class? string
---@field parent? string
---@field fields doc.value[]
---@field params doc.value[]
---@field returns doc.value[]
---@field overloads string[]

---@class doc.value
---@field name string
---@field optional boolean
---@field type string
---@field text string

-- A type ends at the first space outside of brackets, unless a colon before it says that more follows.
local function split_type(text)
  local depth, i = 0, 1
  while i <= #text do
    local char = text:sub(i, i)
    if char:find "[%(%[{<]" then
      depth = depth + 1
    elseif char:find "[%)%]}>]" then
      depth = depth - 1
    elseif char == " " and depth == 0 and not text:sub(1, i - 1):find "[:,]$" then
      break
    end
    i = i + 1
  end
  return text:sub(1, i - 1), (text:sub(i):gsub("^%s+", ""))
end

local function value_of(text)
  local name, mark, rest = text:match "^([%w_%.%[%]]+)(%??)%s+(.*)$"
  local kind, words = split_type(rest or "any")
  return { name = name or text, optional = mark == "?", type = kind, text = words }
end

local function result_of(text)
  local kind, words = split_type(text)
  return { name = "", optional = false, type = kind, text = words }
end

local TAGS = {}

function TAGS.param(block, text)
  block.params[#block.params + 1] = value_of(text)
  return block.params[#block.params]
end

TAGS["return"] = function(block, text)
  block.returns[#block.returns + 1] = result_of(text)
  return block.returns[#block.returns]
end

function TAGS.field(block, text)
  if text:find "^private " then
    return { text = "" }
  end
  block.fields[#block.fields + 1] = value_of(text)
  return block.fields[#block.fields]
end

function TAGS.overload(block, text)
  block.overloads[#block.overloads + 1] = text
  return { text = "" }
end

function TAGS.class(block, text)
  block.class, block.parent = text:match "^([%w_%.]+)%s*:?%s*([%w_%.]*)"
end

-- Adds a line to a block; `last` is the tag that a line without one goes on with.
local function add_line(block, text, last)
  local tag, rest = text:match "^@(%w+)%s*(.*)$"
  if tag then
    return TAGS[tag] and TAGS[tag](block, rest) or { text = "" }
  elseif last then
    last.text = last.text .. " " .. text:gsub("^%s+", "")
    return last
  end
  block.doc = block.doc == "" and text or block.doc .. "\n" .. text
end

local function words(list)
  local names = {}
  for name in list:gmatch "[%w_%.]+" do
    names[#names + 1] = name
  end
  return names
end

-- The function that a line begins, if it does.
local function function_of(line)
  local path, list = line:match "^function ([%w_%.:]+)%(([^)]*)%)"
  if not path then
    path, list = line:match "^local function ([%w_]+)%(([^)]*)%)"
  end
  if not path then
    path, list = line:match '^([%w_%.]+) = function%(([^)]*)%)'
  end
  if not path then
    return nil
  end
  local owner, mark, name = path:match "^(.-)([%.:])([%w_]+)$"
  return { owner = owner, name = name or path, method = mark == ":", arguments = words(list) }
end

---Reads the text of a source.
---@param text string
---@return doc.function[] functions  all that begin at the left margin, documented or not
---@return doc.block[] classes
---@return string summary            what the first documentation comment says
function annotations.read(text)
  local functions, classes, summary = {}, {}, nil
  local block, last
  local number = 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local comment = line:match "^%-%-%-(.*)$"
    if comment and not comment:find "^%-" then
      block = block or { doc = "", fields = {}, params = {}, returns = {}, overloads = {} }
      last = add_line(block, (comment:gsub("^ ", "", 1)), last)
    else
      local found = function_of(line)
      if found then
        found.block, found.line = block, number
        functions[#functions + 1] = found
      elseif block and not block.class and not summary then
        summary = block.doc
      end
      if block and block.class then
        classes[#classes + 1] = block
      end
      block, last = nil, nil
    end
  end
  return functions, classes, summary or ""
end

---Reads a source.
---@param path string
---@return doc.function[] functions
---@return doc.block[] classes
---@return string summary
function annotations.file(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return annotations.read(text)
end

---The names in the luaL_Reg tables of a C source.
---@param path string
---@return table<string, string[]> tables  by the name of the array
function annotations.registered(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  local tables = {}
  for type_name, name, body in text:gmatch "([%w_]+)%s+([%w_]+)%[%]%s*=%s*(%b{})" do
    if type_name == "luaL_Reg" or type_name == "klv_method" then
      local names = {}
      for item in body:gmatch '{%s*"([%w_]+)"%s*,' do
        names[#names + 1] = item
      end
      tables[name] = names
    end
  end
  return tables
end

return annotations
