local klaviyo = require "klaviyo"
local kl = klaviyo.client {
  revision = "2026-10-15", timeout = 60, max_attempts = 3, user_agent = "my-shop/1.0",
  limits = { get_campaigns = { 5, 100 } },         -- calls per second and per minute
}
local page = assert(kl.campaigns:list { timeout = 10 }) -- an option for a single call
print(#page.data)

local ok, message = pcall(klaviyo.client, { time_out = 60 })
assert(not ok)
print(message)                                     -- ... did you mean "timeout"?
