-- SPDX-License-Identifier: MIT
--- One case of the matrix: an operation, something that goes wrong with it, and the world around. What the client says
--- is held against what the sandbox did, by its log of effects and its store.

local core = require "klaviyo.core"
local blocking = require "klaviyo.loop.blocking"
local klaviyo = require "klaviyo"
local time = require "klaviyo.model.time"
local wire = require "spec.support.wire"

local truth = {}

-- Seconds: no attempt takes longer. The client looks until what is late and lags must have been seen, and then some.
local ATTEMPT, MARGIN = 1.5, 4
local LOOSE = 1.5 -- by so much a busy machine may be late
-- So much before the call an older twin was made: a Date is cut to the second; and another process, which has no Date
-- of that time, knows by our clock alone when the call began, cut to the second twice.
local OLDER, OLDER_ELSEWHERE = 1.6, 3.6

-- The machine -------------------------------------------------------------------------------------------------------

-- A machine that is too busy lets responses time out and looks come late, which is no fault of the client's. So this
-- process notes when it was kept waiting, and a case that was is not judged by what depends on time.
local PULSE, STALL, TOO_LONG = 0.05, 0.1, 0.4
local BY_TIME = { ["needless unknown"] = true, overrun = true, ["unknown despite proof"] = true, ["no hit"] = true }

local stalls = {}

---Notes when this process was kept waiting, until no case is left. To be run beside the cases.
---@param left fun(): boolean
function truth.keep_time(left)
  while left() do
    local due = core.now() + PULSE
    blocking.sleep(PULSE)
    local late = core.now() - due
    if late > STALL then
      stalls[#stalls + 1] = { at = core.now(), late = late }
    end
  end
end

local function was_kept_waiting(since)
  local sum = 0
  for i = #stalls, 1, -1 do
    if stalls[i].at < since then
      break
    end
    sum = sum + stalls[i].late
  end
  return sum > TOO_LONG
end

-- What is found wrong, without what a busy machine may have caused.
local function judged(found, since)
  if not was_kept_waiting(since) then
    return found
  end
  local kept = {}
  for _, name in ipairs(found) do
    kept[#kept + 1] = BY_TIME[name] and "busy" or name
  end
  return kept
end

-- Cases ---------------------------------------------------------------------------------------------------------------

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
  local once = truth.patience(case) + (case.fault.hangs and ATTEMPT or 0)
  return math.min(once, case.deadline.seconds) * (case.company.calls or 1)
end

local function clock_of(case)
  local shift = case.clock.shift
  return shift and { at = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + shift), rate = 1 } or "running"
end

local function give_token()
  return "token_torture"
end

local function new_client(case, sandbox)
  local token = case.fault.token
  return klaviyo.client { base_url = sandbox.url, api_key = not token and "pk_torture" or nil,
    access_token = token and give_token or nil, limits = false, revision = wire.revisions[case.dialect],
    dialect = case.dialect, timeout = case.deadline.seconds, attempt_timeout = ATTEMPT,
    reconcile = takes_reconcile and truth.patience(case) or nil, on_event = function() end }
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
  sandbox:fail(merged({ method = operation.method, path = operation.path, twin = company.twin, crowd = company.crowd,
    times = company.calls }, date, case.fault.fault))
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

-- Whether a request can show what happened: of what is created a list, otherwise the message.
local function is_look(operation, request)
  local is_list = request.path:find "^/api/campaigns/?$" or request.path:find "/campaign%-%a+/?$"
  return operation.status or is_list
end

-- Whether all its faults hit, and when the client looked last, on the sandbox's clock.
local function traces(sandbox, operation, case)
  local hits, looked = 0, -math.huge
  for _, request in ipairs(sandbox:requests()) do
    if is_of(operation, request) and request.fault then
      hits = hits + 1
    elseif request.method == "GET" and is_look(operation, request) then
      looked = math.max(looked, time.parse(request.at))
    end
  end
  return hits >= (case.fault.first and 2 or 1), looked
end

-- Whether the message is where a success would have left it.
local function stands(sandbox, operation, ids)
  local message = sandbox:message(ids.message)
  return message ~= nil and message.status == operation.status
    and (not operation.at or message.first:sub(1, 19) == operation.at:sub(1, 19))
end

-- Whether by the service's Date an older twin was made while the call was under way.
local function seems_younger(case)
  return case.company.older and case.clock.date and case.clock.date < 0
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
  elseif seen.twins[id] and case.company.twin == "same" then
    return "indistinguishable"
  elseif seen.older[id] and seems_younger(case) then
    return "indistinguishable"
  end
  return object and "foreign" or "false success"
end

-- Whether what happened could have been found out: it is one, the client looked when it was there to be seen (or did
-- not look as long as it was to), and nothing looks like it.
local function was_findable(case, operation, seen)
  local fault = case.fault
  if #seen.ours ~= 1 or fault.unfindable or case.deadline.short then
    return false
  elseif seen.looked < seen.ours.at + truth.delay(case) + LOOSE and seen.elapsed > truth.patience(case) - LOOSE then
    return false
  elseif operation.status then
    return seen.stands and case.company.twin ~= "other"
  end
  return case.company.twin ~= "same" and not case.clock.blind and not seems_younger(case)
end

-- Whether a success that was found again says so: nothing but a lookup can have shown it.
local function is_marked(case, operation, seen, object)
  return operation.status or #seen.ours ~= 1 or not case.fault.processed or object.reconciled
end

-- Whether two that are equal could be seen at every look: which of them is ours cannot be said.
local function had_two(case, operation, seen)
  return not operation.status and #seen.ours == 1 and #seen.twins == 1 and case.company.twin == "same"
    and case.fault.processed == true and case.lag.lists == 0
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
    if had_two(case, operation, seen) then
      note "guess"
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

-- The same for several calls at once: each that succeeded has an object of its own.
local function examine_calls(case, operation, outcomes, seen)
  local found, counts, taken = {}, { done = 0, happened = 0, none = 0, unknown = 0, crash = 0 }, {}
  for _, outcome in ipairs(outcomes) do
    counts[outcome.said] = counts[outcome.said] + 1
    if outcome.said == "done" then
      local success = examine_success(case, operation, seen, outcome.object)
      found[#found + 1] = success ~= true and success or taken[outcome.object.id] and "false success" or nil
      taken[outcome.object.id] = true
    elseif outcome.said ~= "none" then
      found[#found + 1] = outcome.said
      found[#found + 1] = outcome.said == "unknown" and case.fault.proof and "unknown despite proof" or nil
    end
  end
  if #seen.ours > #outcomes then
    found[#found + 1] = "duplicate"
  end
  if counts.done + counts.happened > #seen.ours then
    found[#found + 1] = "false success"
  end
  if #seen.ours > #outcomes - counts.none then
    found[#found + 1] = "false none"
  end
  return found
end

-- Whether another process is to look later, with a token.
local function looks_elsewhere(case)
  return case.connection == "fresh"
end

-- What a later look shows, when all has happened that will: it must not be wrong either. Another process may look too.
local function recheck(case, operation, sandbox, seen, err)
  local object, later
  if looks_elsewhere(case) then
    local other = new_client(case, sandbox)
    object, later = klaviyo.recheck(err:token(), other)
    other:close()
  else
    object, later = err:recheck()
  end
  if object then
    local success = examine_success(case, operation, seen, object)
    return success == true and "found later" or success
  elseif later.outcome == "none" and #seen.ours > 0 then
    return "false none"
  end
end

local function outcome_of(ran, object, err)
  return { said = not ran and "crash" or object and "done" or type(err) == "table" and err.outcome or "crash",
    object = ran and object or nil, err = ran and err or object }
end

-- Calls the operation, once or several times at once. Returns the outcomes.
local function call(case, kl, ids, name, object)
  local calls = { all = true, loop = "blocking" }
  for i = 1, case.company.calls or 1 do
    calls[i] = function()
      return outcome_of(pcall(case.operation.run, kl, ids, name, object, {}))
    end
  end
  local outcomes = {}
  for i, result in ipairs(klaviyo.all(calls)) do
    outcomes[i] = result[1]
  end
  return outcomes
end

-- Before the call, somebody else made the same.
local function make_older_twin(case, sandbox, ids, name)
  local other = new_client(case, sandbox)
  local object = case.operation.object and case.operation.object(other, ids)
  local made = assert(case.operation.run(other, ids, name, object, {}))
  local id = made.id
  other:close()
  other.loop.sleep(looks_elsewhere(case) and OLDER_ELSEWHERE or OLDER)
  return { [id] = true }
end

-- What the client needs to have read, on the connection that it will use or on another.
local function prepare(case, sandbox, kl, ids)
  if case.connection == "fresh" then
    sandbox:fail { headers = { Connection = "close" }, method = "GET", acted = true }
  end
  if case.operation.object then
    return case.operation.object(kl, ids)
  end
  assert(kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } })
end

-- Whatever the client said, it may happen until then.
local function wait_for_late(case, kl, elapsed)
  local processed = case.fault.processed
  if type(processed) == "number" then
    kl.loop.sleep(math.max(0, processed + 0.5 - (case.company.calls and 0 or elapsed)))
  end
end

---Runs a case.
---@param case { operation: table, fault: table, lag: table, company: table, clock: table, connection: string,
---  deadline: table, dialect: string }
---@return { said: string, found: string[], effects: integer, seconds: number, text: string }
function truth.run(case)
  local operation = case.operation
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = clock_of(case) })
  local probe, kl = wire.client(sandbox, case.dialect), new_client(case, sandbox)
  local name = next_name(DECORATED[case.fault.fault.normalise])
  local ids = operation.prepare(probe, name)
  local older = case.company.older and make_older_twin(case, sandbox, ids, name) or {}
  local object = prepare(case, sandbox, kl, ids)
  sandbox:clear_requests() -- and the effects
  break_service(sandbox, operation, case)
  local began = core.now()
  local outcomes = call(case, kl, ids, name, object)
  local elapsed = core.now() - began
  wait_for_late(case, kl, elapsed)
  sandbox:clear_faults()
  local seen = { stands = operation.status and stands(sandbox, operation, ids), elapsed = elapsed, older = older }
  local hit
  hit, seen.looked = traces(sandbox, operation, case)
  seen.ours, seen.twins = effects_of(sandbox, operation)
  local first = outcomes[1]
  local found = outcomes[2] and examine_calls(case, operation, outcomes, seen)
    or examine(case, operation, first.said, seen, first.object)
  for _, outcome in ipairs(outcomes) do
    if (outcome.said == "unknown" or outcome.said == "happened") and outcome.err.recheck then
      found[#found + 1] = recheck(case, operation, sandbox, seen, outcome.err)
    end
  end
  if not hit then
    found[#found + 1] = "no hit"
  end
  if elapsed > case.deadline.seconds + LOOSE then
    found[#found + 1] = "overrun"
  end
  kl:close()
  probe:close()
  sandbox:stop()
  local text = tostring(first.err or first.object)
  if outcomes[2] then
    text = ("%s; the other: %s: %s"):format(text, outcomes[2].said, tostring(outcomes[2].err or outcomes[2].object))
  end
  return { said = first.said, found = judged(found, began), effects = #seen.ours, seconds = elapsed,
    text = (hit and "" or "the fault did not hit: ") .. text:gsub("%s+", " ") }
end

return truth
