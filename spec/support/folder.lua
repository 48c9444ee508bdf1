-- SPDX-License-Identifier: MIT
--- A folder that each spec of a block has to itself.

local process = require "spec.support.process"

local folder = {}

---@class support.folder
---@field directory string
local mt = {}
mt.__index = mt

---To be called in a describe block, with its functions.
---@param before_each fun(fn: function)
---@param after_each fun(fn: function)
---@return support.folder
function folder.for_each(before_each, after_each)
  local self = setmetatable({}, mt)
  before_each(function()
    self.directory = process.directory()
  end)
  after_each(function()
    process.remove(self.directory)
  end)
  return self
end

---@param name string
---@return string
function mt:path(name)
  return self.directory .. "/" .. name
end

---Writes a file.
---@param name string
---@param content string
---@return string path
function mt:write(name, content)
  process.write(self:path(name), content)
  return self:path(name)
end

---A text without the path of the folder, which is another one each time.
---@param text string
---@return string
function mt:without_path(text)
  return (text:gsub(self:path "":gsub("%p", "%%%0"), ""))
end

return folder
