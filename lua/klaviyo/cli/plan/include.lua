-- SPDX-License-Identifier: MIT
--- `include "brand.lua"` in a campaign file: another file of its folder, and what that returns. No name leads out of
--- the folder: no `..`, no absolute path, no link.

local native = require "klaviyo.terminal"
local suggest = require "klaviyo.model.suggest"

local include = {}

local DEPTH = 20 -- of files that include files

---@class klaviyo.cli.include
---@field name string              the file that includes, as in messages
---@field folder string            the real path of its folder
---@field root string              the real path of the folder that no file may leave
---@field chain string[]           the real paths of the files that are being evaluated
---@field names string[]           their names
---@field found table<string, boolean>  the real paths of all included files

-- The sentence about a name that leads nowhere, or out of the folder; nil if it leads to a file.
local function refusal(from, name, path, real)
  local kind, message = native.file_type(path)
  if not kind then
    return message
  elseif kind ~= "file" then
    return ("%s is no file"):format(name)
  elseif real:sub(1, #from.root + 1) ~= from.root .. "/" then
    return ("%s is a link that leads out of the folder"):format(name)
  end
  for i, above in ipairs(from.chain) do
    if above == real then
      return ("%s includes itself: %s"):format(from.names[i], table.concat(from.names, " includes ", i) .. " includes "
        .. name)
    end
  end
  return #from.chain >= DEPTH and ("more than %d files include each other"):format(DEPTH) or nil
end

local function is_inside(name)
  return name:sub(1, 1) ~= "/" and not ("/" .. name .. "/"):find("/../", 1, true) and not name:find "[%z\\]"
end

---Finds an included file.
---@param from klaviyo.cli.include|nil  nil: the text has no folder
---@param name any
---@return klaviyo.cli.include|nil file
---@return string|nil message
function include.find(from, name)
  if type(name) ~= "string" or name == "" then
    return nil, "include takes the name of a file, found " .. suggest.show(name)
  elseif not from then
    return nil, "include: this text is no file of a folder, and includes none"
  elseif not is_inside(name) then
    return nil, ("include: %s is outside of the folder; a file includes files of its own folder, and of folders in it")
      :format(suggest.show(name))
  end
  local path = from.folder .. "/" .. name
  local real = native.real_path(path)
  local shown = (from.name:match "^.*/" or "") .. name
  local wrong = refusal(from, shown, path, real)
  if wrong then
    return nil, "include: " .. (wrong:gsub("^" .. path:gsub("%p", "%%%0"), (shown:gsub("%%", "%%%%"))))
  end
  local chain, names = { real }, { shown }
  for i = #from.chain, 1, -1 do
    table.insert(chain, 1, from.chain[i])
    table.insert(names, 1, from.names[i])
  end
  from.found[real] = true
  return { name = shown, folder = real:match "^(.*)/", path = real, root = from.root, chain = chain, names = names,
    found = from.found }
end

---The file that is evaluated first, as one that includes others. Its folder is that of its name, also where the name is
---a link.
---@param name string
---@param path string    its real path
---@param folder string  that of its folder
---@return klaviyo.cli.include
function include.root(name, path, folder)
  return { name = name, folder = folder, root = folder, chain = { path }, names = { name }, found = {} }
end

return include
