local klaviyo = require "klaviyo"
local time = klaviyo.time
local kl = klaviyo.client {}

assert(kl.campaigns:list())
local tomorrow = time.format(kl:now() + 86400)     -- by the service's clock
print(tomorrow)

local at, offset = time.resolve("2026-12-24T09:00", "America/New_York")
print(time.format(at, offset))                     -- 2026-12-24T09:00:00-05:00

local none, why = time.resolve("2026-03-08T02:30", "America/New_York")
assert(not none)
print(why)                                         -- does not exist in America/New_York, where the clocks skip it ...
assert(kl:sleep(0.1))
