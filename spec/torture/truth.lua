-- SPDX-License-Identifier: MIT
--- One case of the matrix: an operation, something that goes wrong with it, and the world around. What the client says
--- is held against what the sandbox did, by its log of effects and its store.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local time = require "klaviyo.model.time"
local operations = require "spec.torture.operations"
local wire = require "spec.support.wire"

local truth = {}

-- Seconds: no attempt takes longer, and no call. The client looks until what is late and lags must have been seen.
local ATTEMPT, TIMEOUT, MARGIN = 1.5, 90, 4
local LOOSE = 1.5 -- by so much a busy machine may be late

local serial = 0
local function next_name(decoration)
  serial = serial + 1
  return (decoration or "T%06dX"):format(serial)
end

-- What services do to texts must have something to be done to.
local DECORATED = { trim = "  T%06dX  ", nfc = "T%06dX Cafe\204\129" }

-- Whether the client has the option: the torture can be run against older ones.
local takes_reconcile = pcall(function()
  klaviyo.client({ api_key = "pk_torture", base_url = "http://127.0.0.1:1", reconcile = 1 }):close()
end)

---How long the client looks for what happened in a case, seconds.
---@param case table
---@return number
function truth.patience(case)
  local processed = case.fault.processed
  return (type(processed) == "number" and processed or 0) + truth.delay(case) + MARGIN
end

---How long after it was executed it can be found, seconds: lists lag, and what was created after the service's Date is
---not of the past until the Date has caught up.
function truth.delay(case)
  local date = case.clock.date
  return case.lag.lists + (date and date < 0 and 1 - date or 0)
end

---About how long a case takes at most, seconds.
function truth.duration(case)
  return truth.patience(case) + (case.fault.hangs and ATTEMPT or 0)
end

local function clock_of(case)
  local shift = case.clock.shift
  return shift and { at = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + shift), rate = 1 } or "running"
end

local function start(case)
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = clock_of(case) })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_torture", limits = false,
    revision = wire.revisions[case.dialect], dialect = case.dialect, timeout = TIMEOUT, attempt_timeout = ATTEMPT,
    reconcile = takes_reconcile and truth.patience(case) or nil, on_event = function() end }
  return sandbox, wire.client(sandbox, case.dialect), kl
end

local function merged(...)
  local all = {}
  for i = 1, select("#", ...) do
    for key, value in pairs((select(i, ...)) or {}) do
      all[key] = value
    end
  end
  return all
end

-- The faults of a case, in the order in which they are tried.
local function break_service(sandbox, operation, case)
  local date, company = { date = case.clock.date }, case.company
  if case.fault.first then
    sandbox:fail(merged({ method = operation.method, path = operation.path }, date, case.fault.first))
  end
  sandbox:fail(merged({ method = operation.method, path = operation.path, twin = company.twin, crowd = company.crowd },
    date, case.fault.fault))
  local lag = case.lag
  local reads = merged({ method = "GET", times = 0, lag = lag.lists > 0 and lag.lists or nil, lag_by_id = lag.by_id },
    date)
  if case.fault.lookups then
    sandbox:fail(merged(reads, { acted = true }, case.fault.lookups))
  end
  if reads.lag or reads.date ~= nil then
    sandbox:fail(reads)
  end
end

local function is_of(operation, entry)
  local pattern = "^" .. operation.path:gsub("%-", "%%-"):gsub("%*", "[^/]+") .. "/?$"
  return entry.method == operation.method and entry.path:find(pattern) ~= nil
end

-- What was carried out of it: our own effects, in order, and what a twin made.
local function effects_of(sandbox, operation)
  local ours, twins = {}, {}
  for _, effect in ipairs(sandbox:effects()) do
    if is_of(operation, effect) and effect.by ~= "crowd" then
      local list = effect.by == "twin" and twins or ours
      list[#list + 1] = effect.id
      list[effect.id], list.at = true, time.parse(effect.at)
    end
  end
  return ours, twins
end

-- Whether all its faults hit, and when the client looked last, on the sandbox's clock.
local function traces(sandbox, operation, case)
  local hits, looked = 0, -math.huge
  for _, request in ipairs(sandbox:requests()) do
    if is_of(operation, request) and request.fault then
      hits = hits + 1
    elseif request.method == "GET" then
      looked = math.max(looked, time.parse(request.at))
    end
  end
  return hits >= (case.fault.first and 2 or 1), looked
end

-- Whether the message is where a success would have left it.
local function stands(sandbox, operation, ids)
  local message = sandbox:message(ids.message)
  return message ~= nil and message.status == operation.status
    and (operation.status ~= "SCHEDULED" or message.first:sub(1, 19) == operations.WHEN:sub(1, 19))
end

-- A success that was claimed: true if the service did it for us; otherwise what it is instead.
local function examine_success(case, operation, seen, object)
  if operation.status then
    if #seen.ours > 0 and seen.stands then
      return true
    end
    return case.company.twin == "same" and seen.stands and "indistinguishable"
      or case.company.twin and seen.twins[1] and "foreign" or "false success"
  end
  local id = object and object.id
  if seen.ours[id] then
    return true
  end
  return seen.twins[id] and case.company.twin == "same" and "indistinguishable" or object and "foreign"
    or "false success"
end

-- Whether what happened could have been found out: it is one, the client looked when it was there to be seen (or did
-- not look as long as it was to), and nothing looks like it.
local function was_findable(case, operation, seen)
  local fault = case.fault
  if #seen.ours ~= 1 or fault.unfindable then
    return false
  elseif seen.looked < seen.ours.at + truth.delay(case) + LOOSE and seen.elapsed > truth.patience(case) - LOOSE then
    return false
  elseif operation.status then
    return seen.stands and case.company.twin ~= "other"
  end
  return case.company.twin ~= "same" and not case.clock.blind
end

-- Whether a success that was found again says so: nothing but a lookup can have shown it.
local function is_marked(case, operation, seen, object)
  return operation.status or #seen.ours ~= 1 or not case.fault.processed or object.reconciled
end

-- Names of all that is wrong with an answer, and of what is to be counted about it.
local function examine(case, operation, said, seen, object)
  local found, count = {}, #seen.ours
  local function note(name)
    found[#found + 1] = name
  end
  if count > 1 and not operation.idempotent then
    note "duplicate"
  end
  if said == "none" then
    if count > 0 then
      note "false none"
    elseif case.fault.proof ~= "none" and not case.company.twin then
      note "unproven none"
    end
  elseif said == "done" then
    local success = examine_success(case, operation, seen, object)
    if success ~= true then
      note(success)
    end
    if (success == true or success == "indistinguishable") and not is_marked(case, operation, seen, object) then
      note "unmarked"
    end
  elseif said == "happened" then
    note(count == 0 and "false success" or "happened")
  elseif said == "unknown" then
    note "unknown"
    if case.fault.proof and not case.company.twin then
      note "unknown despite proof"
    elseif was_findable(case, operation, seen) then
      note "needless unknown"
    end
  else
    note "crash"
  end
  return found
end

-- What a later look shows, when all has happened that will: it must not be wrong either.
local function recheck(case, operation, seen, err)
  local object, later = err:recheck()
  if object then
    local success = examine_success(case, operation, seen, object)
    return success == true and "found later" or success
  elseif later.outcome == "none" and #seen.ours > 0 then
    return "false none"
  end
end

---Runs a case.
---@param case { operation: table, fault: table, lag: table, company: table, clock: table, connection: string,
---  dialect: string }
---@return { said: string, found: string[], effects: integer, text: string }
function truth.run(case)
  local operation = case.operation
  local sandbox, probe, kl = start(case)
  local name = next_name(DECORATED[case.fault.fault.normalise])
  local ids = operation.prepare(probe, name)
  if case.connection == "fresh" then
    sandbox:fail { headers = { Connection = "close" }, method = "GET", acted = true }
  end
  local object = operation.object and operation.object(kl, ids)
  if not operation.object then
    assert(kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } })
  end
  sandbox:clear_requests() -- and the effects
  break_service(sandbox, operation, case)
  local began = core.now()
  local ran, result, err = pcall(operation.run, kl, ids, name, object, {})
  local elapsed = core.now() - began
  local processed = case.fault.processed
  if type(processed) == "number" and elapsed < processed + 0.5 then
    kl.loop.sleep(processed + 0.5 - elapsed) -- whatever the client said, it may happen until then
  end
  sandbox:clear_faults()
  local seen = { stands = operation.status and stands(sandbox, operation, ids), elapsed = elapsed }
  local hit
  hit, seen.looked = traces(sandbox, operation, case)
  seen.ours, seen.twins = effects_of(sandbox, operation)
  local said = not ran and "crash" or result and "done" or type(err) == "table" and err.outcome or "crash"
  local found = examine(case, operation, said, seen, result)
  if (said == "unknown" or said == "happened") and err.recheck then
    found[#found + 1] = recheck(case, operation, seen, err)
  end
  if not hit then
    found[#found + 1] = "crash"
    err = "the fault did not hit: " .. tostring(err or result)
  end
  kl:close()
  probe:close()
  sandbox:stop()
  return { said = said, found = found, effects = #seen.ours, seconds = elapsed,
    text = tostring(ran and err or result or ""):gsub("%s+", " ") }
end

return truth
