-- SPDX-License-Identifier: MIT
--- YAML through the parser of lyaml, where that is installed. Values are those of YAML 1.2's core schema: true, false,
--- null and numbers; `no`, `on` and dates stay texts. The line of each field is kept.

local json = require "klaviyo.model.json"
local path = require "klaviyo.model.path"

local yaml = {}

local DEPTH = 100 -- of collections

local function refuse(self, event, message)
  error({ message = ("%s:%d: %s"):format(self.name, event.start_mark.line + 1, message) }, 0)
end

-- The next event; a mistake in the text raises.
local function take(self)
  local ok, event = pcall(self.events)
  if ok then
    return event
  end
  local message = tostring(event)
  local what, line = message:match "^(.-) at document: %d+, line: (%d+)"
  error({ message = ("%s:%s: %s"):format(self.name, line or 1, what or message) }, 0)
end

local WORDS = { [""] = json.null, ["~"] = json.null, null = json.null, Null = json.null, NULL = json.null,
  ["true"] = true, True = true, TRUE = true, ["false"] = false, False = false, FALSE = false }

local NUMBERS = { "^[-+]?%d+$", "^0x%x+$", "^[-+]?%d+%.?%d*[eE]?[-+]?%d*$", "^[-+]?%.%d+[eE]?[-+]?%d*$" }

-- The value of a text without quotes.
local function plain(text)
  if WORDS[text] ~= nil then
    return WORDS[text]
  end
  for _, pattern in ipairs(NUMBERS) do
    if text:find(pattern) then
      return tonumber((text:gsub("^%+", ""))) or text
    end
  end
  return text
end

local CORE = "tag:yaml.org,2002:"

-- The tag of an event without the prefix of YAML's own ones; nil if there is none.
local function tag_of(self, event)
  local tag = event.tag ~= "" and event.tag or nil
  if not tag or tag == "!" then
    return tag
  elseif tag:sub(1, #CORE) ~= CORE then
    refuse(self, event, ("the tag %s is not known"):format(tag))
  end
  return tag:sub(#CORE + 1)
end

local function scalar(self, event)
  local tag = tag_of(self, event)
  local is_text = tag == "!" or tag == "str" or not tag and event.style ~= "PLAIN"
  return is_text and event.value or not is_text and plain(event.value)
end

local value_of

local function mapping(self, where)
  local made = {}
  while true do
    local event = take(self)
    if event.type == "MAPPING_END" then
      return made
    elseif event.type ~= "SCALAR" then
      refuse(self, event, "the name of a field is a text")
    end
    local name = event.value
    if made[name] ~= nil then
      refuse(self, event, ("the field %q is there twice"):format(name))
    elseif name == "<<" and event.style == "PLAIN" then
      refuse(self, event, "merge keys (<<) are not read: write the fields out, or use a file in Lua with include")
    end
    local place = path.join(where, name)
    self.lines[place] = event.start_mark.line + 1
    made[name] = value_of(self, take(self), place)
  end
end

local function sequence(self, where)
  local made = json.array()
  while true do
    local event = take(self)
    if event.type == "SEQUENCE_END" then
      return made
    end
    local place = path.join(where, #made + 1)
    self.lines[place] = event.start_mark.line + 1
    made[#made + 1] = value_of(self, event, place)
  end
end

local function collection(self, event, where)
  tag_of(self, event)
  self.depth = self.depth + 1
  if self.depth > DEPTH then
    refuse(self, event, ("holds more than %d levels"):format(DEPTH))
  end
  local made = (event.type == "MAPPING_START" and mapping or sequence)(self, where)
  self.depth = self.depth - 1
  return made
end

function value_of(self, event, where)
  local value
  if event.type == "ALIAS" then
    value = self.anchors[event.anchor]
    if value == nil then
      refuse(self, event, ("there is no anchor &%s before this alias"):format(event.anchor))
    end
    return value
  elseif event.type == "SCALAR" then
    value = scalar(self, event)
  else
    value = collection(self, event, where)
  end
  if event.anchor then
    self.anchors[event.anchor] = value
  end
  return value
end

-- The parser of lyaml; without one, the sentence that names the package.
local function parser(name)
  local found, library = pcall(require, "yaml")
  if not found or type(library) ~= "table" or not library.parser then
    error({ message = name .. ": is YAML, and the module lyaml, which reads it, is not installed",
      hint = "luarocks install lyaml, or apt install lua-yaml; or write the file in Lua or JSON" }, 0)
  end
  return library.parser
end

---Reads a YAML text of one document. Raises a table with `message` and `hint`.
---@param text string
---@param name string
---@return any value  nil: the text is empty
---@return table<string, integer> lines  by path
function yaml.read(text, name)
  local self = { name = name, lines = {}, anchors = {}, depth = 0 }
  self.events = parser(name)(text)
  take(self) -- STREAM_START
  local event = take(self)
  if event.type == "STREAM_END" then
    return nil, self.lines
  end
  local value = value_of(self, take(self), "")
  take(self) -- DOCUMENT_END
  event = take(self)
  if event.type ~= "STREAM_END" then
    refuse(self, event, "there is a second document; a file describes one campaign")
  end
  return value, self.lines
end

return yaml
