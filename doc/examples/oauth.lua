local klaviyo = require "klaviyo"

-- Tokens as your program has stored them; an access token that has expired is renewed by itself.
local tokens = { access_token = "ACCESS_TOKEN", refresh_token = "REFRESH_TOKEN", expires_at = os.time() + 3600 }
local oauth = klaviyo.oauth {
  client_id = "CLIENT_ID", client_secret = "CLIENT_SECRET",
  access_token = tokens.access_token, refresh_token = tokens.refresh_token, expires_at = tokens.expires_at,
  store = function(renewed)                        -- called with the new tokens, before they are used
    tokens = renewed
  end,
}
local kl = klaviyo.client { access_token = oauth }
print(#assert(kl.campaigns:list()).data)
