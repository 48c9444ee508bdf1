-- The emergency stop: cancels every message of a campaign that was not sent yet; or, in the whole account, every
-- message that is scheduled for today (UTC) or being sent.
--
--   lua examples/emergency_stop.lua                     in its own sandbox
--   lua examples/emergency_stop.lua --live              in your account (KLAVIYO_API_KEY): lists what would be stopped
--   lua examples/emergency_stop.lua --live --cancel     ... and cancels it. This cannot be undone.
--   lua examples/emergency_stop.lua --live ID           the same for a campaign: all of it, drafts too

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check
local f = klaviyo.filter

local kl, sandbox = support.start()
local today = os.date "!%Y-%m-%d"
local id = support.argument()
if sandbox then
  sandbox:set_clock(today .. "T00:00:00Z")
  sandbox:rate(0)
  local sale = support.campaign(kl, "Wrong price")
  check(sale.messages[1]:schedule { at = today .. "T23:00:00Z" })
  check(sale.messages[2]:schedule { at = support.in_days(3, "10:00:00") })
end

local function is_due(message)
  local plan = message.scheduling
  local at = type(plan) == "table" and (plan.send_time or plan.send_date)
  return message.status == "SENDING"
    or message.status == "SCHEDULED" and type(at) == "string" and at:sub(1, 10) == today
end

local function due_in_account()
  local due = {}
  for _, status in ipairs { "SENDING", "SCHEDULED" } do
    for message in kl.messages:each { filter = f.equals("status", status) } do
      due[#due + 1] = is_due(message) and message or nil
    end
  end
  return due
end

local failed = 0
local function report(message, err)
  failed = failed + (err and 1 or 0)
  print(("%-12s %-10s %s"):format(message.name, message.status, err and tostring(err) or ""))
end

-- Without --cancel: shows what would be cancelled.
local is_meant = not support.live or support.has "--cancel"

-- Cancels the messages of the account concurrently, within its rate limits; a failure does not stop the others.
local function stop_account()
  local due, stop = due_in_account(), {}
  for i, message in ipairs(due) do
    stop[i] = function()
      local err
      if is_meant then
        err = select(2, message:cancel())
      end
      report(message, err)
    end
  end
  check(klaviyo.all(stop))
  print(("%d due today, %d could not be cancelled"):format(#due, failed))
end

-- Cancels all messages of a campaign, which does the same for them; each message has its own failure.
local function stop_campaign()
  local campaign = check(kl.campaigns:tree(id))
  local messages, err = campaign.messages, nil
  if is_meant then
    messages, err = campaign:cancel()
  end
  local failures = {}
  for _, failure in ipairs(err and err.failures or {}) do
    failures[failure.message] = failure.err
  end
  for _, message in ipairs(messages or campaign.messages) do
    report(message, failures[message])
  end
  print(("%d of %d messages could not be cancelled"):format(failed, #campaign.messages))
  if err and #(err.failures or {}) == 0 then
    failed = failed + 1
    print(err)
  end
end

if id then
  stop_campaign()
else
  stop_account()
end

support.finish(kl, sandbox)
os.exit(failed == 0 and 0 or 1)
