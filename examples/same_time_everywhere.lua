-- The same local time everywhere: ten in the morning in each recipient's time zone.
--
--   lua examples/same_time_everywhere.lua                   in its own sandbox: nothing is sent
--   lua examples/same_time_everywhere.lua --live --send     in your account: schedules for real

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live schedules only with --send"
  return
end

local kl, sandbox = support.start()
if sandbox then
  sandbox:list { id = support.list(), size = 900,
    zones = { ["Asia/Tokyo"] = 300, ["Europe/Berlin"] = 300, ["America/New_York"] = 300 } }
end
local campaign = support.campaign(kl, "Ten everywhere")
local email = campaign.messages[1]
local day = os.date("!%Y-%m-%d", os.time() + 3 * 86400)
check(email:schedule { at = day .. "T10:00:00", timezone = "America/New_York", strategy = "local_timezone",
  past_timezones = "immediately" })
print(email.name .. " " .. email.status .. " " .. email.scheduling.strategy)

-- As the sandbox's clock moves, one zone after another gets the message.
if sandbox then
  sandbox:set_clock(day .. "T00:00:00Z")
  local sent = -1
  for _ = 0, 48 do
    local progress = sandbox:message(email.id)
    if progress.sent ~= sent then
      print(("%s UTC  %d of %d"):format(sandbox:now():sub(1, 16), progress.sent, progress.recipients))
      sent = progress.sent
    end
    sandbox:advance "1h"
  end
  check(email:refresh())
  print(email.status)
end

support.finish(kl, sandbox)
