-- SPDX-License-Identifier: MIT
-- What the peers that decode with lua-cjson have in common: the work itself. Each gives a function of its own that
-- performs a request: call(method, url, body) -> the text of the answer.

local cjson = require "cjson"

local work = {}

local KEY = "pk_0123456789abcdef0123456789abcdef01"
work.base = assert(os.getenv "BENCH_URL", "BENCH_URL says where the server is")
work.headers = {
  ["authorization"] = "Klaviyo-API-Key " .. KEY,
  ["revision"] = "2026-04-15.pre",
  ["accept"] = "application/vnd.api+json",
}

local INCLUDE = "?include=campaign-audiences%2Ccampaign-messages%2Ccampaign-variations"

function work.campaign_url(number)
  return ("%s/api/campaigns/01JXYZ1234ABCDEFGHJC%06d"):format(work.base, number % 1000000)
end

-- Reading -------------------------------------------------------------------------------------------------------------

local function size(value)
  if type(value) == "string" then
    return #value
  end
  return value ~= nil and value ~= cjson.null and 1 or 0
end

local READ = {}

function READ.names(page)
  local total = 0
  for _, campaign in ipairs(page.data) do
    total = total + #campaign.id + #campaign.attributes.definition.name
  end
  return total
end

local DEFINITION = { "name", "builder", "archived", "color", "description" }
local SETTINGS = { "send_timezone", "send_strategy", "send_passed_rltz_immediately", "exit_condition_enabled",
  "exit_condition_conversion_metric_id" }

function READ.fields(page)
  local total = 0
  for _, campaign in ipairs(page.data) do
    local attributes = campaign.attributes
    local definition = attributes.definition
    total = total + size(campaign.id) + size(attributes.created_at) + size(attributes.updated_at)
    for i = 1, #DEFINITION do
      total = total + size(definition[DEFINITION[i]])
    end
    for i = 1, #SETTINGS do
      total = total + size(definition.send_settings[SETTINGS[i]])
    end
  end
  return total
end

local function index_included(page)
  local index = {}
  for _, resource in ipairs(page.included) do
    index[resource.type .. resource.id] = resource
  end
  return index
end

local function tree(campaign, index)
  local total = #campaign.attributes.definition.name
  for _, a in ipairs(campaign.relationships["campaign-audiences"].data) do
    local audience = index[a.type .. a.id]
    total = total + #audience.attributes.audience_name
    for _, m in ipairs(audience.relationships["campaign-messages"].data) do
      local message = index[m.type .. m.id]
      total = total + #message.attributes.name + #message.attributes.status
      for _, v in ipairs(message.relationships["campaign-variations"].data) do
        total = total + #index[v.type .. v.id].attributes.definition.details.channel
      end
    end
  end
  return total
end

function READ.trees(page)
  local index, total = index_included(page), 0
  for _, campaign in ipairs(page.data) do
    total = total + tree(campaign, index)
  end
  return total
end

-- Writing -------------------------------------------------------------------------------------------------------------

local function message(audience, name, details)
  return {
    audience_temporary_id = audience,
    definition = { name = name, variations = { { definition = { details = details } } } },
  }
end

local function email()
  return { channel = "email", subject = "L’été commence 🎉", from_email = "hello@example.com",
    from_label = "Café Zoë" }
end

local function sms()
  return { channel = "sms", body = "Ça commence 😎" }
end

local function new_campaign()
  return { data = { type = "campaign", attributes = {
    definition = { name = "Soldes d’été 2026 ☀️", description = "Promotion d’été, tous les canaux",
      send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC" } },
    audiences = {
      { temporary_id = "aud_1", included = { "LIST_1" } },
      { temporary_id = "aud_2", included = { "LIST_2" }, excluded = { "LIST_1" } },
    },
    messages = { message("aud_1", "E-mail privilégiés", email()), message("aud_1", "SMS privilégiés", sms()),
      message("aud_2", "E-mail à tous", email()), message("aud_2", "SMS à tous", sms()) },
  } } }
end

-- The workloads -------------------------------------------------------------------------------------------------------

local workloads = {}

function workloads.walk(call, what)
  local url, pages, total = work.base .. "/api/campaigns?page%5Bsize%5D=100", 0, 0
  if what == "trees" then
    url = work.base .. "/api/campaigns" .. INCLUDE .. "&page%5Bsize%5D=20"
  end
  while url and url ~= cjson.null do
    local page = cjson.decode(call("GET", url))
    total = total + READ[what](page)
    pages = pages + 1
    url = page.links.next
  end
  return pages, total
end

function work.get(call, number)
  local campaign = cjson.decode(call("GET", work.campaign_url(number))).data
  return #campaign.id + #campaign.attributes.definition.name
end

function workloads.get(call, count)
  local total = 0
  for number = 1, tonumber(count) do
    total = total + work.get(call, number)
  end
  return count, total
end

-- The identifiers of the messages, which scheduling them needs, are in the tree that is read back.
function workloads.create(call, count)
  local total = 0
  for _ = 1, tonumber(count) do
    local made = cjson.decode(call("POST", work.base .. "/api/campaigns", cjson.encode(new_campaign()))).data
    local whole = cjson.decode(call("GET", work.base .. "/api/campaigns/" .. made.id .. INCLUDE))
    total = total + tree(whole.data, index_included(whole))
  end
  return count, total
end

function workloads.first(call)
  return workloads.get(call, 1)
end

---Runs the workload that the command line names.
---@param arguments string[]
---@param call fun(method: string, url: string, body?: string): string
---@param more? table<string, function>  workloads that the peer does in its own way
function work.run(arguments, call, more)
  local workload = more and more[arguments[1]] or workloads[arguments[1]]
  print("result", workload(call, arguments[2], arguments[3]))
end

return work
