-- SPDX-License-Identifier: MIT
--- Profiles: accounts described in the config file. It never holds a key; it says where the key comes from.
--    [default]
--    key_command = "pass klaviyo"
--    [shop-eu]
--    key_file = "~/.config/klaviyo/shop-eu.key"     mode 0600

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local native = require "klaviyo.terminal"
local pretty = require "klaviyo.cli.terminal.pretty"
local shell = require "klaviyo.cli.terminal.shell"
local suggest = require "klaviyo.model.suggest"

local profile = {}

---@class klaviyo.cli.profile
---@field name string
---@field key_env? string      an environment variable that holds the key
---@field key_file? string     a file with the key that only its owner can read
---@field key_command? string  a command that prints the key
---@field revision? string
---@field dialect? string
---@field base_url? string
---@field ca_file? string
---@field proxy? string
---@field timezone? string     the zone to show times in
---@field zones? string        zones of the recipients, for the pre-flight: "Europe/London, America/New_York"
---@field allow? string        warnings of the pre-flight that are silenced: "night, sms-parts"

---The settings of a profile: name and meaning.
---@type { [1]: string, [2]: string }[]
profile.described = {
  { "key_env", "The environment variable that holds the key." },
  { "key_file", "A file with the key that only its owner can read." },
  { "key_command", "A command that prints the key." },
  { "revision", "The revision of the API." },
  { "dialect", "guide or openapi, instead of the revision's." },
  { "base_url", "Where the service is." },
  { "ca_file", "The certificates to trust, behind a proxy of your own." },
  { "proxy", "The proxy to use." },
  { "timezone", "The zone to show times in." },
  { "zones", 'Zones of your recipients, for the pre-flight check: "Europe/London, America/New_York".' },
  { "allow", 'Warnings of the pre-flight check that are silenced: "night, sms-parts".' },
}

---@type string[]
profile.settings = {}
for i, setting in ipairs(profile.described) do
  profile.settings[i] = setting[1]
end
local SOURCES = { "key_env", "key_file", "key_command" }

local function wrong(path, line, message, hint)
  failure.raise { code = "input", message = ("%s:%d: %s"):format(path, line, message), hint = hint }
end

local function unquote(value)
  local quoted = value:match '^"(.*)"%s*$' or value:match "^'(.*)'%s*$"
  return quoted or value:match "^(.-)%s*$"
end

---Reads the text of a config file.
---@param text string
---@param path string  for messages
---@return table<string, klaviyo.cli.profile>
function profile.parse(text, path)
  local profiles, current, number = {}, nil, 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    local section = line:match "^%s*%[%s*([%w_.-]+)%s*%]%s*$"
    local name, value = line:match "^%s*([%w_-]+)%s*=%s*(.-)%s*$"
    if section then
      current = profiles[section] or { name = section }
      profiles[section] = current
    elseif line:find "^%s*[#;]" or line:find "^%s*$" then -- luacheck: ignore 542
      -- a comment or an empty line
    elseif not name then
      wrong(path, number, "is neither [profile] nor name = value")
    elseif not current then
      wrong(path, number, name .. " is outside of a profile: write [default] above it")
    elseif name == "api_key" or name == "key" then
      wrong(path, number, "a key does not belong in this file",
        "say where the key is, with key_env, key_file (mode 0600) or key_command")
    elseif not suggest.contains(profile.settings, name) then
      wrong(path, number, ("there is no setting %s%s"):format(name, suggest.phrase(name, profile.settings)),
        "there are " .. table.concat(profile.settings, ", "))
    else
      current[name] = unquote(value)
    end
  end
  return profiles
end

local function require_one_source(chosen, path)
  local found
  for _, name in ipairs(SOURCES) do
    if chosen[name] and found then
      failure.raise { code = "input",
        message = ("%s: profile %s has both %s and %s; keep one"):format(path, chosen.name, found, name) }
    end
    found = chosen[name] and name or found
  end
end

-- Settings with which somebody else could get the key, or have it sent to them.
local SENSITIVE = { "key_env", "key_file", "key_command", "base_url", "proxy", "ca_file" }

local function is_sensitive(profiles)
  for _, chosen in pairs(profiles) do
    for _, name in ipairs(SENSITIVE) do
      if chosen[name] then
        return true
      end
    end
  end
  return false
end

-- A bit of a mode: the file can be written by its group (020) or by everybody (002).
local function has(mode, bit)
  return math.floor(mode / bit) % 2 == 1
end

-- Refuses a config file that others can write. A shared group is only worth a warning if nothing in it leads to a key.
local function check_access(path, profiles)
  local access = native.file_access(path)
  if not access then
    return nil
  elseif access.other_owner or has(access.mode, 2) or access.open_directory then
    failure.raise { code = "input", hint = access.other_owner and "use a file of your own"
        or access.open_directory and "move it into a directory that only you can write"
        or "chmod go-w " .. shell.quote(path),
      message = ("%s can be written by others, who could have the key sent to them."):format(path) }
  elseif not (has(access.mode, 16) and access.shared_group) then
    return nil
  elseif is_sensitive(profiles) then
    failure.raise { code = "input", hint = "chmod g-w " .. shell.quote(path),
      message = ("%s can be written by its group, which could have the key sent to it."):format(path) }
  end
  return ("%s can be written by its group: chmod g-w %s"):format(path, shell.quote(path))
end

---Loads a profile of the config file; without a name, `default`, which may be missing.
---@param name? string
---@return klaviyo.cli.profile
---@return string path
---@return string|nil warning
function profile.load(name)
  local path = files.config()
  local text, message
  if path then
    text, message = files.read(path)
  end
  if not text and message and message:find("UTF-16", 1, true) then
    failure.raise { code = "input", message = message }
  end
  local profiles = text and profile.parse(text, path) or {}
  local warning = text and check_access(path, profiles) or nil
  path = path or "the config file (neither HOME nor KLAVIYO_CONFIG is set)"
  if name and not profiles[name] then
    local names = pretty.names(profiles)
    failure.raise { code = "input", message = ("there is no profile %s in %s%s"):format(name, path,
      suggest.phrase(name, names)), hint = #names > 0 and "there are " .. table.concat(names, ", ") or nil }
  end
  local chosen = profiles[name or "default"] or { name = "default" }
  require_one_source(chosen, path)
  return chosen, path, warning
end

-- The first line that is not blank, without blanks around it.
local function first_line(output)
  return output:match "^%s*([^\r\n]-)%s*[\r\n]" or output:match "^%s*(.-)%s*$"
end

local READERS = {}

function READERS.key_env(name)
  local key = os.getenv(name)
  if not key or key == "" then
    return nil, ("the environment variable %s is not set"):format(name)
  end
  return key
end

function READERS.key_file(name)
  local path = files.expand(name)
  local access = native.file_access(path)
  if not access then
    return nil, ("there is no file %s"):format(path)
  elseif access.other_owner then
    return nil, ("%s belongs to somebody else"):format(path)
  elseif access.mode % 64 ~= 0 then
    return nil, ("%s can be read by others (mode %03o): chmod 600 %s"):format(path, access.mode, shell.quote(path))
  end
  local content, message = files.read(path)
  return content and first_line(content), message
end

function READERS.key_command(command, tick)
  local output, status = shell.read(command, tick)
  if status ~= 0 then
    return nil, ("key_command ended with %d"):format(status)
  end
  return first_line(output)
end

---The source of a profile's key in words; nil if there is none.
---@param chosen klaviyo.cli.profile
---@param named boolean  the profile was chosen by name
---@return string|nil
function profile.source(chosen, named)
  local environment = os.getenv "KLAVIYO_API_KEY"
  for _, name in ipairs(SOURCES) do
    if chosen[name] and (named or not environment or environment == "") then
      return ("%s of profile %s"):format(name, chosen.name)
    end
  end
  return environment and environment ~= "" and "environment variable KLAVIYO_API_KEY" or nil
end

-- The mistake in a key, without the key; nil if it looks like one.
local function fault_of(key)
  if key:find "^%s" or key:find "%s$" or key:find "^[\"'`]" or key:find "[\"'`]$" then
    return "has quotes or blanks around it: remove them (an env file is read without quotes by some programs)"
  elseif key:find "[%c ]" then
    return "is not a key: it has blanks or control characters in it"
  end
end

---The key of a profile. KLAVIYO_API_KEY comes first where no profile was chosen by name.
---@param chosen klaviyo.cli.profile
---@param named boolean
---@param tick? fun()  called while a key_command runs
---@return string|nil key
---@return string|nil message
function profile.key(chosen, named, tick)
  local environment = os.getenv "KLAVIYO_API_KEY" or ""
  local key, where = environment, "the key in KLAVIYO_API_KEY"
  for _, name in ipairs(SOURCES) do
    if chosen[name] and (named or environment == "") then
      local message
      key, message = READERS[name](chosen[name], tick)
      where = ("profile %s: the key from %s"):format(chosen.name, name)
      if not key or key == "" then
        return nil, ("profile %s: %s"):format(chosen.name, message or name .. " gave no key")
      end
      break
    end
  end
  if key == "" then
    return nil, "no API key"
  end
  local fault = fault_of(key)
  if fault then
    return nil, ("%s %s"):format(where, fault)
  end
  return key
end

return profile
