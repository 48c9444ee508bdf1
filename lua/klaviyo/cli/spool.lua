-- SPDX-License-Identifier: MIT
--- Texts that are collected before the first is written, so that half of a result never passes for the whole: few of
--- them in memory, many in a temporary file without a name.

local failure = require "klaviyo.cli.terminal.failure"

local spool = {}

local MOST = 256 * 1024 -- bytes in memory

---@class klaviyo.cli.spool
---@field count integer           of the texts
---@field private texts string[]  that are not in the file
---@field private size integer    bytes of these
---@field private file file*|false|nil  false: there can be none
local object = {}
object.__index = object

---@return klaviyo.cli.spool
function spool.new()
  return setmetatable({ count = 0, texts = {}, size = 0 }, object)
end

-- Ends the command if the file did not take all of the texts, or does not give them back: its disk is full, say.
local function check(value, message)
  return failure.check(value, ("A temporary file cannot be used: %s"):format(message or "it ends too early"))
end

-- Moves the texts in memory to the end of the file.
local function move(self)
  if self.file == nil then
    self.file = io.tmpfile() or false
  end
  local pieces = {}
  for i, text in ipairs(self.file and self.texts or {}) do
    pieces[i] = #text .. "\n" .. text
  end
  if self.file then
    check(self.file:write(table.concat(pieces)))
    self.texts = {}
  end
  self.size = 0
end

---Adds a text behind the others.
---@param text string
function object:add(text)
  self.count, self.size = self.count + 1, self.size + #text
  self.texts[#self.texts + 1] = text
  if self.size > MOST then
    move(self)
  end
end

-- Gives the texts of the file.
local function each_in_file(self)
  if #self.texts > 0 then
    move(self)
  end
  local file, left = self.file, self.count
  check(file:flush())
  check(file:seek("set", 0))
  return function()
    if left == 0 then
      return nil
    end
    left = left - 1
    local length = tonumber((check(file:read "*l")))
    local text = length == 0 and "" or check(file:read(length))
    check(#text == length)
    return text
  end
end

---Iterates over the texts in the order in which they were added; nothing may be added meanwhile.
---@return fun(): string|nil
function object:each()
  if self.file then
    return each_in_file(self)
  end
  local at = 0
  return function()
    at = at + 1
    return self.texts[at]
  end
end

---Frees the file.
function object:close()
  if self.file then
    self.file:close()
    self.file = false
  end
end

return spool
