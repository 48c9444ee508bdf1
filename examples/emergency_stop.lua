-- The emergency stop: cancels every message that is scheduled for today (UTC) or being sent, in the whole account or in
-- one campaign.
--
--   lua examples/emergency_stop.lua                     in its own sandbox
--   lua examples/emergency_stop.lua --live              in your account (KLAVIYO_API_KEY): lists what would be stopped
--   lua examples/emergency_stop.lua --live --cancel     ... and cancels it. This cannot be undone.
--   lua examples/emergency_stop.lua --live ID           the same for one campaign alone

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

-- Asks for the messages of a campaign, however that was read: the fields of campaign.messages may be old, and reading
-- them raises if the messages were not included.
local function due_in(campaign)
  local due = {}
  for _, message in ipairs(check(campaign:messages())) do
    due[#due + 1] = is_due(message) and message or nil
  end
  return due
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

local due = id and due_in(check(kl.campaigns:get(id))) or due_in_account()

-- Cancels all concurrently, within the account's rate limits; a failure does not stop the others.
local failed = 0
local stop = {}
for i, message in ipairs(due) do
  stop[i] = function()
    local done, err = true, nil
    if not support.live or support.has "--cancel" then
      done, err = message:cancel()
    end
    failed = failed + (done and 0 or 1)
    print(("%-12s %-10s %s"):format(message.name, message.status, err and tostring(err) or ""))
  end
end
check(klaviyo.all(stop))
print(("%d due today, %d could not be cancelled"):format(#due, failed))

support.finish(kl, sandbox)
os.exit(failed == 0 and 0 or 1)
