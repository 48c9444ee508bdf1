-- SPDX-License-Identifier: MIT
--- klaviyo doctor: checks the installation, the key, and the connection to the service.

local allow = require "klaviyo.cli.allow"
local core = require "klaviyo.core"
local fields = require "klaviyo.cli.fields"
local failure = require "klaviyo.cli.terminal.failure"
local fleet = require "klaviyo.cli.fleet"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local operations = require "klaviyo.wire.operations"
local pretty = require "klaviyo.cli.terminal.pretty"
local profiles = require "klaviyo.cli.profile"
local proxy = require "klaviyo.cli.proxy"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local version = require "klaviyo.version"
local zone = require "klaviyo.model.zone"

local doctor = { summary = "Check the installation, the key, and the connection to the service.", examples = {
  "doctor",
  "doctor --profile shop-eu --offline",
} }

function doctor.define(command)
  command:flag("--offline", "Make no request.")
end

---@class klaviyo.cli.check
---@field name string
---@field state "good"|"odd"|"bad"
---@field text string
---@field hint? string
---@field code? integer

local function lua_version()
  local jit = rawget(_G, "jit")
  return jit and jit.version or _VERSION
end

local function check_versions(add)
  add("klaviyo", "good", version)
  add("lua", "good", lua_version())
  add("libcurl", core.curl_version():find "[Ss][Ss][Ll]" and "good" or core.curl_version():find "TLS" and "good"
    or "odd", core.curl_version())
  local found, sandbox = pcall(require, "klaviyo.sandbox")
  add("sandbox", found and "good" or "odd", found and type(sandbox) == "table" and "installed" or "not installed",
    not found and "luarocks install lua-klaviyo-sandbox" or nil)
  add("zones", zone.available() and "good" or "odd", zone.available() and "zone database found" or "no zone database",
    not zone.available() and "install tzdata, or set TZDIR" or nil)
end

local function check_key(ctx, add)
  if ctx.sandbox then
    return add("account", "good", "the sandbox")
  end
  local chosen = ctx:account()
  add("config", "good", files.read(ctx.config) and ctx.config or ctx.config .. " (there is none)")
  add("account", "good", "profile " .. chosen.name)
  local source = profiles.source(chosen, ctx.profile_name ~= nil)
  local key, message = ctx:key()
  if not key then
    return add("key", "bad", message, "set KLAVIYO_API_KEY, or name where the key is in " .. ctx.config,
      failure.codes.credentials)
  end
  add("key", key:find "^pk_" and "good" or "odd", ("from %s, %d characters%s"):format(source, #key,
    key:find "^pk_" and "" or "; private keys begin with pk_"))
  return true
end

-- The warnings that the profile silences, and those there are.
local function check_warnings(ctx, add)
  local fine, set = pcall(allow.of, ctx)
  if not fine then
    local failed = failure.is(set) and set or error(set, 0)
    return add("warnings", "bad", failed.message, failed.hint, failed.code)
  end
  local silenced = pretty.names(set)
  add("warnings", "good", #silenced > 0 and "silenced by the profile: " .. table.concat(silenced, ", ")
    or "none is silenced", "klaviyo help warnings explains them")
end

-- The proxy is named whether it works or not: it is the first thing to look at when nothing does.
local function check_proxy(ctx, add)
  local url, source = proxy.of(ctx:base_url(), ctx:account().proxy)
  if url then
    add("proxy", "good", ("%s, from %s"):format(url, source))
    return ("requests go through the proxy %s (%s): check it"):format(url, source)
  end
end

-- All that later revisions have and this one has not, in words.
local function lacking(revision, dialect)
  local words = {}
  for _, name in ipairs(revisions.lacking(revision, "capabilities")) do
    words[#words + 1] = (name:gsub("_", " "))
  end
  for _, resource in ipairs(pretty.names(schema.all())) do
    for _, field in ipairs(schema.resources[resource].fields) do
      if not revisions.reaches(revision, schema.since(field, dialect)) then
        words[#words + 1] = ("%s.%s"):format(resource, field[1])
      end
    end
  end
  for _, operation in ipairs(operations.list) do
    local is_ids = (operation.after or ""):find "^/relationships/"
    -- what lives on beside the campaigns is asked with a revision of its own
    local is_there = operations.available(operation, dialect, revision)
      or operation.beside and operations.available(operation, "openapi", revisions.companion(revision))
    if not is_ids and not is_there and operations.available(operation, "openapi") then
      words[#words + 1] = operation.purpose
    end
  end
  return words
end

-- Which revision the client names, what it is taken for, and what it lacks.
local function check_revision(kl, add)
  local revision = kl.options.revision
  local dialect = kl._dispatch:dialect(revision)
  local _, taken_as = revisions.find(revision)
  local words = lacking(revision, dialect)
  add("revision", taken_as and "odd" or "good", ("%s, %s dialect%s"):format(revision, dialect,
    taken_as and "; " .. taken_as or ""),
    #words > 0 and ("only later revisions have: %s; --revision, the profile or KLAVIYO_REVISION chooses one"):format(
      table.concat(words, ", ")) or nil)
end

-- The Redis that machines share, if there is one. Without it the command goes on.
local function check_budget(ctx, add)
  local began = core.now()
  local list, err = fleet.status(ctx)
  if list then
    add("budget", "good", ("the Redis of KLAVIYO_BUDGET answered in %d ms"):format(
      math.floor((core.now() - began) * 1000 + 0.5)))
  elseif err then
    add("budget", "odd", err.message, "until then this machine sends its share of the budget alone")
  end
end

local function check_service(ctx, add, proxy_hint)
  local made, kl = pcall(ctx.client, ctx)
  if not made then
    local failed = failure.is(kl) and kl or error(kl, 0)
    return add("client", "bad", failed.message, failed.hint, failed.code)
  end
  check_revision(kl, add)
  check_budget(ctx, add)
  ctx.progress:begin "Asking the service"
  local answer, err = kl:request { path = "/api/campaigns", query = { ["page[size]"] = 1 } }
  ctx.progress:finish()
  if not answer then
    local failed = failure.of(err)
    local circular = failed.is_usual and (failed.hint or ""):find("klaviyo doctor", 1, true)
    local hint = failed.code == failure.codes.unreachable and proxy_hint or not circular and failed.hint or nil
    return add("service", "bad", failed.message, hint, failed.code)
  end
  add("service", "good", ("%s answered in %d ms"):format(kl.options.base_url, math.floor(answer.elapsed * 1000 + 0.5)))
  local there = time.http(answer.headers.date)
  local skew = there and math.abs(there - os.time()) or 0
  if not ctx.sandbox then
    add("clock", skew > 60 and "odd" or "good", skew > 60 and ("%d s away from the service's"):format(skew)
      or "agrees with the service's")
  end
  local left, limit = answer.headers["ratelimit-remaining"], answer.headers["ratelimit-limit"]
  if left then
    add("limits", "good", ("%s of %s calls left for now"):format(left, (limit or "?"):match "^[^,;]+"))
  end
end

local MARKS = { good = "tick", odd = "warn", bad = "cross" }

local function write(ctx, list)
  local term = ctx.term
  for _, check in ipairs(list) do
    term:line(term:style(check.state, text.pad(term.glyphs[MARKS[check.state]], 2)), " ", text.pad(check.name, 9),
      text.clean(check.text))
    if check.hint then
      term:line((" "):rep(12), term:style("hint", text.clean(check.hint)))
    end
  end
end

doctor.fields = fields.shape { "name", "state", "text", "hint" }

function doctor.run(ctx, args)
  local list, code = json.array(), failure.codes.ok
  local function add(name, state, what, hint, exit)
    list[#list + 1] = { name = name, state = state, text = what, hint = hint }
    if state == "bad" and code == failure.codes.ok then
      code = exit or failure.codes.failed
    end
  end
  check_versions(add)
  local ready = check_key(ctx, add) or ctx.sandbox
  check_warnings(ctx, add)
  local proxy_hint = not ctx.sandbox and check_proxy(ctx, add) or nil
  if ready and not args.offline then
    check_service(ctx, add, proxy_hint)
  end
  if ctx:wants_data() then
    ctx:data({ checks = list }, "checks")
  else
    write(ctx, list)
  end
  return code
end

return doctor
