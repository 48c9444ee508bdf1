-- SPDX-License-Identifier: MIT
--- The writes of a command: what was done, and what may have been done. It is reported when a command is interrupted,
--- and only the client's events decide it: a write counts from the moment its first byte may have been sent.

local operations = require "klaviyo.wire.operations"

---@class klaviyo.cli.write_log
---@field done string[]       sentences about what was done
---@field uncertain string[]  sentences about writes that ended without a known outcome
---@field not_done string[]   sentences about what was to be done and was not begun
---@field private parts klaviyo.cli.write_log.part[]
---@field private by_thread table<thread|string, klaviyo.cli.write_log.part>
---@field private by_request table<integer, klaviyo.cli.write_log.part>  of requests that a coroutine with a part made
local write_log = {}
write_log.__index = write_log

---@class klaviyo.cli.write_log.part  the writes of a coroutine: several may write at once
---@field about string|nil|fun(event: klaviyo.event): string
---@field writes klaviyo.cli.write[]  requests that the command has not acknowledged

---@class klaviyo.cli.write
---@field request integer
---@field call string   `POST /api/campaigns`
---@field about string|nil
---@field outcome "unknown"|"happened"|"none"  of all its attempts

local function thread()
  return coroutine.running() or "main" -- LuaJIT has no value for the main thread
end

---The part of the coroutine that runs.
---@return klaviyo.cli.write_log.part
function write_log:part()
  local part = self.by_thread[thread()]
  if not part then
    part = { writes = {} }
    self.by_thread[thread()] = part
    table.insert(self.parts, part)
  end
  return part
end

---@return klaviyo.cli.write_log
function write_log.new()
  local self = setmetatable({ done = {}, uncertain = {}, not_done = {}, parts = {}, by_request = {},
    by_thread = setmetatable({}, { __mode = "k" }) }, write_log)
  self:part()
  return self
end

local function path_of(event)
  return ((event.url or ""):gsub("^%a+://[^/]+", ""):gsub("%?.*$", ""))
end

---The method and path of an event: `POST /api/campaigns`.
---@param event klaviyo.event
---@return string
function write_log.call(event)
  return ("%s %s"):format(event.method or "?", path_of(event))
end

local function find(part, number)
  for _, write in ipairs(part.writes) do
    if write.request == number then
      return write
    end
  end
end

---Notes whose request it is that the running coroutine makes. Those of other coroutines count as the command's.
---@param number integer  the request's, in its events
function write_log:submitted(number)
  self.by_request[number] = self.by_thread[thread()]
end

---Follows the events of the client.
---@param event klaviyo.event
function write_log:observe(event)
  local part = self.by_request[event.request] or self.parts[1]
  local write = find(part, event.request)
  if event.type == "attempt" and not operations.only_asks(event.method, path_of(event)) then
    if not write then
      local about = part.about
      write = { request = event.request, call = write_log.call(event),
        about = type(about) == "function" and about(event) or about }
      table.insert(part.writes, write)
    end
    write.outcome = "unknown" -- until the attempt has ended
  elseif event.type == "response" then
    self.by_request[event.request] = nil
    if write then
      write.outcome = event.outcome
    end
  end
end

---Says what the next writes of this coroutine are about.
---@param sentence string|fun(event: klaviyo.event): string  "Scheduling Blast"; of several at once, by their requests
function write_log:begin(sentence)
  self:part().about = sentence
end

---Records something that was done. It acknowledges this coroutine's writes so far: the library looks up lost responses.
---@param sentence string
function write_log:did(sentence)
  table.insert(self.done, sentence)
  self:part().writes = {}
end

---Records that the outcome of this coroutine's writes since the last acknowledgement is not known.
---@param sentence string
function write_log:lost(sentence)
  table.insert(self.uncertain, sentence)
  self:part().writes = {}
end

---Records that this coroutine's writes since the last acknowledgement changed nothing.
function write_log:failed()
  self:part().writes = {}
end

---Whether one of a part's writes that were not acknowledged may have happened.
---@param part klaviyo.cli.write_log.part
---@return boolean
function write_log.is_open(part)
  for _, write in ipairs(part.writes) do
    if write.outcome ~= "none" then
      return true
    end
  end
  return false
end

local function describe(write)
  return write.about and ("%s (%s)"):format(write.about, write.call) or write.call
end

---The state that an interruption leaves behind.
---@return string[] done       sentences, with the writes that were answered and not yet acknowledged
---@return string[] uncertain  sentences about writes that may have happened
---@return string|nil under_way  the last of these, if it is a request without a response
function write_log:summary()
  local done, uncertain, under_way = {}, {}, nil
  for i, sentence in ipairs(self.done) do
    done[i] = sentence
  end
  for i, sentence in ipairs(self.uncertain) do
    uncertain[i] = sentence
  end
  for _, part in ipairs(self.parts) do
    for _, write in ipairs(part.writes) do
      if write.outcome == "happened" then
        done[#done + 1] = describe(write) .. ": done."
      elseif write.outcome == "unknown" then
        under_way = write.call
        uncertain[#uncertain + 1] = describe(write) .. " was under way: it may have happened."
      end
    end
  end
  return done, uncertain, under_way
end

return write_log
