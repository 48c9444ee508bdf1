-- SPDX-License-Identifier: MIT
--- A whole session, as a program would have it: create, list, walk, schedule, an error, a token, several at once,
--- close. What is hard on it (no memory, the collector, another thread) is the business of whoever runs it.

local klaviyo = require "klaviyo"

local session = {}

local WHEN = os.date("!%Y-%m-%d", os.time() + 86400) .. "T14:00:00Z"

-- What the present session holds, so that it can be ended from outside.
local clients = {}

local function client(url, options)
  options.base_url, options.limits, options.on_event = url, { scale = 0.0001 }, function() end
  -- libcurl that finds no memory for a socket may lose sight of it without a word: then the clock ends the attempt
  options.attempt_timeout, options.reconcile = session.attempt_timeout, session.reconcile
  local kl = klaviyo.client(options)
  clients[#clients + 1] = kl
  return kl
end

-- What the key and the token have in common, to be looked for.
session.secret = "hush_hush_session"

local function token()
  return "token_" .. session.secret
end

---@param url string  of a sandbox
---@param tag string  name of the campaign that it makes
---@return true|nil
---@return klaviyo.error|nil  the first one
---@return boolean|nil        whether the campaign was made
function session.run(url, tag)
  local kl = client(url, { api_key = "pk_" .. session.secret })
  local sale = klaviyo.campaign(tag):timezone "America/New_York"
  sale:audience("VIP", { included = { "LIST_1" } }):email { name = "Blast", subject = "Now" }
  local campaign, err = kl.campaigns:create(sale)
  if err then
    return nil, err, campaign ~= nil -- it may stand although reading it whole failed
  end
  local page
  page, err = kl.campaigns:list { filter = klaviyo.filter.contains("name", tag), page_size = 5 }
  if not page then
    return nil, err, true
  end
  local length = 0
  for one in kl.campaigns:each { page_size = 1, limit = 2 } do
    length = length + #one.name
  end
  local audience = campaign.audiences[1]
  if not audience then
    return nil, "the campaign was read without what is in it", true -- libcurl 7.88 without memory leaves out the query
  end
  local scheduled
  scheduled, err = audience.messages[1]:schedule { at = WHEN, strategy = "static" }
  if not scheduled then
    return nil, err, true
  end
  local missing, refused = kl.campaigns:get "00000000000000000000000000"
  assert(not missing and #tostring(refused) > 0 and length > 0)
  local other = client(url, { access_token = token })
  local answers
  answers, err = other:gather { { path = "/api/campaigns" }, { path = "/api/campaign-messages", raw = true } }
  session.finish()
  return answers and true, err, true
end

---Closes what the session has open, wherever it stopped, and collects.
function session.finish()
  for _, kl in pairs(clients) do
    kl:close()
  end
  clients = {}
  for _ = 1, 5 do -- what holds a document is finalised first, and the document in a later round
    collectgarbage()
  end
end

return session
