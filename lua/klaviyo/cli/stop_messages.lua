-- SPDX-License-Identifier: MIT
--- Cancels or reverts messages, one call each: what the commands cancel and revert share.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local as_json = require "klaviyo.cli.as_json"
local selection = require "klaviyo.cli.selection"

local stop_messages = {}

local RESULT = { cancel = "CANCELLED", revert = "DRAFT" }
local ACTIVITY = { cancel = "Cancelling", revert = "Reverting" }

---Finds the messages with one of these statuses; none ends the command.
---@param ctx klaviyo.cli.context
---@param id string
---@param statuses table<string, boolean>
---@param verb string  "cancelled"
---@return klaviyo.cli.selection
---@return klaviyo.message[]
function stop_messages.find(ctx, id, statuses, verb)
  local found, chosen = selection.find(ctx, id), {}
  for _, message in ipairs(found.messages) do
    if statuses[message.status] then
      chosen[#chosen + 1] = message
    end
  end
  if #chosen == 0 then
    local counts = describe.statuses(found.messages)
    local hint = verb == "reverted" and (counts.SENDING and ("klaviyo cancel %s stops what is sending"):format(id)
      or (counts.SENT or counts.CANCELLED) and ("klaviyo clone %s copies it as drafts"):format(found.campaign.id))
      or counts.DRAFT and verb == "cancelled" and "--drafts cancels drafts too" or nil
    failure.raise { code = "refused", hint = hint, message = ("There is nothing to be %s in %s: %s."):format(verb,
      describe.name((found.message or found.audience or found.campaign).name), describe.status_line(found.messages)) }
  end
  return found, chosen
end

---Cancels or reverts each message. One that fails does not stop the others: this runs in emergencies.
---@param ctx klaviyo.cli.context
---@param found klaviyo.cli.selection
---@param messages klaviyo.message[]
---@param method "cancel"|"revert"
---@param verb string
function stop_messages.perform(ctx, found, messages, method, verb)
  local done, failed, count, first, name_of = json.array(), {}, 0, nil, describe.name_column(messages, ctx.term)
  ctx.term.keep_going = true
  ctx.progress:begin(ACTIVITY[method], #messages)
  for i, message in ipairs(messages) do
    local before, title = message.status, ("%s (%s)"):format(describe.name(message.name), message.id)
    ctx.log:begin(("%s %s"):format(ACTIVITY[method], title))
    local ok, err = message[method](message)
    if ok then
      local status = describe.status_after(message, before, RESULT[method])
      done[#done + 1] = as_json.message_line(message, status)
      ctx:did(("%s was %s."):format(title, verb))
      local delivered = status == "CANCELLED" and delivery.of(ctx, message, describe.zone(found.campaign)) or nil
      done[#done].went_out = delivered and (delivered.share or json.null)
      if not ctx.args.json then
        ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", name_of(message), "  ",
          ctx.term:style(status, status), delivered and ": " .. delivery.text(delivered) or "")
      end
    else
      count = count + 1
      local is_open = err.outcome ~= "none"
      first = (not first or is_open and first.outcome == "none") and err or first
      if is_open then
        ctx.log:lost(("%s may have been %s."):format(title, verb))
      else
        ctx.log:failed()
      end
      failed[#failed + 1] = ("%s: %s"):format(describe.name(message.name), failure.for_shell(err.message))
      failed[#failed + 1] = is_open and failure.look_again(err) or nil
    end
    ctx.progress:set(i)
  end
  ctx.progress:finish()
  if ctx.args.json then
    ctx:json { account = ctx:account_as_json(), campaign = found.campaign.id, [verb] = done }
  end
  if first then
    local problem = failure.of(first)
    problem.details = failed
    problem.message = ("%d of %d could not be %s"):format(count, #messages, verb)
    error(problem, 0)
  end
end

return stop_messages
