-- SPDX-License-Identifier: MIT
--- A sandbox and a client of it for a spec file, in either dialect.

local klaviyo = require "klaviyo"
local time = require "klaviyo.model.time"

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

local BEGAN = os.time() -- of the spec file, so that a midnight within it moves no day

---A day from the beginning of the spec file, UTC.
---@param days? integer  1
---@return string        2026-12-01
function support.day(days)
  return (os.date("!%Y-%m-%d", BEGAN + (days or 1) * 86400))
end

---The day after the spec file began, at an hour, UTC.
---@param hour? integer
---@return string
function support.tomorrow(hour)
  return support.day() .. ("T%02d:00:00Z"):format(hour or 14)
end

---What the clocks of a zone show at an instant: how far they are from UTC depends on the season.
---@param at string    2026-12-01T14:00:00Z
---@param zone string  America/New_York
---@return string      2026-12-01 09:00
function support.wall(at, zone)
  local epoch = time.parse(at)
  return (time.format(epoch, math.floor(time.offset(zone, epoch) / 60)):sub(1, 16):gsub("T", " "))
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
