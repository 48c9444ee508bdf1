local klaviyo = require "klaviyo"
local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = "2030-06-01T12:00:00Z" })
local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test" }

sandbox:list { id = "VIP_LIST", size = 5000 }
sandbox:fail { method = "GET", status = 503, times = 1 } -- the client reads again

local draft = klaviyo.campaign "Rehearsal"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Hello" }
local message = assert(kl.campaigns:create(draft)).messages[1]
assert(message:schedule { at = "2030-06-01T14:00:00Z" })

sandbox:advance "3h"
assert(message:refresh())
assert(message.status == "SENT")
assert(sandbox:message(message.id).sent == 5000)
for _, request in ipairs(sandbox:requests()) do
  print(request.method, request.path, request.status)
end
sandbox:stop()
