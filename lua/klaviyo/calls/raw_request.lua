-- SPDX-License-Identifier: MIT
--- The escape hatch, kl:request: any call to the service, with all that the client does for the others.

local errors = require "klaviyo.model.error"
local json = require "klaviyo.model.json"
local operations = require "klaviyo.wire.operations"
local options_of = require "klaviyo.model.options"
local query = require "klaviyo.wire.query"
local suggest = require "klaviyo.model.suggest"

local REQUEST = {
  { "method", "string", "HTTP method", default = "GET" },
  { "path", "string", "path at the service, or an absolute URL of the same origin" },
  { "query", "table|string", "parameters: { name = value } or { { name, value }, ... }; or the encoded text" },
  { "body", "table|string", "a table is sent as JSON" },
  { "headers", "table", "further headers: { name = value }" },
  { "raw", "boolean", "give the body as it came, not decoded", default = false },
  { "once", "boolean", "a repeat would change something: never repeat it on a guess", default = false },
  { "rate", "table", "{ burst, steady } of this endpoint, calls a second and a minute; default: 10, 150" },
  { "revision", "string", "revision of the API" },
  { "timeout", "seconds", "deadline of the call" },
  { "attempt_timeout", "seconds", "for one attempt" },
  { "max_attempts", "count", "attempts in all" },
}

local function encode_query(given)
  if type(given) == "string" then
    return given
  end
  local params = {}
  for i, pair in ipairs(given) do
    params[i] = pair
  end
  local names = {}
  for name in pairs(given) do
    if type(name) == "string" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = given[name]
    params[#params + 1] = { name, type(value) == "table" and table.concat(value, ",") or value }
  end
  return query.encode(params)
end

-- Header fields that frame the message, name its target or belong to the connection (RFC 9110 and 9112): another value
-- would have the server read another request than the one that was checked here. Accept-Encoding names what the core
-- can decode.
local FRAMING = {}
for _, name in ipairs { "content-length", "transfer-encoding", "host", "connection", "keep-alive", "te", "trailer",
  "upgrade", "expect", "proxy-authorization", "proxy-connection", "http2-settings", "accept-encoding" } do
  FRAMING[name] = true
end

local function header_lines(headers)
  local lines = {}
  for name, value in pairs(headers or {}) do
    if not tostring(name):find "^[%w!#$%%&'*+.^_`|~-]+$" then
      error(("request: %s is no header name"):format(suggest.show(name)), 4)
    elseif tostring(name):lower() == "authorization" then
      error("request: the client sets Authorization by itself", 4)
    elseif FRAMING[tostring(name):lower()] then
      error(("request: the client sets %s by itself, from the body and the connection"):format(name), 4)
    elseif tostring(value):find "[%c]" then
      error(("request: header %s holds a control character"):format(name), 4)
    end
    lines[#lines + 1] = name .. ": " .. tostring(value)
  end
  table.sort(lines)
  return lines
end

-- The operation that a path is of, so that a call by hand counts against the same budget.
local function operation_of(method, path)
  for _, operation in ipairs(operations.list) do
    local pattern = "^" .. operation.path:gsub("%-", "%%-"):gsub("{%w+}", "[^/]+") .. "/?$"
    if operation.method == method and path:find(pattern) then
      return operation
    end
  end
end

local function spec_of(client, options)
  local path, text = options.path, options.query and encode_query(options.query)
  local spec = {
    method = options.method:upper(), target = path, raw = options.raw, once = options.once,
    revision = options.revision, timeout = options.timeout, attempt_timeout = options.attempt_timeout,
    max_attempts = options.max_attempts,
  }
  if text and text ~= "" then
    spec.target = path .. (path:find("?", 1, true) and "&" or "?") .. text
  end
  if options.headers then
    spec.headers = header_lines(options.headers)
  end
  if client._dispatch.limits ~= false then
    local plain = path:gsub("^%a+://[^/]+", ""):gsub("%?.*$", "")
    local known = operation_of(spec.method, plain)
    local rate = options.rate
      or known and client._dispatch:rate(known.id, options.revision or client.options.revision)
    -- ids are no endpoints of their own: a bucket for each would grow with the account
    local bucket = known and known.id or spec.method .. " " .. plain:gsub("/[^/]*[%u%d][^/]*", "/{id}")
    spec.budget = client._dispatch:budget(bucket, rate or operations.tiers.M)
  end
  return spec
end

local function checked(given)
  local options = options_of.check(given, REQUEST, "request")
  if not options.path then
    error("request: option path says where to", 3)
  elseif not options.path:find "^/" and not options.path:find "^%a+://" then
    error(("request: option path begins with a slash, or is an absolute URL, got %s"):format(
      suggest.show(options.path)), 3)
  elseif options.rate and not operations.is_rate(options.rate) then
    error("request: option rate is { burst, steady }: calls a second and a minute", 3)
  end
  return options
end

local function response_of(status, result, request)
  local elapsed, attempts = request:timing()
  local body = result
  if type(result) == "userdata" then
    body = result:decode(0)
    result:close()
  end
  return { status = status, body = body, headers = request:headers(), elapsed = elapsed, attempts = attempts }
end

---@param client klaviyo.client
---@param given table
---@return klaviyo.response|nil
---@return klaviyo.error|nil
local function perform(client, given)
  local options = checked(given)
  local spec = spec_of(client, options)
  spec.body = options.body
  if type(options.body) == "table" then
    local text, message = json.encode(options.body)
    if not text then
      return nil, errors.new { kind = "validation", message = "request: " .. message }
    end
    spec.body = text
  end
  local status, result, request = client._dispatch.transport:perform(spec)
  if not status then
    return nil, result
  end
  return response_of(status, result, request)
end

return { perform = perform, options = REQUEST }
