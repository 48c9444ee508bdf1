-- SPDX-License-Identifier: MIT
-- luacheck: std max
local core = require "klaviyo.core"

local M = {}

--- A document that the spec expects to be accepted.
---@param text string
---@param options? table
function M.accept(text, options)
  local doc, err = core.document(text, options)
  if not doc then
    error(("refused: %s\n%s"):format(err.message, text:sub(1, 200)), 2)
  end
  return doc
end

--- The error of a text that the spec expects to be refused.
function M.refuse(text, options)
  local doc, err = core.document(text, options)
  if doc then
    error("accepted: " .. text:sub(1, 200), 2)
  end
  return err
end

--- Equal values in tables of equal keys; integers and floats of one value are equal.
function M.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b or (a ~= a and b ~= b)
  end
  for key, value in pairs(a) do
    if not M.same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

return M
