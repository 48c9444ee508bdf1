-- Scheduling: at an instant, at a local time, all messages of a campaign; reverting; cancelling.
--
--   lua examples/scheduling.lua                   in its own sandbox: no account, nothing is sent
--   lua examples/scheduling.lua --live --send     in your account: schedules for real, and reverts everything

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live schedules only with --send"
  return
end

local kl, sandbox = support.start()
local campaign = support.campaign(kl, "Scheduling")
local email, text = campaign.messages[1], campaign.messages[2]

local function show(message)
  local plan = message.scheduling
  print(("%-6s %-10s %s"):format(message.name, message.status,
    type(plan) == "table" and plan.strategy .. " " .. plan.send_time or ""))
end

-- An instant, with its offset; or a local time, with its zone.
check(email:schedule { at = support.in_days(7, "14:00:00") })
check(text:schedule { at = os.date("%Y-%m-%d", os.time() + 7 * 86400) .. "T10:00:00", timezone = "America/New_York" })
show(email)
show(text)

-- Back to draft, then both messages: all are checked first, and if one fails the others are reverted.
check(email:revert())
check(text:revert())
check(campaign:schedule { at = support.in_days(8, "09:00:00"), undo = true })
show(email)
show(text)

-- A mistake is reported before anything is sent.
local none, err = email:schedule { at = "2027-03-14T02:30:00", timezone = "America/New_York" }
print("refused: " .. tostring(none == nil and err))

check(email:cancel())
check(text:cancel())
show(email)
show(text)

check(campaign:archive())
support.finish(kl, sandbox)
