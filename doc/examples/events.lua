local klaviyo = require "klaviyo"

local kl = klaviyo.client {
  on_event = function(event)
    if event.type == "response" then
      print(("%s %s: %s after %.0f ms"):format(event.method, event.url, event.status, event.elapsed * 1000))
    elseif event.type == "retry" then
      print(("%s: again in %.1f s"):format(event.kind, event.delay))
    end
  end,
}
assert(kl.campaigns:list { page_size = 1 })
