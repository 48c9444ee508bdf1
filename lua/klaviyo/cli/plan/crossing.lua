-- SPDX-License-Identifier: MIT
--- Values as a text between the process that evaluates a file and the command: tables, texts, numbers, booleans and
--- null. JSON would not do: it has neither bytes that are no UTF-8 nor places that are no sequence, and the validator
--- has to see them to say what is wrong.

local json = require "klaviyo.model.json"
local path = require "klaviyo.model.path"

local crossing = {}

local DEPTH = 100 -- of tables; a campaign has seven

-- The numbers that "%.17g" writes differently on each platform.
local ODD = { inf = math.huge, ["-inf"] = -math.huge, nan = 0 / 0 }

local type_of = rawget(math, "type") -- not in LuaJIT

-- A number that reads back as the same one; a float stays one.
local function number(value)
  for name, odd in pairs(ODD) do
    if value == odd or value ~= value and odd ~= odd then
      return name
    end
  end
  if type_of and type_of(value) == "integer" then
    return ("%d"):format(value)
  end
  return (("%.17g"):format(value):gsub("^(-?%d+)$", "%1.0"))
end

-- Ends the encoding with what is wrong, and where.
local function refuse(keys, problem)
  error({ path = path.format(keys), problem = problem }, 0)
end

local encode

local function add(self, text)
  self.size = self.size + #text
  self[#self + 1] = text
  if self.size > self.limit then
    error({ is_large = true }, 0)
  end
end

local function encode_table(self, value, keys)
  if self.above[value] then
    refuse(keys, "contains itself")
  elseif #keys >= DEPTH then
    refuse({ keys[1], keys[2], keys[3] }, ("holds more than %d tables within each other"):format(DEPTH))
  elseif not self.is_plain(value) then
    refuse(keys, "is an object, which has no place in a campaign")
  end
  self.above[value] = true
  add(self, json.is_array(value) and "A" or "T")
  for key, item in next, value do
    if type(key) ~= "string" and type(key) ~= "number" then
      refuse(keys, ("has a name that is a %s"):format(type(key)))
    end
    encode(self, key, keys)
    keys[#keys + 1] = type(key) == "number" and key % 1 ~= 0 and tostring(key) or key
    encode(self, item, keys)
    keys[#keys] = nil
  end
  add(self, "E")
  self.above[value] = nil
end

function encode(self, value, keys)
  local kind = type(value)
  if value == json.null then
    add(self, "Z")
  elseif kind == "table" then
    encode_table(self, value, keys)
  elseif kind == "string" then
    add(self, ("S%d:"):format(#value))
    add(self, value)
  elseif kind == "number" then
    add(self, ("N%s:"):format(number(value)))
  elseif kind == "boolean" then
    add(self, value and "Y" or "F")
  else
    refuse(keys, ("is a %s: a campaign is described by texts, numbers, true, false, null and tables"):format(kind))
  end
end

---Writes a value.
---@param value any
---@param limit integer  largest number of bytes
---@param is_plain? fun(value: table): boolean  whether a table with a metatable is data
---@return string|nil text
---@return { path: string, problem: string }|{ is_large: boolean }|nil problem
function crossing.encode(value, limit, is_plain)
  local self = { size = 0, limit = limit, above = {}, is_plain = is_plain or function()
    return true
  end }
  local ok, problem = pcall(encode, self, value, {})
  if ok then
    return table.concat(self)
  elseif type(problem) ~= "table" then
    error(problem, 0)
  end
  return nil, problem
end

local decode

local function decode_table(text, at, is_array)
  local made = {}
  while text:sub(at, at) ~= "E" do
    local key, after = decode(text, at)
    made[key], at = decode(text, after)
  end
  return is_array and json.array(made) or made, at + 1
end

function decode(text, at)
  local tag = text:sub(at, at)
  if tag == "T" or tag == "A" then
    return decode_table(text, at + 1, tag == "A")
  elseif tag == "S" or tag == "N" then
    local stop, word = select(2, text:find("^([^:]*):", at + 1))
    if tag == "N" then
      return ODD[word] or tonumber(word), stop + 1
    end
    return text:sub(stop + 1, stop + tonumber(word)), stop + tonumber(word) + 1
  elseif tag == "Z" then
    return json.null, at + 1
  end
  return assert(tag == "Y" and true or tag == "F" and "false", "crossing: damaged text") == true, at + 1
end

---Reads a value that `encode` wrote.
---@param text string
---@return any
function crossing.decode(text)
  return (decode(text, 1))
end

return crossing
