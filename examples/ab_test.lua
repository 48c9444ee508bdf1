-- An A/B test: two subjects go to a fifth of the recipients, and the better one to all others, two hours later.
--
--   lua examples/ab_test.lua                   in its own sandbox, where hours pass at once
--   lua examples/ab_test.lua --live --send     in your account: it is sent for real

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live sends only with --send"
  return
end

local kl, sandbox = support.start { revision = "2026-10-15" } -- the first revision with A/B tests
if sandbox then
  sandbox:list { id = support.list(), size = 2000 }
end

-- Created whole in one call. Which metrics there are is not published: the service says so if it does not know one.
local draft = klaviyo.campaign "A/B test"
draft:audience("Everyone", { included = { support.list() } }):email {
  name = "Subjects",
  ab_test = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 2 },
  variations = {
    { name = "Plain", subject = "The summer sale starts today", from_email = "hello@example.com", from_label = "Shop" },
    { name = "Short", subject = "Today!", from_email = "hello@example.com", from_label = "Shop" },
  },
}
local campaign = check(kl.campaigns:create(draft))
local message = campaign.messages[1]
for _, variation in ipairs(message.variations) do
  print(("%-6s %s"):format(variation.name, variation.details.subject))
end
print(("about %d recipients"):format(check(campaign:estimate())))

local at = support.in_days(1, "14:00:00")
check(message:schedule { at = at })
if sandbox then
  sandbox:results { message = message.id, rates = { 0.21, 0.34 } }
  sandbox:set_clock(at)
  for _ = 1, 3 do
    local progress = sandbox:message(message.id)
    print(("%s  %4d of %d"):format(sandbox:now():sub(12, 16), progress.sent, progress.recipients))
    sandbox:advance "1h"
  end
end

-- The message is SENDING until the winner is known and sent to all others.
check(message:wait { until_status = "SENT", timeout = 12 * 3600 })
print(("%s is %s"):format(message.name, message.status))
for _, variation in ipairs(sandbox and sandbox:message(message.id).variations or {}) do
  print(("%-6s %4d sent%s"):format(variation.name, variation.sent, variation.winner and ", the winner" or ""))
end

-- The copy has the test and both variations, as drafts.
local copy = check(campaign:clone { name = "A/B test again" })
print(("%s: %d variations, test of %d %%"):format(copy.name, #copy.messages[1].variations,
  copy.messages[1].ab_test.winner_percentage))

support.finish(kl, sandbox)
