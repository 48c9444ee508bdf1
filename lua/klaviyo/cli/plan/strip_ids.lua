-- SPDX-License-Identifier: MIT
--- Ids in a campaign file. The service assigns ids, so they are not sent; they only say which part is which.

local strip_ids = {}

local CHILDREN = { campaign = { audiences = "audience", messages = "message" }, audience = { messages = "message" },
  message = { variations = "variation" }, variation = {} }

---Copies a campaign without the ids of its parts, and returns the ids by path.
---@param model table
---@return table
---@return table<string, string>
function strip_ids.split(model)
  local ids = {}
  local function strip(part, kind, place)
    if type(part) ~= "table" then
      return part
    end
    local copy = setmetatable({}, getmetatable(part))
    for name, value in pairs(part) do
      local child = CHILDREN[kind][name]
      if name == "id" and type(value) == "string" then
        ids[place] = value
      elseif child and type(value) == "table" then
        copy[name] = setmetatable({}, getmetatable(value))
        for i, item in pairs(value) do
          copy[name][i] = strip(item, child, ("%s%s%s[%s]"):format(place, place == "" and "" or ".", name, i))
        end
      else
        copy[name] = value
      end
    end
    return copy
  end
  return strip(model, "campaign", ""), ids
end

return strip_ids
