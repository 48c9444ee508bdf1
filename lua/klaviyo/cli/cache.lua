-- SPDX-License-Identifier: MIT
--- Values kept between commands that can be read again at any time, such as the names of lists: a file each, by account
--- and origin, below $XDG_CACHE_HOME/klaviyo. A cache never fails a command, and holds no credential.

local core = require "klaviyo.core"
local files = require "klaviyo.cli.files"
local native = require "klaviyo.terminal"
local pretty = require "klaviyo.cli.terminal.pretty"
local shell = require "klaviyo.cli.terminal.shell"

local cache = {}

local VERSION = 1

-- A text as the name of one file or directory, another one for each text.
local function file_name(text)
  return (text:gsub("[^%w_-]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

-- What a value belongs to. The checksum tells the accounts of one profile apart whose key was replaced; it has 24 bits,
-- so that it says next to nothing about the key.
local function owner_of(ctx)
  local origin = ctx:client().options.base_url:lower():match "^(%a[%w+.-]*://[^/?#]*)" or ""
  return { account = ctx:account_name(), origin = origin:gsub("//.*@", "//"), credential = ctx:credential_checksum() }
end

local function path_of(owner, name)
  local directory = files.cache()
  if not directory then
    return nil
  end
  directory = ("%s/%s@%s"):format(directory, file_name(owner.account), file_name(owner.origin))
  return directory .. "/" .. file_name(name) .. ".json", directory
end

-- Whether nobody else could have written a file.
local function is_private(path)
  local access = native.file_access(path)
  return access ~= nil and not access.other_owner and access.mode % 64 == 0 and not access.open_directory
end

-- Decodes a file; nil for a text that is not JSON.
local function decode(text)
  local document = text and core.document(text)
  if not document then
    return nil
  end
  local value = document:decode(0)
  document:close()
  return type(value) == "table" and value or nil
end

---Reads a value. A file that is missing, damaged, of another account or writable by others counts as none.
---@param ctx klaviyo.cli.context
---@param name string
---@return any value        nil: it is not kept
---@return number|nil age   seconds since it was written
function cache.read(ctx, name)
  local owner = owner_of(ctx)
  local path = path_of(owner, name)
  local kept = path and is_private(path) and decode(files.read(path))
  if not kept or kept.version ~= VERSION or kept.name ~= name or type(kept.written) ~= "number" then
    return nil
  end
  for key, value in pairs(owner) do
    if kept[key] ~= value then
      return nil
    end
  end
  local age = os.time() - kept.written
  if age < 0 then -- the clock was set back: its age is not known
    return nil
  end
  return kept.value, age
end

-- Replaces the file at once: a reader sees the old one or the new one.
local function replace(path, directory, content)
  local temporary = files.create(directory, ".tmp", content)
  if not temporary and shell.make_directory(directory) then
    temporary = files.create(directory, ".tmp", content)
  end
  if temporary and not os.rename(temporary, path) then
    os.remove(temporary)
    return nil
  end
  return temporary and true or nil
end

---Writes a value, or removes it.
---@param ctx klaviyo.cli.context
---@param name string
---@param value any  what JSON has; nil removes it
---@return boolean|nil true  nil: it is not kept, since there is no place for it
function cache.write(ctx, name, value)
  local owner = owner_of(ctx)
  local path, directory = path_of(owner, name)
  if not path or not directory then
    return nil
  elseif value == nil then
    return os.remove(path) and true or nil
  end
  return replace(path, directory, pretty.line { version = VERSION, name = name, written = os.time(),
    account = owner.account, origin = owner.origin, credential = owner.credential, value = value } .. "\n")
end

return cache
