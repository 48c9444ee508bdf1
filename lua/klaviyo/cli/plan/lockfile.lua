-- SPDX-License-Identifier: MIT
--- FILE.lock: which parts of the account belong to a campaign file, their fields after the last apply, and how to undo
--- it. It has an entry for each account, so that a rehearsal in the sandbox does not disturb the real account.

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local native = require "klaviyo.terminal"
local pretty = require "klaviyo.cli.terminal.pretty"
local shell = require "klaviyo.cli.terminal.shell"
local time = require "klaviyo.model.time"

local VERSION = 1
local KINDS = { campaign = true, audience = true, message = true, variation = true }
local NEEDS = { update = { "id", "fields" }, delete = { "id" }, create = { "key", "owner", "part" } } -- of a step

local RESTORE = "it is written by klaviyo apply and schedule; restore it from your version control"

---@class klaviyo.cli.lock
---@field path string
---@field entry klaviyo.cli.lock.entry
local lock = {}
lock.__index = lock

---@class klaviyo.cli.lock.entry
---@field ids table<string, string>               by key: "campaign", "campaign/audience VIP"
---@field applied table<string, table<string, any>>  fields after the last apply, by id
---@field journal table[]                         how to undo each step of the last apply, in their order
---@field pending table|nil                       a step that was begun and not finished
---@field sends table<string, klaviyo.cli.lock.send>  how messages were scheduled by klaviyo schedule, by id

---@class klaviyo.cli.lock.send : klaviyo.validated_schedule
---@field began string|nil  when its request was about to leave; nil once its outcome is known
---@field move boolean|nil  it was scheduled before, at another time

-- Whether a value is a step that undo can perform.
local function is_step(step)
  local needed = type(step) == "table" and type(step.label) == "string" and KINDS[step.kind] and NEEDS[step.action]
  for _, name in ipairs(needed or {}) do
    if step[name] == nil then
      return false
    end
  end
  return needed ~= nil and needed ~= false
end

local ACTIONS = { create = true, update = true, delete = true }

-- Whether a value says what an apply was doing when it ended.
local function is_pending(pending)
  return type(pending.label) == "string" and type(pending.began) == "string" and ACTIONS[pending.action] == true
    and (pending.kind == nil or KINDS[pending.kind] and type(pending.key) == "string")
    and (pending.token == nil or type(pending.token) == "string")
    and (pending.undoing == nil or type(pending.undoing) == "number")
    and (pending.action ~= "delete" or type(pending.id) == "string")
    and (pending.step == nil or is_step(pending.step))
end

-- The mistake in the entry of an account; nil if it is valid.
local function damage(entry)
  if type(entry) ~= "table" then
    return "is not an object"
  end
  for _, name in ipairs { "ids", "applied", "journal", "pending", "sends" } do
    if entry[name] ~= nil and type(entry[name]) ~= "table" then
      return name .. " is not an object"
    end
  end
  for key, id in pairs(entry.ids or {}) do
    if type(id) ~= "string" then
      return ("ids[%q] is not an id"):format(tostring(key))
    end
  end
  for id, fields in pairs(entry.applied or {}) do
    if type(fields) ~= "table" then
      return ("applied[%q] is not an object"):format(tostring(id))
    end
  end
  for id, send in pairs(entry.sends or {}) do
    if type(send) ~= "table" or send.began ~= nil and not time.parse(send.began) then
      return ("sends[%q] is not a send"):format(tostring(id))
    end
  end
  for i, step in ipairs(entry.journal or {}) do
    if not is_step(step) then
      return ("journal[%d] is not a step of an apply"):format(i)
    end
  end
  if entry.pending and not is_pending(entry.pending) then
    return "pending is not a step of an apply"
  end
end

-- A file that stands for the path of a campaign file. Editors replace the campaign file itself, and the lock of the old
-- one then holds for nobody. Nil if there is no place for it.
local function stand_in(file)
  local real = native.real_path(file)
  local known, directory = pcall(files.state)
  if not real or not known then
    return nil
  end
  directory = directory .. "/claims"
  local path = ("%s/%s"):format(directory, (files.digest(real):gsub("^sha256:", "")))
  local handle = io.open(path, "a")
  if not handle and shell.make_directory(directory) then
    handle = io.open(path, "a")
  end
  return handle and handle:close() and path or nil
end

local claimed = {} -- by identity: the names of the files that this process has locked

-- Refuses a second name of a file that is locked already: each name has a lock file of its own, and so the file would
-- become two campaigns.
local function refuse_second_name(file)
  local access = native.file_access(file)
  local other = access and claimed[access.identity]
  if other and other ~= file then
    failure.raise { code = "refused", hint = "name one of them; a copy of a file is a campaign of its own",
      message = ("%s and %s are one file by two names (hard links); nothing was changed."):format(other, file) }
  elseif access then
    claimed[access.identity] = file
  end
  return other ~= nil
end

---Locks a campaign file until this process ends: two applies at a time would create everything twice.
---@param file string
function lock.claim(file)
  if refuse_second_name(file) then
    return
  end
  local path = stand_in(file)
  if native.claim(file) == false or path and native.claim(path) == false then
    failure.raise { code = "refused", message = ("Another klaviyo is applying or scheduling %s; nothing was changed.")
      :format(file) }
  end
end

---Reads a lock file; it is empty if there is none.
---@param path string
---@param account string
---@return klaviyo.cli.lock
function lock.open(path, account)
  local text = files.read(path)
  local content = text and files.json(text, path, RESTORE) or { version = VERSION, accounts = {} }
  if type(content) ~= "table" or type(content.accounts) ~= "table" or type(content.version) ~= "number" then
    failure.raise { code = "input", message = path .. ": is not a lock file of klaviyo apply" }
  elseif content.version ~= VERSION then
    failure.raise { code = "input",
      message = ("%s: was written by a newer klaviyo (version %s)"):format(path, tostring(content.version)) }
  end
  local entry = content.accounts[account] or {}
  local wrong = damage(entry)
  if wrong then
    failure.raise { code = "input", message = ("%s: accounts.%s: %s"):format(path, account, wrong), hint = RESTORE }
  end
  content.accounts[account] = entry
  entry.ids, entry.applied, entry.sends = entry.ids or {}, entry.applied or {}, entry.sends or {}
  entry.journal = json.array(entry.journal or {})
  return setmetatable({ path = path, content = content, entry = entry }, lock)
end

---Writes the file. A failure ends the command: what cannot be recorded must not be done.
function lock:save()
  local ok, message = files.write(self.path, pretty.json(self.content) .. "\n")
  if not ok then
    failure.raise { code = "input", message = "the lock file cannot be written: " .. tostring(message) }
  end
end

---The id of a part.
---@param key string
---@return string|nil
function lock:id(key)
  local id = self.entry.ids[key]
  return type(id) == "string" and id or nil
end

---Records a part and fields that it has now.
---@param key string
---@param id string
---@param fields table<string, any>
function lock:put(key, id, fields)
  self.entry.ids[key] = id
  local applied = self.entry.applied[id] or {}
  for name, value in pairs(fields) do
    applied[name] = value
  end
  self.entry.applied[id] = applied
end

---Forgets a part.
---@param id string
function lock:drop(id)
  self.entry.applied[id] = nil
  for key, known in pairs(self.entry.ids) do
    if known == id then
      self.entry.ids[key] = nil
    end
  end
end

---Forgets all parts.
function lock:clear()
  self.entry.ids, self.entry.applied, self.entry.pending, self.entry.sends = {}, {}, nil, {}
end

---Whether a part of this id was put there by an apply.
---@param id string
---@return boolean
function lock:owns(id)
  for _, known in pairs(self.entry.ids) do
    if known == id then
      return true
    end
  end
  return false
end

return lock
