-- SPDX-License-Identifier: MIT
--- Which documents hold chosen fields alone (JSON:API sparse fieldsets): a field that was left out of a response must
--- not pass for one that is empty.

local sparse_fields = {}

local find = string.find

-- Documents and lists of pages -> the JSON:API types whose fields were chosen.
local chosen = setmetatable({}, { __mode = "k" })

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

---The types whose fields a request chooses.
---@param target string  path and query, or a link of the service
---@return table<string, boolean>|nil  nil if it chooses none, as most
function sparse_fields.types(target)
  local query = find(target, "fields", 1, true) and target:match "%?(.*)$"
  if not query then
    return nil
  end
  local types
  for parameter in query:gmatch "[^&]+" do -- a pattern with the "=" would try a long value from each of its characters
    local name = parameter:match "^([^=]+)="
    local wire_type = name and decoded(name):match "^fields%[(.+)%]$"
    if wire_type then
      types = types or {}
      types[wire_type] = true
    end
  end
  return types
end

---Keeps what was chosen for a document, or for the pages of a list.
---@param of userdata
---@param types table<string, boolean>|nil
function sparse_fields.keep(of, types)
  if types and type(of) == "userdata" then
    chosen[of] = types
  end
end

---@param of userdata
---@return table<string, boolean>|nil
function sparse_fields.kept(of)
  return chosen[of]
end

---Whether the objects of a type in a document may lack fields that were not asked for.
---@param document userdata
---@param wire_type string
---@return boolean
function sparse_fields.is_partial(document, wire_type)
  local types = chosen[document]
  return types ~= nil and types[wire_type] == true
end

return sparse_fields
