-- SPDX-License-Identifier: MIT
--- OAuth access tokens, renewed automatically. Pass the object in place of a token, as in
--- `klaviyo.client { access_token = klaviyo.oauth { client_id = "..." } }`; several clients may share it.
--
-- Tokens live in closures and nowhere else, so that no dump of the object shows one. (WIRE-FACTS: token endpoint, form
-- body, HTTP Basic; RFC 6749, 6 and 5.2)

local core = require "klaviyo.core"
local loops = require "klaviyo.loop"
local mutex = require "klaviyo.loop.mutex"
local options_of = require "klaviyo.model.options"
local version = require "klaviyo.version"

local OPTIONS = {
  { "client_id", "string", "of your app" },
  { "client_secret", "string", "of your app", secret = true },
  { "refresh_token", "string", "what the account's owner granted, or what store was given last",
    secret = true },
  { "access_token", "string", "what store was given last; without it the first call fetches one", secret = true },
  { "expires_at", "number", "when it expires, as store was given it: seconds since the epoch" },
  { "store", "function", "called with { access_token, refresh_token, expires_at } after each renewal, to keep them" },
  { "token_url", "string", "where tokens are renewed", default = "https://a.klaviyo.com/oauth/token" },
  { "timeout", "seconds", "for one renewal", default = 30 },
  { "insecure", "boolean", "allow plain http to another machine", default = false },
  { "proxy", "string", "proxy as libcurl takes it", secret = true },
  { "ca_file", "string", "certificates to trust instead of the system's" },
}
local NEEDED = { "client_id", "client_secret", "refresh_token" }

local EARLY = 30               -- seconds before its end at which a token is renewed, or half its life if that is less
local SPACING, LONGEST = 1, 60 -- seconds between two renewals; doubled with each in a row that was of no use
local LONGEST_ASKED = 600      -- seconds of Retry-After that count
local PROVEN = 60              -- seconds after which a token was of use, though the service refuses it now

-- The service's error codes in words (RFC 6749, 5.2).
local MEANING = {
  invalid_grant = "the refresh token was revoked, has expired or was replaced by a newer one; the account's owner has "
    .. "to authorise the app again",
  invalid_client = "the client id or the client secret is wrong",
  unauthorized_client = "this app may not renew tokens",
}

local function check(given)
  local options = options_of.check(given, OPTIONS, "klaviyo.oauth")
  for _, name in ipairs(NEEDED) do
    if not options[name] or options[name] == "" then
      error(("klaviyo.oauth: option %s is missing"):format(name), 3)
    end
  end
  if options.client_id:find(":", 1, true) then
    error("klaviyo.oauth: option client_id cannot hold a colon", 3)
  end
  return options
end

-- A core client for the token endpoint alone: the API's credential never goes there, nor this one to the API.
local function connect(options)
  local origin, path = options.token_url:match "^(%a+://[^/?#]+)(/.*)$"
  if not origin then
    error(("klaviyo.oauth: option token_url is an address with a path, like %s, got %q"):format(
      "https://a.klaviyo.com/oauth/token", options.token_url), 4)
  end
  local endpoint, refused = core.client {
    base_url = origin, insecure = options.insecure, basic = options.client_id .. ":" .. options.client_secret,
    revision = "", user_agent = "lua-klaviyo/" .. version, proxy = options.proxy, ca_file = options.ca_file,
    timeout = options.timeout, attempt_timeout = options.timeout, max_body = 65536,
  }
  if not endpoint then
    error("klaviyo.oauth: " .. refused.message, 4)
  end
  return endpoint, path, origin
end

-- Why a renewal failed, without any token: of the response, the text holds the error code alone, if it looks like one.
local function reason_of(err)
  local code = err.document and err.document:get(0, "error")
  if err.document then
    err.document:close()
  end
  if type(code) ~= "string" or not code:find "^[%l_]+$" or #code > 40 then
    return err.message
  end
  return code .. (MEANING[code] and ": " .. MEANING[code] or "")
end

-- The tokens in a response, or nil and what is wrong with it.
local function read_tokens(document, before)
  local access = document and document:get(0, "access_token")
  if type(access) ~= "string" or access == "" then
    return nil, "the response of the token endpoint holds no access_token"
  end
  local refresh, life = document:get(0, "refresh_token"), tonumber((document:get(0, "expires_in")))
  return {
    access_token = access,
    refresh_token = type(refresh) == "string" and refresh ~= "" and refresh or before,
    expires_at = life and os.time() + math.floor(life) or nil,
    early = life and math.min(EARLY, life / 2) or EARLY,
    fetched = core.now(),
  }
end

---@class klaviyo.oauth
---@field token fun(self: klaviyo.oauth, context?: klaviyo.token_context): string|nil, string|nil
---@field close fun(self: klaviyo.oauth)
---@field store_error? string  the last error of `store`, which is called again with each further call until it succeeds

---@class klaviyo.token_context
---@field refused boolean  the service refused `token`
---@field token? string    what this request was given before
---@field loop? klaviyo.loop  how to wait; default: the host's own loop
---@field left? number     seconds until the request's deadline

-- Private state of an object:
--
--   endpoint, path   the token endpoint
--   timeout, store   options
--   tokens           the present ones, with early (seconds before the end) and fetched (when, on core.now's clock); nil
--                    once closed
--   unstored         those that `store` has not taken yet
--   holders          of the mutex: one renewal runs at a time
--   renewals         how many have ended
--   failure          why the last one failed; nil: it did not
--   useless          how many in a row were of no use: they failed, or the service refused their token soon
--   not_before       when the next one may begin, on core.now's clock

local function keep(self, state)
  local tokens = state.unstored
  if not state.store or not tokens then
    return
  end
  local ok, message = pcall(state.store, { access_token = tokens.access_token, refresh_token = tokens.refresh_token,
    expires_at = tokens.expires_at })
  self.store_error = not ok and tostring(message) or nil
  if ok and state.unstored == tokens then
    state.unstored = nil
  end
end

-- One request to the token endpoint. Returns the tokens; or nil, why not, and the core's error if there was one.
local function fetch(state, loop, time_left)
  local request, refused = state.endpoint:submit {
    method = "POST", target = state.path, timeout = math.max(0.001, math.min(time_left, state.timeout)),
    body = "grant_type=refresh_token&refresh_token=" .. core.escape(state.tokens.refresh_token),
    headers = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json" },
    conceal = state.tokens.refresh_token .. "\n" .. (state.tokens.access_token or ""),
  }
  if not request then
    return nil, refused.message
  end
  loop.await(state.endpoint, request)
  local status, result = request:result()
  request:close()
  if not status then
    return nil, reason_of(result), result
  end
  local fresh, wrong = read_tokens(result, state.tokens.refresh_token)
  if result then
    result:close()
  end
  return fresh, wrong
end

-- Sets when the next renewal may begin: later with each in a row that was of no use.
local function back_off(state, retry_after)
  local pause = math.min(LONGEST, SPACING * 2 ^ math.max(0, state.useless - 1))
  state.not_before = core.now() + math.max(pause, math.min(retry_after or 0, LONGEST_ASKED))
end

-- How many renewals in a row were of no use, now that one more is needed.
local function count_useless(state, refused)
  local tokens = state.tokens
  if tokens.fetched and tokens.access_token == refused and core.now() - tokens.fetched < PROVEN then
    return state.useless + 1
  end
  return state.failure and state.useless or 0
end

local function succeed(self, state, fresh, refused)
  state.tokens, state.unstored = fresh, fresh
  keep(self, state)
  if fresh.access_token == refused then
    return "the token endpoint gave the access token again that the service had refused"
  end
end

local function perform(self, state, loop, deadline, refused)
  local time_left = deadline - core.now()
  state.useless = count_useless(state, refused)
  local ok, fresh, why, err = pcall(fetch, state, loop, time_left)
  if not state.tokens then
    return "klaviyo.oauth was closed"
  end
  local hurried = err and err.kind == "timeout" and time_left < state.timeout
  if not ok then
    why = tostring(fresh)
  elseif fresh then
    why = succeed(self, state, fresh, refused)
  elseif not hurried then
    state.useless = state.useless + 1
  end
  if not hurried then -- ended by this caller's deadline, it says nothing to the others
    state.renewals, state.failure = state.renewals + 1, why
    back_off(state, err and err.retry_after)
  end
  return why
end

-- Renews the tokens, or has another call's renewal do for this one. Returns why that failed, or nil.
local function renew(self, state, loop, deadline, refused)
  local seen = state.renewals
  local ran, why = mutex.hold(state.holders, "renewal", loop, deadline, function()
    if not state.tokens or state.renewals ~= seen then
      return state.failure
    elseif core.now() >= state.not_before then
      return perform(self, state, loop, deadline, refused)
    end
    return state.failure or refused and "the service refused it right after it was renewed"
  end)
  if not ran then
    return "another call's renewal of it took too long"
  end
  return why
end

-- Whether the present token will do: "good", "late" (valid, but not for long), "over" (by our clock) or "bad".
local function judge(tokens, refused)
  if not tokens.access_token or tokens.access_token == refused then
    return "bad"
  end
  local time_left = tokens.expires_at and tokens.expires_at - os.time() or math.huge
  return time_left > tokens.early and "good" or time_left > 0 and "late" or "over"
end

local function token(self, state, context)
  if not state.tokens then
    error("klaviyo.oauth is closed", 3)
  end
  local loop = context.loop or loops.find()
  local deadline = core.now() + (context.left or state.timeout)
  local refused = context.refused and (context.token or state.tokens.access_token) or nil
  local verdict, why = judge(state.tokens, refused), nil
  if verdict ~= "good" and not (verdict == "late" and next(state.holders)) then
    why = loop.check() or renew(self, state, loop, deadline, refused)
    verdict = state.tokens and judge(state.tokens, refused) or "bad"
  end
  if verdict == "bad" or verdict == "over" and why then
    return nil, "the access token could not be renewed: " .. (why or "klaviyo.oauth was closed")
  end
  keep(self, state)
  return state.tokens.access_token
end

---Creates a source of access tokens. A token is renewed once, for all calls that need it. After a useless
---renewal (it failed, or the service soon rejects the new token) the next one comes after 1 s at the earliest, then
---2 s, and so on up to 60 s; calls in between get the same error without a request, or the token if it is still valid.
---@param given klaviyo.oauth_options  client_id, client_secret, refresh_token; access_token, expires_at, store,
---                   token_url, timeout, ...
---@return klaviyo.oauth
local function new(given)
  local options = check(given)
  local endpoint, path, origin = connect(options)
  local state = {
    endpoint = endpoint, path = path, timeout = options.timeout, store = options.store,
    tokens = { access_token = options.access_token, refresh_token = options.refresh_token,
      expires_at = options.expires_at, early = EARLY },
    holders = {}, renewals = 0, useless = 0, not_before = -math.huge,
  }
  local self = {}

  function self.token(_, context)
    return token(self, state, context or {})
  end

  function self.close()
    endpoint:close()
    state.tokens, state.unstored = nil, nil
  end

  return setmetatable(self, {
    __name = "klaviyo.oauth", __close = self.close,
    __tostring = function()
      return "klaviyo.oauth (" .. origin .. ")"
    end,
  })
end

return { new = new, options = OPTIONS }
