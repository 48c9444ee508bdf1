local klaviyo = require "klaviyo"
local kl = klaviyo.client { revision = "2026-10-15" } -- the key is in KLAVIYO_API_KEY

-- Two calls at once; elsewhere one call waits after the other.
local pages = assert(klaviyo.all {
  function() return kl.campaigns:list { page_size = 10 } end,
  function() return kl.messages:list { page_size = 10 } end,
})
print(#pages[1].data .. " campaigns, " .. #pages[2].data .. " messages")

-- Any other endpoint, with the same key, retries, limits and errors.
local response, err = kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } }
if not response then
  error(err)
end
print(response.status, response.headers["content-type"])
kl:close()
