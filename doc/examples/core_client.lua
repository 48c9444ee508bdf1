local core = require "klaviyo.core"

local client = assert(core.client {
  base_url = os.getenv "KLAVIYO_BASE_URL", api_key = os.getenv "KLAVIYO_API_KEY", revision = "2026-10-15",
})
local request = assert(client:submit { target = "/api/campaigns" })
while request:state() ~= "done" do
  core.wait(1, client)                             -- waits for sockets and deadlines, and drives the client
end
print(request:result())
client:close()
