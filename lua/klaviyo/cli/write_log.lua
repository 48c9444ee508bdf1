-- SPDX-License-Identifier: MIT
--- The writes of a command: what was done, and what may have been done. It is reported when a command is interrupted,
--- and only the client's events decide it: a write counts from the moment its first byte may have been sent.

---@class klaviyo.cli.write_log
---@field done string[]       sentences about what was done
---@field uncertain string[]  sentences about writes that ended without a known outcome
---@field private about string|nil
---@field private writes klaviyo.cli.write[]  requests that the command has not acknowledged
local write_log = {}
write_log.__index = write_log

---@class klaviyo.cli.write
---@field request integer
---@field call string   `POST /api/campaigns`
---@field about string|nil
---@field outcome "unknown"|"happened"|"none"  of all its attempts

---@return klaviyo.cli.write_log
function write_log.new()
  return setmetatable({ done = {}, uncertain = {}, writes = {} }, write_log)
end

---The method and path of an event: `POST /api/campaigns`.
---@param event klaviyo.event
---@return string
function write_log.call(event)
  return ("%s %s"):format(event.method or "?", (event.url or ""):gsub("^%a+://[^/]+", ""):gsub("%?.*$", ""))
end

local function is_read(method)
  return method == "GET" or method == "HEAD"
end

local function find(self, number)
  for _, write in ipairs(self.writes) do
    if write.request == number then
      return write
    end
  end
end

---Follows the events of the client.
---@param event klaviyo.event
function write_log:observe(event)
  if event.type == "attempt" and not is_read(event.method) then
    local write = find(self, event.request)
    if not write then
      local about = self.about
      write = { request = event.request, call = write_log.call(event),
        about = type(about) == "function" and about(event) or about }
      table.insert(self.writes, write)
    end
    write.outcome = "unknown" -- until the attempt has ended
  elseif event.type == "response" then
    local write = find(self, event.request)
    if write then
      write.outcome = event.outcome
    end
  end
end

---Says what the next writes are about.
---@param sentence string|fun(event: klaviyo.event): string  "Scheduling Blast"; of several at once, by their requests
function write_log:begin(sentence)
  self.about = sentence
end

---Records something that was done. It acknowledges the writes so far: the library looks up lost responses.
---@param sentence string
function write_log:did(sentence)
  table.insert(self.done, sentence)
  self.writes = {}
end

---Records that the outcome of the writes since the last acknowledgement is not known.
---@param sentence string
function write_log:lost(sentence)
  table.insert(self.uncertain, sentence)
  self.writes = {}
end

---Records that the writes since the last acknowledgement changed nothing.
function write_log:failed()
  self.writes = {}
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
  for _, write in ipairs(self.writes) do
    if write.outcome == "happened" then
      done[#done + 1] = describe(write) .. ": done."
    elseif write.outcome == "unknown" then
      under_way = write.call
      uncertain[#uncertain + 1] = describe(write) .. " was under way: it may have happened."
    end
  end
  return done, uncertain, under_way
end

return write_log
