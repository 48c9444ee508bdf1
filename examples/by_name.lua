-- From the draft to the report without an id: lists, templates and metrics have the names that people give them. A
-- campaign is written and checked, created, estimated, previewed, scheduled, watched and reported.
--
--   lua examples/by_name.lua                   in its own sandbox, where days pass at once
--   lua examples/by_name.lua --live --send     in your account, with your names in it: it is sent for real

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check

if support.live and not support.has "--send" then
  print "nothing done: --live sends only with --send"
  return
end

local kl, sandbox = support.start { revision = "2026-10-15" }
if sandbox then -- what an account has
  sandbox:list { id = "Y6nRLr", name = "VIP customers", size = 1200, consented = 0.9 }
  sandbox:segment { id = "SKQ8Vd", name = "Lapsed 90 days", size = 300 }
  sandbox:template { id = "TmpQ2x", name = "Summer", html = "<h1>Hi {{ person.first_name|default:'there' }}</h1>",
    text = "Hi {{ person.first_name|default:'there' }}" }
  sandbox:metric { id = "MxK2aa", name = "Placed Order" }
end

-- Written: a name stands wherever an id goes.
local draft = klaviyo.campaign "Summer by name":timezone "America/New_York"
draft:audience("VIP", { included = { klaviyo.list "VIP customers" }, excluded = { klaviyo.segment "Lapsed 90 days" } })
  :email { name = "Email", subject = "{{ person.first_name|default:'Hey' }}, summer is on",
           template = klaviyo.template "Summer", from_email = "hello@example.com",
           from_label = "Example" }
  :sms { name = "Text", body = "{{ person.first_name }}, it’s on. Reply STOP to end" }

-- Checked: what the service would refuse is found before anything is sent, and so is a name that nothing has.
check(draft:validate())
local _, unknown = kl.lists:find "VIP custmers"
print("unknown: " .. unknown.message)
local campaign = check(kl.campaigns:create(draft))
print(("created: %s, %d messages"):format(campaign.name, #campaign.messages))

-- Estimated and previewed.
print(("about %d recipients"):format(check(campaign:estimate())))
for _, message in ipairs(check(campaign:preview { context = { person = { first_name = "Ada" } } })) do
  local shown = message.variations[1]
  local text = shown.sms and ("%s (%d part, %s)"):format(shown.details.body, shown.sms.parts, shown.sms.encoding)
    or ("%s: %s"):format(shown.details.subject, shown.template.text)
  print(("%-8s %s"):format(message.channel, text))
end

-- Scheduled and watched.
local at = support.in_days(1, "14:00:00")
check(campaign:schedule { at = at })
if sandbox then
  sandbox:set_clock(at)
  sandbox:advance "2d"
end
for _, message in ipairs(campaign.messages) do
  check(message:wait { until_status = "SENT", timeout = 48 * 3600 })
  print(("%s is %s"):format(message.name, message.status))
end

-- Reported, with the metric by its name.
for _, row in ipairs(check(campaign:results { conversion_metric = "Placed Order", by = { "message", "channel" } })) do
  print(("%-8s %4d recipients, %d delivered"):format(row.channel, row.recipients, row.delivered))
end
support.finish(kl, sandbox)
