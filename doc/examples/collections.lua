local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

for name in ("Spring Sale,Summer Sale,Newsletter"):gmatch "[^,]+" do
  local draft = klaviyo.campaign(name)
  draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Hello" }
  assert(kl.campaigns:create(draft))
end

-- All that match, page by page, one page ahead; a failure in the middle raises.
for campaign in kl.campaigns:each { filter = klaviyo.filter.contains("name", "Sale"), sort = "name" } do
  print(campaign.id, campaign.name)
end

-- One page.
local page = assert(kl.campaigns:list { page_size = 2, include = { "messages" } })
print(#page.data, page.has_next, page.data[1].messages[1].name)
local second = page:next()
print(second and #second.data)
