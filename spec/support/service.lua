-- SPDX-License-Identifier: MIT
--- A service of campaigns that does what a spec tells it: which campaigns its list shows, what its clock says, and how
--- it answers a write. Built on the scripted server; it keeps no state of its own.

local cjson = require "cjson"
local klaviyo = require "klaviyo"
local script = require "spec.support.script"
local socket = require "socket"
local time = require "klaviyo.model.time"

local service = {}

---The revision that the service speaks: the guide's.
service.revision = "2026-04-15.pre"

---The content that the specs create, and that `campaign` shows by default.
---@return table model
function service.model()
  return { name = "Summer Sale", description = "All of it", audiences = { { included = { "L1", "L2" }, messages = {
    { name = "Text", details = { channel = "sms", body = "It starts", template_id = "T1" } } } } } }
end

local function iso(epoch)
  return (time.format(epoch):gsub("Z$", (".%06d+00:00"):format(math.floor(epoch % 1 * 1000000))))
end

---A campaign as the service has it: the model's, with differences.
---@param id string
---@param differs? table  name, description, included, excluded, message, details, status; created (epoch; default:
---                       when it is first shown)
---@return table
function service.campaign(id, differs)
  differs = differs or {}
  local details = { channel = "sms", body = "It starts", template_id = "T1-copy" }
  for name, value in pairs(differs.details or {}) do
    details[name] = value
  end
  local created = differs.created and iso(differs.created) or nil
  local function link(kind, of)
    return { data = { { type = kind, id = id .. of } } }
  end
  local attributes = { definition = { name = differs.name or "Summer Sale",
    description = differs.description or "All of it" }, created_at = created }
  return {
    data = { type = "campaign", id = id, attributes = attributes, relationships = {
      ["campaign-audiences"] = link("campaign-audience", "A"),
      ["campaign-messages"] = link("campaign-message", "M") } },
    included = {
      { type = "campaign-audience", id = id .. "A", attributes = { audience_name = "A",
        included = differs.included or { "L2", "L1" }, excluded = differs.excluded },
        relationships = { ["campaign-messages"] = link("campaign-message", "M") } },
      { type = "campaign-message", id = id .. "M", attributes = { name = differs.message or "Text",
        status = differs.status or "DRAFT", definition = { name = differs.message or "Text" } },
        relationships = { ["campaign-variations"] = link("campaign-variation", "V"),
          ["campaign-audience"] = { data = { type = "campaign-audience", id = id .. "A" } } } },
      { type = "campaign-variation", id = id .. "V", attributes = { definition = { details = details } } },
    },
  }
end

---The date of an answer.
---@param offset? number  seconds that the service's clock is ahead
---@return string
function service.date(offset)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + math.floor(offset or 0))
end

---An answer with a JSON body and a Date.
---@param status integer
---@param body any           a table is written as JSON
---@param how? { clock: number?, dated: boolean? }
---@return string bytes
function service.answer(status, body, how)
  how = how or {}
  local headers = { Date = how.dated ~= false and service.date(how.clock) or nil }
  return script.answer(status, type(body) == "table" and cjson.encode(body) or body, headers)
end

---A refusal in the service's own words.
---@param status integer
---@return string bytes
function service.refusal(status, headers)
  return script.answer(status, ('{"errors":[{"status":"%d","code":"x","title":"No","detail":"no"}]}'):format(status),
    headers)
end

---What a gateway says.
---@param status integer
---@return string bytes
function service.gateway(status)
  return script.answer(status, "<html>" .. status .. "</html>", { ["Content-Type"] = "text/html" })
end

---@class support.service.how
---@field write fun(request: table, c: table, n: integer): string|nil  answers what is no GET; n counts them
---@field campaigns? fun(): table[]  what the list shows now, newest first
---@field read? fun(request: table, c: table): string|nil|false  answers a GET by itself; nil: as usual; false: closes
---@field clock? number   seconds that the Date is ahead
---@field dated? boolean  false: no Date
---@field page_size? integer

-- What the service shows now.
local function shown(how)
  local all = how.campaigns and how.campaigns() or {}
  for _, campaign in ipairs(all) do
    local attributes = campaign.data.attributes
    attributes.created_at = attributes.created_at or iso(socket.gettime() + (how.clock or 0))
  end
  return all
end

local function list(how, request, url)
  local all, size = shown(how), how.page_size or 100
  local first = tonumber(request.target:match "cursor=(%d+)") or 1
  local page = { data = setmetatable({}, cjson.array_mt or cjson.empty_array_mt), links = {} }
  for i = first, math.min(first + size - 1, #all) do
    page.data[#page.data + 1] = all[i].data
  end
  if first + size <= #all then
    page.links.next = ("%s/api/campaigns?cursor=%d"):format(url, first + size)
  end
  return service.answer(200, #page.data > 0 and page or '{"data":[]}', how)
end

local function one(how, id)
  for _, campaign in ipairs(shown(how)) do
    if campaign.data.id == id then
      return service.answer(200, campaign, how)
    end
  end
  return service.refusal(404)
end

---Runs fn(kl, server, events) beside a service.
---@param how support.service.how
---@param options table|nil  for the client
---@param fn fun(kl: klaviyo.client, server: table, events: table[])
function service.run(how, options, fn)
  local writes, events = 0, {}
  local server
  server = script.server { answer = function(request, c)
    if request.method ~= "GET" then
      writes = writes + 1
      return how.write(request, c, writes)
    end
    local answer = how.read and how.read(request, c)
    if answer ~= nil then
      return answer or nil
    end
    local id = request.target:match "^/api/campaigns/([%w-]+)"
    return id and one(how, id) or list(how, request, server.url)
  end }
  local given = { base_url = server.url, api_key = "pk_secret", limits = false, timeout = 20, reconcile = 1,
    dialect = "guide", revision = service.revision,
    on_event = function(event)
      events[#events + 1] = event
    end }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  script.run(server, function()
    local kl = klaviyo.client(given)
    fn(kl, server, events)
    kl:close()
  end)
end

---How many writes a server saw.
---@param server table
---@return integer
function service.writes(server)
  local count = 0
  for _, request in ipairs(server.requests) do
    count = count + (request.method ~= "GET" and 1 or 0)
  end
  return count
end

return service
