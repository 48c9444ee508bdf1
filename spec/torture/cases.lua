-- SPDX-License-Identifier: MIT
--- One operation against one fault: what the client says of it beside what happened on the server.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local wire = require "spec.support.wire"

local cases = {}

-- How long the client looks for what happened, seconds: here it is there at once, or never.
local RECONCILE = 2

-- Unique within the process, and no part of another tag.
local serial = 0
local function next_tag()
  serial = serial + 1
  return ("T%06dX"):format(serial)
end

---@class torture.setup
---@field sandbox table
---@field probe table     who prepares and counts
---@field kl table        the client under test
---@field dialect string

---A sandbox with a client under test.
---@param dialect "guide"|"openapi"
---@param options? table  for the client
---@return torture.setup
function cases.setup(dialect, options)
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  local setup = { sandbox = sandbox, probe = wire.client(sandbox, dialect), dialect = dialect }
  local given = { base_url = sandbox.url, api_key = "pk_torture", limits = false, revision = wire.revisions[dialect],
    dialect = dialect, reconcile = RECONCILE,
    on_event = function(event)
      if setup.on_event then
        setup.on_event(event)
      end
    end }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  setup.kl = klaviyo.client(given)
  return setup
end

function cases.close(setup)
  setup.kl:close()
  setup.probe:close()
  setup.sandbox:stop()
end

---@class torture.result
---@field said "done"|"happened"|"none"|"unknown"
---@field effects integer      on the server
---@field verdict "right"|"unknown"|"duplicate"|"lost"|"crash"
---@field err any
---@field hit boolean          the fault hit the request of the operation
---@field bytes integer        of body that came with its first answer
---@field cut boolean          whether it was cut, as far as a client can know
---@field overrun number       seconds over the deadline; negative if there was time left
---@field attempts integer     how often that request came to the server

local function judge(said, effects)
  if effects > 1 then
    return "duplicate"
  elseif said == "unknown" then
    return "unknown"
  elseif (said ~= "none") ~= (effects == 1) then
    return "lost"
  end
  return "right"
end

-- Whether a request of the log is the one that makes the operation happen.
local function is_of(operation, request)
  local pattern = "^" .. operation.path:gsub("%-", "%%-"):gsub("%*", "[^/]+") .. "/?$"
  return request.method == operation.method and request.path:find(pattern) ~= nil
end

---@param setup torture.setup
---@param operation table   see operations.lua
---@param faults table[]    for the sandbox; `method` and `path` default to those of the operation
---@param options { timeout: number?, fresh: boolean?, afterwards: number? }
---@return torture.result
function cases.run(setup, operation, faults, options)
  local sandbox, probe, kl = setup.sandbox, setup.probe, setup.kl
  local tag = next_tag()
  local ids = operation.prepare(probe, tag)
  if options.fresh then
    sandbox:fail { headers = { Connection = "close" }, method = "GET", acted = true }
  end
  -- on a connection that has been used, or on none
  local object = operation.object and operation.object(kl, ids)
  if not operation.object then
    assert(kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } })
  end
  sandbox:clear_requests()
  for _, fault in ipairs(faults) do
    local one = { method = operation.method, path = operation.path }
    for name, value in pairs(fault) do
      one[name] = value ~= "any" and value or nil
    end
    sandbox:fail(one)
  end
  local first, answers = nil, 0
  setup.on_event = function(event)
    if event.type == "response" and event.method == operation.method then
      first, answers = first or event, answers + 1
    end
  end
  local began = core.now()
  local ran, result, err = pcall(operation.run, kl, ids, tag, object, { timeout = options.timeout })
  local elapsed = core.now() - began
  setup.on_event = nil
  if options.afterwards then
    kl.loop.sleep(options.afterwards) -- the service may still execute what the client gave up on
  end
  sandbox:clear_faults()
  local attempts, hit = 0, false
  for _, request in ipairs(sandbox:requests()) do
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
    -- libcurl does not report a kept connection that dies before the response, where a repeat does no harm
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
  local function with_setup(run)
    local setup = cases.setup(dialect, options.client)
    run(function(at)
      local result = cases.run(setup, operation, faults(at), options)
      each(result, at)
      return result
    end)
    cases.close(setup)
    return true
  end
  local whole
  with_setup(function(run)
    whole = run(1000000000).bytes
  end)
  local lanes = { limit = options.lanes, loop = "blocking" }
  for lane = 1, options.lanes do
    lanes[lane] = function()
      return with_setup(function(run)
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
