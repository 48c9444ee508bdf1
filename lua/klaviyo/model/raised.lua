-- SPDX-License-Identifier: MIT
--- Values that functions of the program raise.

local raised = {}

---The text of what was raised, for a person.
---@param value any
---@return string
function raised.text(value)
  local meta = getmetatable(value)
  if type(value) == "table" and not (meta and meta.__tostring) and type(value.message) == "string" then
    return value.message
  end
  return tostring(value)
end

return raised
