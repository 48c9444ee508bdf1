local core = require "klaviyo.core"

local client = assert(core.client {
  base_url = os.getenv "KLAVIYO_BASE_URL", api_key = os.getenv "KLAVIYO_API_KEY", revision = "2026-10-15",
})
local pages = client:pages({ target = "/api/campaigns?page[size]=1" }, true) -- true: one page ahead
local request = assert(pages:request())
while request do
  while request:state() ~= "done" do
    core.wait(1, client)
  end
  local status, document = pages:take()
  assert(status, document)
  print(document:length(document:find(0, "data")) .. " campaigns")
  request = pages:request()                        -- nil at the end
end
client:close()
