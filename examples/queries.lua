-- Queries: filters, sorting, pages, sparse fields, and related resources in the same response.
--
--   lua examples/queries.lua            in its own sandbox, with twelve campaigns
--   lua examples/queries.lua --live     in your account (KLAVIYO_API_KEY): only reads

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check
local f = klaviyo.filter

local kl, sandbox = support.start()
if not support.live then
  for i = 1, 12 do
    support.campaign(kl, (i % 3 == 0 and "Sale " or "News ") .. i)
  end
end

-- A filter is a value: it can be stored and combined.
local sales = f.contains("name", "Sale")
local recent = f.all(sales, f.after("created_at", support.in_days(-30, "00:00:00")), f.equals("archived", false))

print "Sales of the last 30 days:"
for campaign in kl.campaigns:each { filter = recent, sort = "name", fields = { campaign = { "definition.name" } } } do
  print("  " .. campaign.name)
end

-- Page by page.
local page = check(kl.campaigns:list { page_size = 5, sort = "-created_at" })
print(("first page: %d, more: %s"):format(#page.data, tostring(page.has_next)))
if page.has_next then
  page = check(page:next())
  print(("second page: %d, back: %s"):format(#page.data, tostring(page.has_prev)))
end

-- Audiences and messages come with their campaigns.
print "The newest three, with their messages:"
for campaign in kl.campaigns:each { sort = "-created_at", limit = 3, include = { "audiences", "messages" } } do
  for _, message in ipairs(campaign.messages) do
    print(("  %s: %s (%s)"):format(campaign.name, message.name, message.status))
  end
end

-- A misspelt field is reported before anything is sent.
local none, err = kl.campaigns:list { filter = f.contains("nmae", "Sale") }
print("refused: " .. tostring(none == nil and err))

support.finish(kl, sandbox)
