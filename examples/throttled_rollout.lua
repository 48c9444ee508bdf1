-- A throttled rollout: a quarter of the recipients each hour, watched until it is sent.
--
--   lua examples/throttled_rollout.lua                   in its own sandbox, where an hour passes at once
--   lua examples/throttled_rollout.lua --live --send     in your account: it is sent for real

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live sends only with --send"
  return
end

local kl, sandbox = support.start()
if sandbox then
  sandbox:list { id = support.list(), size = 2000 }
end
local campaign = support.campaign(kl, "Throttled rollout")
local email = campaign.messages[1]
check(email:schedule { at = support.in_days(1, "14:00:00"), strategy = "throttled", percentage = 25 })
print(email.name .. " " .. email.status .. ", " .. email.scheduling.throttle_percentage .. " % an hour")

-- The service reports only the status; a sandbox counts recipients, and its clock can be moved.
local function look(message, status, before)
  print(("%s -> %s"):format(before or "-", status))
  return message
end

if sandbox then
  sandbox:set_clock(support.in_days(1, "14:00:00"))
  for _ = 1, 4 do
    local progress = sandbox:message(email.id)
    print(("%s  %4d of %d"):format(sandbox:now():sub(12, 16), progress.sent, progress.recipients))
    sandbox:advance "1h"
  end
end
check(email:wait { until_status = "SENT", timeout = 12 * 3600, on_change = look })

support.finish(kl, sandbox)
