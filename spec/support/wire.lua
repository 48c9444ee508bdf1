-- SPDX-License-Identifier: MIT
--- Requests as the documents have them, in either dialect, for specs that speak to a sandbox without our client.
local cjson = require "cjson"
local http = require "spec.support.http"
local sandbox = require "klaviyo.sandbox"

local wire = {}

wire.NOW = "2026-04-14T12:00:00.000000+00:00"
wire.revisions = { guide = "2026-04-15.pre", openapi = "2026-07-15.pre", later = "2026-10-15" }
wire.types = { campaigns = "campaign", ["campaign-audiences"] = "campaign-audience",
  ["campaign-messages"] = "campaign-message", ["campaign-variations"] = "campaign-variation" }

---A sandbox whose clock stands still, and a client of it that speaks a dialect.
---@param options? table  for sandbox.start
---@param dialect? "guide"|"openapi"
function wire.start(options, dialect)
  local settings = { port = 0, clock = "2026-04-14T12:00:00Z" }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  local box = assert(sandbox.start(settings))
  return box, wire.client(box, dialect)
end

---@param box table
---@param dialect? "guide"|"openapi"|"later"  later: openapi at revision 2026-10-15
function wire.client(box, dialect)
  local client = http.client(box.url, { revision = wire.revisions[dialect or "guide"] })
  client.dialect = dialect == "later" and "openapi" or dialect or "guide"
  return client
end

---JSON text of a table; cjson makes {} an object, so a list that is empty is written as wire.list().
function wire.list(items)
  return setmetatable(items or {}, cjson.array_mt or cjson.empty_array_mt)
end

---A body's text: a table goes through cjson, then every "[]" given as wire.EMPTY becomes an empty array.
wire.EMPTY = "\1empty"
function wire.encode(body)
  return (cjson.encode(body):gsub('"\\u0001empty"', "[]"))
end

---@param dialect string
---@param messages? table[]  each { name =, details = | variations =, audience = temporary id, and in openapi
---                           ab_test =, tracking_params = }
---@param more? { definition?: table, audiences?: table[] }
---@return string
function wire.campaign(dialect, messages, more)
  more = more or {}
  local definition = { name = "Summer Sale 2026" }
  for name, value in pairs(more.definition or {}) do
    definition[name] = value
  end
  local inline = {}
  for i, message in ipairs(messages or { { name = "Blast", details = { channel = "email", subject = "Hello" } } }) do
    local variations = message.variations
    if not variations and message.details then
      variations = { { definition = { name = "Variation", details = message.details } } }
    end
    local audience = message.audience or "aud_1"
    if dialect == "guide" then
      inline[i] = { audience_temporary_id = audience, definition = { name = message.name, variations = variations } }
    else
      inline[i] = { audience_temporary_id = audience, name = message.name, variations = variations,
        ab_test = message.ab_test, tracking_params = message.tracking_params }
    end
  end
  return wire.encode { data = { type = "campaign", attributes = {
    definition = definition,
    audiences = more.audiences or { { temporary_id = "aud_1", included = { "LIST_1" }, excluded = wire.EMPTY } },
    messages = #inline > 0 and inline or wire.EMPTY,
  } } }
end

---Creates a campaign and returns its id and those of its children.
function wire.create(client, messages, more)
  local answer = assert(client:post("/api/campaigns", wire.campaign(client.dialect, messages, more)))
  assert(answer.status == 201, answer.body)
  local made = { id = answer.json.data.id, audiences = {}, messages = {}, json = answer.json }
  for i, link in ipairs(answer.json.data.relationships["campaign-audiences"].data) do
    made.audiences[i] = link.id
  end
  for i, link in ipairs(answer.json.data.relationships["campaign-messages"].data) do
    made.messages[i] = link.id
  end
  return made
end

---The id of the first variation of a message.
function wire.variation(client, message)
  local answer = assert(client:get("/api/campaign-messages/" .. message))
  return answer.json.data.relationships["campaign-variations"].data[1].id
end

---{ data = { type, id?, attributes, relationships } } as text.
function wire.body(kind, id, attributes, relationships)
  local links
  for name, link in pairs(relationships or {}) do
    links = links or {}
    links[name] = { data = { type = link[1], id = link[2] } }
  end
  return wire.encode { data = { type = kind, id = id, attributes = attributes, relationships = links } }
end

---Schedules a message.
function wire.schedule(client, message, attributes)
  return client:post("/api/campaign-message-schedule",
    wire.body("campaign-message-schedule", nil, attributes, { ["campaign-message"] = { "campaign-message", message } }))
end

---Cancels or reverts it.
function wire.act(client, message, action)
  return client:patch("/api/campaign-message-schedule/" .. message,
    wire.body("campaign-message-schedule", message, { action = action }))
end

---The status of a message in upper case, whatever the dialect.
function wire.status(client, message)
  local attributes = assert(client:get("/api/campaign-messages/" .. message)).json.data.attributes
  return (attributes.status or attributes.definition.status):upper()
end

---The pointers (or parameters, or headers) of an answer's errors, sorted.
function wire.pointers(answer)
  local list = {}
  for i, err in ipairs(answer.json.errors) do
    list[i] = err.source.pointer or err.source.parameter or err.source.header or ""
  end
  table.sort(list)
  return list
end

---Runs a describe block once for each dialect.
function wire.each_dialect(run)
  for _, dialect in ipairs { "guide", "openapi" } do
    run(dialect)
  end
end

return wire
