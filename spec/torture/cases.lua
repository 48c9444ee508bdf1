-- SPDX-License-Identifier: MIT
--- One operation against one fault: what the client says of it beside what happened on the server.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local wire = require "spec.support.wire"

local cases = {}

-- Unique within the process, and no part of another tag.
local serial = 0
local function next_tag()
  serial = serial + 1
  return ("T%06dX"):format(serial)
end

---@class torture.stand
---@field box table       the sandbox
---@field probe table     who prepares and counts
---@field kl table        the client under test
---@field dialect string

---A sandbox with a client under test.
---@param dialect "guide"|"openapi"
---@param options? table  for the client
---@return torture.stand
function cases.stand(dialect, options)
  local box = assert(require("klaviyo.sandbox").start { port = 0 })
  local stand = { box = box, probe = wire.client(box, dialect), dialect = dialect }
  local given = { base_url = box.url, api_key = "pk_torture", limits = false, revision = wire.revisions[dialect],
    dialect = dialect,
    on_event = function(event)
      if stand.watch then
        stand.watch(event)
      end
    end }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  stand.kl = klaviyo.client(given)
  return stand
end

function cases.close(stand)
  stand.kl:close()
  stand.probe:close()
  stand.box:stop()
end

---@class torture.result
---@field said "done"|"none"|"unknown"
---@field effects integer      on the server
---@field verdict "right"|"unknown"|"duplicate"|"lost"|"crash"
---@field err any
---@field hit boolean          the fault hit the request of the operation
---@field bytes integer        of body that came with its first answer
---@field cut boolean          that was cut, as far as a client can tell
---@field overrun number       seconds over the deadline; negative if there was time left
---@field attempts integer     how often that request came to the server

local function judge(said, effects)
  if effects > 1 then
    return "duplicate"
  elseif said == "unknown" then
    return "unknown"
  elseif (said == "done") ~= (effects == 1) then
    return "lost"
  end
  return "right"
end

-- Whether a request of the log is the one that makes the operation happen.
local function is_of(operation, request)
  local pattern = "^" .. operation.path:gsub("%-", "%%-"):gsub("%*", "[^/]+") .. "/?$"
  return request.method == operation.method and request.path:find(pattern) ~= nil
end

---@param stand torture.stand
---@param operation table   see operations.lua
---@param faults table[]    for the sandbox; `method` and `path` default to those of the operation
---@param options { timeout: number?, fresh: boolean?, afterwards: number? }
---@return torture.result
function cases.run(stand, operation, faults, options)
  local box, probe, kl = stand.box, stand.probe, stand.kl
  local tag = next_tag()
  local ids = operation.prepare(probe, tag)
  if options.fresh then
    box:fail { headers = { Connection = "close" }, method = "GET", acted = true }
  end
  -- on a connection that has been used, or on none
  local object = operation.object and operation.object(kl, ids)
  if not operation.object then
    assert(kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } })
  end
  box:clear_requests()
  for _, fault in ipairs(faults) do
    local one = { method = operation.method, path = operation.path }
    for name, value in pairs(fault) do
      one[name] = value ~= "any" and value or nil
    end
    box:fail(one)
  end
  local first, answers = nil, 0
  stand.watch = function(event)
    if event.type == "response" and event.method == operation.method then
      first, answers = first or event, answers + 1
    end
  end
  local began = core.now()
  local ran, result, err = pcall(operation.run, kl, ids, tag, object, { timeout = options.timeout })
  local elapsed = core.now() - began
  stand.watch = nil
  if options.afterwards then
    kl.loop.sleep(options.afterwards) -- what the client gave up on may still happen there
  end
  box:clear_faults()
  local attempts, hit = 0, false
  for _, request in ipairs(box:requests()) do
    if is_of(operation, request) then
      attempts = attempts + 1
      hit = hit or request.fault ~= nil
    end
  end
  local said = result and "done" or err and err.outcome
  local effects = operation.count(probe, ids, tag)
  return {
    said = said, effects = effects, verdict = ran and said and judge(said, effects) or "crash", err = err or result,
    hit = hit, bytes = first and first.bytes or 0, attempts = attempts,
    -- of a kept connection that dies before it answers, the client is not told where a repeat does no harm
    cut = first ~= nil and (first.kind == "disconnected" or attempts > answers),
    overrun = elapsed - (options.timeout or math.huge),
    pending = kl._dispatch.transport.core:pending(),
  }
end

---Runs an operation against a fault that cuts its answer at one byte after the other, from the first to the last.
---@param dialect "guide"|"openapi"
---@param operation table
---@param faults fun(at: integer): table[]
---@param options { step: integer, from: integer, lanes: integer, client: table?, timeout: number?, fresh: boolean? }
---@param each fun(result: torture.result, at: integer)
function cases.sweep(dialect, operation, faults, options, each)
  local function on_a_stand(run)
    local stand = cases.stand(dialect, options.client)
    run(function(at)
      local result = cases.run(stand, operation, faults(at), options)
      each(result, at)
      return result
    end)
    cases.close(stand)
    return true
  end
  local whole
  on_a_stand(function(run)
    whole = run(1000000000).bytes
  end)
  local lanes = { limit = options.lanes, loop = "blocking" }
  for lane = 1, options.lanes do
    lanes[lane] = function()
      return on_a_stand(function(run)
        local at = options.from + (lane - 1) * options.step
        repeat
          local result = run(at)
          at = at + options.lanes * options.step
        until result.bytes >= whole and not result.cut
      end)
    end
  end
  klaviyo.all(lanes)
end

return cases
