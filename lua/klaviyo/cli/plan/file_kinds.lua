-- SPDX-License-Identifier: MIT
--- The kinds of campaign files, by their names.

local file_kinds = {}

---The kinds of files, for messages.
file_kinds.ALLOWED = "a campaign file is FILE.lua (builder or table), FILE.json or FILE.yaml"

---The file with the defaults of a folder.
file_kinds.DEFAULTS = "klaviyo.lua"

local KINDS = { lua = "lua", json = "json", yaml = "yaml", yml = "yaml" }

-- What files with other names hold.
local OTHERS = {
  { "%.lock$", "is the record of klaviyo apply, and no campaign file" },
  { "^klaviyo%.lua$", "holds the defaults of its folder, and is no campaign file" },
  { "%.csv$", "is a CSV file, which klaviyo create --csv reads" },
}

---The kind of a file.
---@param name string
---@return "lua"|"json"|"yaml"|nil kind
---@return string|nil other  what the file is instead; nil too where the name has no extension
function file_kinds.of(name)
  local base = name:match "[^/]*$"
  for _, other in ipairs(OTHERS) do
    if base:lower():find(other[1]) then
      return nil, other[2]
    end
  end
  local extension = base:match "^.+%.([^.]*)$"
  return KINDS[(extension or ""):lower()], extension and extension ~= "" and ("is a .%s file"):format(extension) or nil
end

return file_kinds
