local core = require "klaviyo.core"

-- A client without a credential: each request asks for a token.
local client = assert(core.client { base_url = os.getenv "KLAVIYO_BASE_URL", revision = "2026-10-15" })
local request = assert(client:submit { target = "/api/campaigns", timeout = 10 })
repeat
  if request:state() == "token" then
    request:token "ACCESS_TOKEN"
  end
  core.wait(1, client)
until request:state() == "done"

local status, document = request:result()
print(status, document:length(document:find(0, "data")))
print(request:headers()["content-type"], request:timing())
request:close()
client:close()
