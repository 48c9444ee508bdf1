-- SPDX-License-Identifier: MIT
--- Runs scripts in Redis: by their digest once it is known, else by their text.

local core_now = require("klaviyo.core").now
local texts = require "klaviyo.fleet.script_texts"

---@class klaviyo.fleet.scripts
---@field link klaviyo.fleet.link
---@field digests table<string, string>
---@field tickets table<klaviyo.fleet.ticket, boolean>  of callers that wait in `await`
local scripts = {}
scripts.__index = scripts

local unpack = table.unpack or unpack

---What Redis said, for a message: a server that is no Redis may say anything.
---@param text string|nil
---@return string
function scripts.shown(text)
  return ((text or "nothing"):sub(1, 100):gsub("[^ -~]", "?"))
end

local CLUSTER = "it is part of a cluster, whose redirections are not followed: name a Redis that has all slots"

-- What an error of Redis means for us, by its first word.
local MEANINGS = {
  ASK = CLUSTER, CLUSTERDOWN = CLUSTER, CROSSSLOT = CLUSTER, MOVED = CLUSTER, TRYAGAIN = CLUSTER,
  MISCONF = "it cannot save its data, and takes no writes until it can",
  NOPERM = "its user lacks a right, see doc/fleet.md",
  NOREPLICAS = "too few replicas follow it (min-replicas-to-write)",
  OOM = "its memory is full (maxmemory)",
}

---Why Redis refused a script, for a message.
---@param text string|nil  the error
---@return string
function scripts.refusal(text)
  local own = (text or "nothing"):gsub(" script: %x+, on .*$", "") -- where in the script: Redis 7; then Redis 6
    :gsub("^ERR Error running script.*@user_script: ?%d+: ?%-?", "")
  local meaning = MEANINGS[own:match "^%u+" or ""]
  if own:find("user executing the script can't", 1, true) then
    meaning = MEANINGS.NOPERM
  end
  return meaning and ("%s (%s)"):format(meaning, scripts.shown(own)) or scripts.shown(own)
end

local function command_of(how, text, keys, arguments)
  local parts = { how, text, ("%d"):format(#keys) }
  for _, list in ipairs { keys, arguments } do
    for _, value in ipairs(list) do
      parts[#parts + 1] = value
    end
  end
  return parts
end

---Runs a script.
---@param name string
---@param keys string[]
---@param arguments string[]
---@param handler fun(kind: string, text: string|nil)  see link:command
---@return boolean sent
function scripts:run(name, keys, arguments, handler)
  local digest = self.digests[name]
  if not digest then
    self.link:command(function(kind, text)
      self.digests[name] = kind == "text" and text:match "^%x+$" or nil
    end, "SCRIPT", "LOAD", texts[name])
    return self.link:command(handler, unpack(command_of("EVAL", texts[name], keys, arguments)))
  end
  return self.link:command(function(kind, text)
    if kind == "error" and text:find "^NOSCRIPT" then
      if not self.link:command(handler, unpack(command_of("EVAL", texts[name], keys, arguments))) then
        handler "lost"
      end
      return
    end
    handler(kind, text)
  end, unpack(command_of("EVALSHA", digest, keys, arguments)))
end

---Runs a script in the caller's coroutine, which waits for the reply, and for the connection if that is not there.
---@param name string
---@param keys string[]
---@param arguments string[]
---@param deadline number  on the clock of core.now
---@return string|nil reply
---@return string|nil why
function scripts:await(name, keys, arguments, deadline)
  local link = self.link
  while true do
    local ticket = link:ticket { deadline = deadline }
    self.tickets[ticket] = true
    local function finish(kind, text)
      ticket.kind, ticket.text = kind, text
      ticket:finish()
    end
    ticket.sent = link:ready() and self:run(name, keys, arguments, finish)
    link:wake_at(deadline)
    link:await(ticket)
    self.tickets[ticket] = nil
    if ticket.kind == "text" then
      return ticket.text
    elseif ticket.kind == "error" then
      return nil, "Redis refused it: " .. scripts.refusal(ticket.text)
    elseif ticket.kind == "nil" then
      return nil, "Redis gave an empty reply"
    elseif core_now() >= deadline or link.conn:state() == "closed" then
      local _, why = link.conn:state()
      return nil, why ~= "" and why or "Redis did not answer in time"
    end
  end
end

-- The connection's user: wakes those that waited for the connection, or too long.

function scripts:changed(state)
  for ticket in pairs(self.tickets) do
    if state == "closed" or state == "ready" and not ticket.sent then
      ticket:finish()
    end
  end
end

function scripts:due(now)
  local at
  for ticket in pairs(self.tickets) do
    if ticket.deadline <= now then
      ticket:finish()
    else
      at = math.min(at or math.huge, ticket.deadline)
    end
  end
  return at
end

function scripts.busy()
  return false
end

---@param link klaviyo.fleet.link
---@return klaviyo.fleet.scripts
function scripts.new(link)
  local self = setmetatable({ link = link, digests = {}, tickets = {} }, scripts)
  link.users[#link.users + 1] = self
  return self
end

return scripts
