-- SPDX-License-Identifier: MIT
--- A sandbox and a client of it for a spec file, in either dialect.

local klaviyo = require "klaviyo"

local support = {}

---The revision that each dialect is spoken at.
support.revisions = require "spec.support.revisions"

---What a sandbox is started with that speaks a dialect at its revision.
---@param dialect? string
---@return table
function support.settings(dialect)
  local shared = dialect == "openapi" and support.revisions.openapi == support.revisions.guide
  return { port = 0, dialect = shared and dialect or nil }
end

---Starts a sandbox, and a client that has no limits of its own unless they are given.
---@param options? table  for klaviyo.client; `sandbox` for the sandbox
---@return table sandbox
---@return klaviyo.client kl
function support.start(options)
  local given = {}
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  local settings = support.settings(given.dialect)
  for name, value in pairs(given.sandbox or {}) do
    settings[name] = value
  end
  given.sandbox = nil
  local sandbox = assert(require("klaviyo.sandbox").start(settings))
  given.base_url = given.base_url or sandbox.url
  given.api_key = given.api_key or (not given.access_token and "pk_test" or nil)
  if given.limits == nil then
    given.limits = false
  end
  return sandbox, klaviyo.client(given)
end

---A campaign with two audiences and four messages, over all channels.
---@param name? string
---@return klaviyo.campaign_builder
function support.sale(name)
  local sale = klaviyo.campaign(name or "Summer Sale 2026"):timezone "America/New_York"
  sale:audience("VIP", { included = { "LIST_1" } })
    :email { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A" }
    :sms { name = "Text", body = "It starts" }
  sale:audience("Everyone", { included = { "LIST_2" }, excluded = { "LIST_1" } })
    :push { name = "Push", title = "It starts", body = "now" }
    :whatsapp { name = "WhatsApp", template_id = "TEMPLATE" }
  return sale
end

---A day from now, at an hour, UTC.
---@param hour? integer
---@return string
function support.tomorrow(hour)
  return os.date("!%Y-%m-%d", os.time() + 86400) .. ("T%02d:00:00Z"):format(hour or 14)
end

---The requests that the sandbox saw, as "METHOD /path".
---@param sandbox table
---@return string[]
function support.seen(sandbox)
  local list = {}
  for i, request in ipairs(sandbox:requests()) do
    list[i] = request.method .. " " .. request.path
  end
  return list
end

return support
