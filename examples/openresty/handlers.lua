-- SPDX-License-Identifier: MIT
-- The endpoints of nginx.conf. Each call waits in its own light thread; the worker serves others meanwhile.

local cjson = require "cjson.safe"
local json = require "klaviyo.model.json" -- writes an empty list as []
local klaviyo = require "klaviyo"

local ngx = ngx
local filter = klaviyo.filter

local handlers = {}

local kl

---In init_by_lua: the client for all requests.
---@param options table  for klaviyo.client
function handlers.init(options)
  kl = klaviyo.client(options)
end

local function answer(status, body)
  ngx.status = status
  ngx.print(assert(json.encode(body)), "\n")
  return ngx.exit(ngx.HTTP_OK)
end

-- The HTTP status for an error.
local STATUS = { validation = 422, bad_request = 422, conflict = 409, not_found = 404, rate_limited = 503,
  timeout = 504, stalled = 504 }

local function refuse(err)
  local problems = {}
  for i, item in ipairs(err.errors or {}) do
    problems[i] = { path = item.path, detail = item.detail }
  end
  return answer(STATUS[err.kind] or 502, {
    error = tostring(err), kind = err.kind, outcome = err.outcome, request_id = err.request_id,
    problems = #problems > 0 and problems or nil,
  })
end

local function need_method(name)
  if ngx.req.get_method() ~= name then
    ngx.header["Allow"] = name
    return answer(405, { error = "use " .. name })
  end
end

local function summary(campaign)
  return { id = campaign.id, name = campaign.name, created_at = campaign.created_at,
    updated_at = campaign.updated_at, archived = campaign.archived }
end

-- The channel of each variation: an A/B test has several of one channel.
local function channels_of(message)
  local channels = klaviyo.array {}
  for i, variation in ipairs(message.variations) do
    channels[i] = variation.channel
  end
  return channels
end

local function message_of(message)
  return { id = message.id, name = message.name, status = message.status,
    channels = channels_of(message),
    send_time = type(message.scheduling) == "table" and message.scheduling.send_time or nil }
end

---GET /campaigns?name=...
function handlers.list()
  need_method "GET"
  local name = ngx.var.arg_name
  local page, err = kl.campaigns:list {
    filter = name and filter.contains("name", ngx.unescape_uri(name)),
    sort = "-created_at", page_size = 50,
  }
  if not page then
    return refuse(err)
  end
  local campaigns = klaviyo.array {}
  for i, campaign in ipairs(page.data) do
    campaigns[i] = summary(campaign)
  end
  return answer(200, { campaigns = campaigns, more = page.has_next })
end

---GET /campaigns/ID
function handlers.show()
  need_method "GET"
  local campaign, err = kl.campaigns:tree(ngx.unescape_uri(ngx.var.id))
  if not campaign then
    return refuse(err)
  end
  local body = summary(campaign)
  body.audiences = klaviyo.array {}
  for i, audience in ipairs(campaign.audiences) do
    local messages = klaviyo.array {}
    for k, message in ipairs(audience.messages) do
      messages[k] = message_of(message)
    end
    body.audiences[i] = { id = audience.id, name = audience.name, messages = messages }
  end
  return answer(200, body)
end

local function body_of_request()
  ngx.req.read_body()
  local options = cjson.decode(ngx.req.get_body_data() or "")
  if type(options) ~= "table" then
    return answer(400, { error = 'the body is a JSON object like {"at": "2030-06-01T14:00:00Z"}' })
  end
  return options
end

---POST /campaigns/ID/schedule, POST /messages/ID/schedule. Mistakes in the options are reported before anything is
---sent, and after a lost response the client looks up what happened: nothing is scheduled twice.
function handlers.schedule()
  need_method "POST"
  local options = body_of_request()
  local object, err = kl[ngx.var.kind]:get(ngx.unescape_uri(ngx.var.id))
  if not object then
    return refuse(err)
  end
  local done, failure = object:schedule(options)
  if not done then
    return refuse(failure)
  end
  local messages = klaviyo.array {}
  for i, message in ipairs(ngx.var.kind == "campaigns" and done or { done }) do
    messages[i] = message_of(message)
  end
  return answer(200, { scheduled = messages })
end

---GET /metrics, for Prometheus.
function handlers.metrics()
  need_method "GET"
  ngx.header["Content-Type"] = "application/openmetrics-text; version=1.0.0; charset=utf-8"
  ngx.print(kl.limits:metrics())
end

return handlers
