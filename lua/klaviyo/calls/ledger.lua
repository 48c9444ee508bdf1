-- SPDX-License-Identifier: MIT
--- The objects that each client has created or is creating: none of them may be taken for what another call of
--- the same client created.

local core = require "klaviyo.core"

local ledger = {}

local KEPT = 1000 -- ids; older ones differ by their creation time

---@class klaviyo.ledger.entry
---@field record klaviyo.reconcile.record
---@field ends number        the deadline of the call
---@field caller any[]       weak: the coroutine that performs it, as the loop knows it
---@field is_sending boolean  false once its own look-up has begun

---@class klaviyo.ledger
---@field made table<string, boolean>  ids
---@field order string[]               the same, oldest first
---@field pending table<klaviyo.ledger.entry, boolean>

-- By client. A ledger holds nothing of its client, which would keep it alive in Lua 5.1.
local ledgers = setmetatable({}, { __mode = "k" })

-- A coroutine that was killed does not say that its call has ended.
local function is_over(client, entry, now)
  local caller = entry.caller[1]
  return caller == nil or client.loop.gone(caller) or entry.ends < now
end

local function of(client)
  local one = ledgers[client]
  if not one then
    one = { made = {}, order = {}, pending = {} }
    ledgers[client] = one
  end
  return one
end

---Notes that a creation begins.
---@param client klaviyo.client
---@param record klaviyo.reconcile.record
---@param ends number
---@return klaviyo.ledger.entry
function ledger.begin(client, record, ends)
  local one, now = of(client), core.now()
  for entry in pairs(one.pending) do
    if is_over(client, entry, now) then
      one.pending[entry] = nil
    end
  end
  local entry = { record = record, ends = ends, is_sending = true,
    caller = setmetatable({ client.loop.caller() }, { __mode = "v" }) }
  one.pending[entry] = true
  return entry
end

---Notes that it has ended.
---@param client klaviyo.client
---@param entry klaviyo.ledger.entry
function ledger.finish(client, entry)
  of(client).pending[entry] = nil
end

---Notes what was created. False: another call has it already.
---@param client klaviyo.client
---@param id string
---@return boolean
function ledger.claim(client, id)
  local one = of(client)
  if one.made[id] then
    return false
  end
  one.made[id] = true
  one.order[#one.order + 1] = id
  if #one.order > KEPT then
    one.made[table.remove(one.order, 1)] = nil
  end
  return true
end

---Marks an object that was found as the result of a call.
---@param object klaviyo.object
function ledger.mark(object)
  rawset(object, "reconciled", true)
end

---Takes an object that was found for the result of a call. False: another call has it already.
---@param client klaviyo.client
---@param object klaviyo.object
---@return boolean
function ledger.adopt(client, object)
  if not ledger.claim(client, object.id) then
    return false
  end
  ledger.mark(object)
  return true
end

---Whether this client created it.
---@param client klaviyo.client
---@param id string
---@return boolean
function ledger.has(client, id)
  return of(client).made[id] == true
end

---The ids of what this client created, newest last.
---@param client klaviyo.client
---@param most integer
---@return string[]
function ledger.ids(client, most)
  local one, ids = of(client), {}
  for i = math.max(1, #one.order - most + 1), #one.order do
    ids[#ids + 1] = one.order[i]
  end
  return ids
end

---Other creations of the client that are being sent at present.
---@param client klaviyo.client
---@param record klaviyo.reconcile.record  that is left out
---@return klaviyo.reconcile.record[]
function ledger.others(client, record)
  local list, now = {}, core.now()
  for entry in pairs(of(client).pending) do
    if entry.record ~= record and entry.is_sending and not is_over(client, entry, now) then
      list[#list + 1] = entry.record
    end
  end
  return list
end

return ledger
