-- Last year's campaign again: cloned, renamed, and scheduled a year later at the same local time.
--
--   lua examples/last_year.lua                          in its own sandbox: nothing is sent
--   lua examples/last_year.lua --live --send ID DAYS    in your account: the campaign id, and how many days later

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local time = require "klaviyo.model.time"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live schedules only with --send"
  return
end

local kl, sandbox = support.start()
local id, days = arg[3], tonumber(arg[4]) or 364 -- 52 weeks: the same day of the week
if not support.live then
  local old = support.campaign(kl, "Summer Sale 2026")
  check(old.messages[1]:schedule { at = support.in_days(5, "14:00:00") })
  check(old.messages[2]:schedule { at = support.in_days(6, "10:30:00") })
  id = old.id
end

local old = check(kl.campaigns:tree(check(id, "which campaign? give its id")))
local new = check(old:clone { name = (old.name:gsub("%d%d%d%d", function(year)
  return tostring(tonumber(year) + 1)
end)) })
print(old.name .. " -> " .. new.name)

-- Copies are drafts without a time: take the original's time, found by name ("Copy of X", or X).
local originals = {}
for _, message in ipairs(old.messages) do
  originals[message.name], originals["Copy of " .. message.name] = message, message
end
for _, message in ipairs(new.messages) do
  local original = originals[message.name]
  local plan = original and original.scheduling
  if type(plan) == "table" and type(plan.send_time) == "string" then
    local at = time.format(check(time.parse(plan.send_time)) + days * 86400)
    check(message:schedule { at = at, strategy = plan.strategy })
    print(("%-6s %s -> %s"):format(original.name, plan.send_time:sub(1, 16), at:sub(1, 16)))
  else
    print(message.name .. " stays a draft")
  end
end

support.finish(kl, sandbox)
