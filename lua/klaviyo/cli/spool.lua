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
    local ok, message = self.file:write(table.concat(pieces))
    failure.check(ok, ("a temporary file: %s"):format(message))
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

---Iterates over the texts in the order in which they were added; nothing may be added meanwhile.
---@return fun(): string|nil
function object:each()
  local file, at = self.file, 0
  if file and #self.texts > 0 then
    move(self)
  end
  if file then
    file:seek("set", 0)
  end
  return function()
    local length = file and file:read "*l"
    if length then
      return file:read(tonumber(length)) or "" -- of nothing at the end there is nil
    end
    file, at = nil, at + 1
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
