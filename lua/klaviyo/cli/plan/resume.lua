-- SPDX-License-Identifier: MIT
--- Continues after an apply that ended in the middle of a step: the process was killed, or the outcome of its request
--- was not known. The lock file names the step; what became of it is found out before anything else is done.

local failure = require "klaviyo.cli.terminal.failure"
local klaviyo = require "klaviyo"
local text = require "klaviyo.cli.terminal.text"

local LAST = 30 -- seconds for the requests of the last look

local resume = {}

local COLLECTIONS = { campaign = "campaigns", audience = "audiences", message = "messages", variation = "variations" }

-- The object that an interrupted creation made; nil where it is certain that it made none.
local function look(ctx, pending, seconds)
  if pending.token == nil and pending.kind then
    return nil -- the text is recorded before the request leaves
  end
  local found, err
  if pending.token then
    ctx.progress:begin(("Looking for %s"):format(pending.label))
    found, err = klaviyo.recheck(pending.token, ctx:client(), { reconcile = seconds, timeout = seconds + LAST })
    ctx.progress:finish()
  end
  return found, err or not found and "an earlier version of klaviyo recorded no more of it" or nil
end

-- Ends the command: nobody knows whether there is one.
local function stop(ctx, lock, pending, err)
  failure.raise { code = "unknown", err = type(err) == "table" and err or nil,
    message = ("The last apply ended while it created %s (begun %s), and whether the service created it is not known: "
      .. "%s"):format(text.clean(pending.label), pending.began, (tostring(err):gsub("%.$", ""))),
    details = { "nothing was changed now; the step stays recorded in " .. text.clean(lock.path) },
    hint = ctx.args.undo and "run klaviyo apply --undo again later; --again goes on without it"
      or "run klaviyo apply again later; --again creates it now, and there will be two if the service was only late" }
end

local RESOLVE = {}

-- Notes a creation that was found as a step of the last apply.
function RESOLVE.create(ctx, lock, pending, seconds)
  local found, err = look(ctx, pending, seconds)
  if err and not ctx.args.again then
    stop(ctx, lock, pending, err)
  elseif not found then
    return
  end
  if pending.undoing then
    local step = lock.entry.journal[pending.undoing]
    if step and step.key == pending.key then
      step.made = found.id
    end
    return
  end
  lock:put(pending.key, found.id, {})
  table.insert(lock.entry.journal, { action = "delete", kind = pending.kind, id = found.id, label = pending.label })
  ctx.term:note(("It was created, and is taken over: %s."):format(text.clean(found.id)))
end

-- A change may have been made: undoing it is right in either case, and repeating it, too.
function RESOLVE.update(_, lock, pending)
  if pending.step and not pending.undoing then
    table.insert(lock.entry.journal, pending.step)
  end
end

-- Whether something was removed, the service knows.
function RESOLVE.delete(ctx, lock, pending)
  if pending.undoing or not pending.step then
    return
  end
  local there, err = ctx:client()[COLLECTIONS[pending.kind]]:get(pending.id)
  if not there then
    failure.check(failure.is_missing(err) or nil, err)
    lock:drop(pending.id)
    table.insert(lock.entry.journal, pending.step)
  end
end

---Finds out what became of the step that the last apply ended in, and notes it in the lock file's journal. Where that
---cannot be found out, the command ends, unless --again says to go on.
---@param ctx klaviyo.cli.context
---@param lock klaviyo.cli.lock
---@param seconds number  how long to look for what was created
---@return boolean resumed  there was such a step
function resume.pending(ctx, lock, seconds)
  local pending = lock.entry.pending
  if type(pending) ~= "table" then
    return false
  end
  ctx.term:note(("The last apply was interrupted during this step: %s."):format(text.clean(pending.label)))
  RESOLVE[pending.action](ctx, lock, pending, seconds)
  lock.entry.pending = nil
  return true
end

return resume
