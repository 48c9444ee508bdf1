local core = require "klaviyo.core"

print(core.curl_version())
print(core.escape "a b/c")                         -- a%20b%2Fc
local document = assert(core.document '{"data": {"id": "1"}}')
print(document:get(0, "data.id"))
document:close()
