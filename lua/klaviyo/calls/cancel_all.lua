-- SPDX-License-Identifier: MIT
--- Cancelling all messages of a campaign or an audience: the emergency stop. The cancellations go out first, and
--- together; only then is anything read.

local blame = require "klaviyo.model.blame"
local call_options = require "klaviyo.calls.call_options"
local contents = require "klaviyo.calls.contents"
local crud = require "klaviyo.calls.crud"
local object = require "klaviyo.objects.object"
local parallel = require "klaviyo.calls.parallel"
local schedule = require "klaviyo.calls.schedule"
local suggest = require "klaviyo.model.suggest"

local cancel_all = {}

-- Options beside those of a call, and their types.
local OPTIONS = { drafts = "boolean", on_result = "function" }

local function check_options(options)
  for name, kind in pairs(OPTIONS) do
    local value = options and options[name]
    if value ~= nil and type(value) ~= kind then
      blame(("cancel: %s is a %s, found %s"):format(name, kind, suggest.show(value)))
    end
  end
end

-- The options of one of the requests. Without a timeout, each has the client's from when it begins: where there are
-- more messages than the account's limit lets out in that time, the last of them must not fail for it.
local function begin(client, options)
  local rest, call = call_options.begin(client, options, OPTIONS)
  local name = next(rest)
  if name ~= nil then
    blame(("cancel has no option %s%s"):format(tostring(name), suggest.phrase(name, { "drafts", "on_result" })))
  end
  call.urgent = true -- what is read to find the messages waits for nobody either
  return call
end

local function status_of(message)
  local status = object.is_loaded(message) and object.peek(message, "status")
  return type(status) == "string" and status or nil
end

---@class klaviyo.cancel_all.state
---@field owner klaviyo.campaign|klaviyo.audience
---@field options table
---@field seen table<string, boolean>        messages whose cancellation was sent, by id
---@field cancelled table<string, boolean>   by id
---@field failures { message: klaviyo.message, err: klaviyo.error }[]

local function is_kept_draft(state, message)
  return state.options.drafts == false and status_of(message) == "DRAFT"
end

-- The messages that are still to be cancelled. One whose status is not known is.
local function open_among(state, messages)
  local open = {}
  for _, message in ipairs(messages) do
    local status = status_of(message)
    local is_over = status == "SENT" or status == "CANCELLED"
    open[#open + 1] = not (state.seen[message.id] or is_over or is_kept_draft(state, message)) and message or nil
  end
  return open
end

-- Cancels messages, all at once within the account's limits. A failure does not stop the others.
local function cancel(state, messages)
  local client, work = state.owner._client, {}
  for i, message in ipairs(messages) do
    state.seen[message.id] = true
    work[i] = function()
      local done, err = schedule.send_action(message, "cancel", {}, begin(client, state.options))
      if done then
        state.cancelled[message.id] = true
      else
        table.insert(state.failures, { message = message, err = err, status = status_of(message) })
      end
      if state.options.on_result then
        state.options.on_result(message, err)
      end
    end
  end
  return parallel.run(client.loop, work, { limit = client.options.concurrency })
end

-- The messages that the object names; if it names none, those that the service names.
local function named(owner, call)
  local messages = object.peek(owner, "messages")
  if messages then
    return messages
  end
  local read, err = crud.get(owner._client, object.resource_of(owner), owner.id,
    call_options.with(call, { include = { "messages" } }), owner._identity_map)
  return read and (object.peek(owner, "messages") or {}), err
end

-- Those that failed and are not cancelled, and were not sent before: of those nothing was known.
local function remaining(state)
  local list = {}
  for _, failure in ipairs(state.failures) do
    local now = status_of(failure.message)
    if now ~= "CANCELLED" and not (now == "SENT" and failure.status == nil and failure.err.outcome == "none") then
      list[#list + 1] = { message = failure.message, err = failure.err }
    end
  end
  return list
end

-- Those that are known to be cancelled.
local function cancelled_of(state)
  local list = {}
  for _, message in ipairs(state.messages) do
    if state.cancelled[message.id] or status_of(message) == "CANCELLED" then
      list[#list + 1] = message
    end
  end
  return list
end

-- The error where nobody knows whether there are more messages than those that were cancelled.
local function unlisted_error(state, unread)
  unread.failures, unread.cancelled, unread.outcome = {}, cancelled_of(state), "unknown"
  unread.message = ("whether there are messages beside the %d that were cancelled could not be read; cancel again: %s"
    ):format(#unread.cancelled, unread.message)
  return unread
end

-- The error for what was not cancelled: one whose outcome is not known stands for the others.
local function error_of(state, failures, count)
  local first = failures[1]
  for _, failure in ipairs(failures) do
    if first.err.outcome == "none" and failure.err.outcome ~= "none" then
      first = failure
    end
  end
  local err = first.err
  err.failed, err.failures, err.cancelled = first.message, failures, cancelled_of(state)
  err.message = ("%d of %d messages could not be cancelled; %s: %s"):format(#failures, count, tostring(first.message),
    err.message)
  return err
end

---Cancels every message of a campaign or an audience that was not sent yet, whatever a list says of it.
---@param owner klaviyo.campaign|klaviyo.audience
---@param options? table  drafts, on_result, and those of a call
---@return klaviyo.message[]|nil messages  all that there are, as they are now
---@return klaviyo.error|nil
function cancel_all.cancel(owner, options)
  check_options(options)
  local client, call = owner._client, begin(owner._client, options)
  options = call_options.with(options or {}, options and options.timeout and { deadline = call.deadline } or nil)
  local state = { owner = owner, options = options, seen = {}, cancelled = {}, failures = {} }
  local messages, err = named(owner, call)
  if not messages then
    return nil, err
  end
  local done, refused = cancel(state, open_among(state, messages))
  if not done then
    return nil, refused -- nothing can wait here
  end
  local function is_expected(message)
    if state.cancelled[message.id] then
      return status_of(message) == "CANCELLED"
    end
    return not is_kept_draft(state, message) -- a list may show as a draft what was scheduled since
  end
  local now, unread = contents.of(owner, begin(client, options), is_expected)
  -- those that nobody knew of
  local more = open_among(state, now or {})
  if #more > 0 then
    cancel(state, more)
    local _, failure = contents.load(owner, more, begin(client, options), { is_expected = is_expected })
    unread = unread or failure
  end
  state.messages = now or messages
  local failures = remaining(state)
  if #failures > 0 then
    return nil, error_of(state, failures, #state.messages)
  elseif not now then
    return nil, unlisted_error(state, unread)
  end
  return state.messages, unread
end

return cancel_all
