-- SPDX-License-Identifier: MIT
-- Ours, through the public interface. `get COUNT events`: with an on_event that counts.

local before = collectgarbage "count"
local klaviyo = require "klaviyo"

local workloads = {}

local events = 0

local kl = klaviyo.client {
  base_url = os.getenv "BENCH_URL", api_key = "pk_0123456789abcdef0123456789abcdef01", limits = false,
  on_event = arg[3] == "events" and function()
    events = events + 1
  end or nil,
}

local READ = {}

function READ.names(campaign)
  return #campaign.id + #campaign.name
end

local function size(value)
  if type(value) == "string" then
    return #value
  end
  return value ~= nil and value ~= klaviyo.null and 1 or 0
end

local FIELDS = { "id", "created_at", "updated_at", "name", "builder", "archived", "color", "description" }
local SETTINGS = { "send_timezone", "send_strategy", "send_passed_rltz_immediately", "exit_condition_enabled",
  "exit_condition_conversion_metric_id" }

function READ.fields(campaign)
  local total = 0
  for i = 1, #FIELDS do
    total = total + size(campaign[FIELDS[i]])
  end
  local settings = campaign.send_settings
  for i = 1, #SETTINGS do
    total = total + size(settings[SETTINGS[i]])
  end
  return total
end

function READ.trees(campaign)
  local total = #campaign.name
  for _, audience in ipairs(campaign.audiences) do
    total = total + #audience.name
    for _, message in ipairs(audience.messages) do
      total = total + #message.name + #message.status
      for _, variation in ipairs(message.variations) do
        total = total + #variation.channel
      end
    end
  end
  return total
end

local OPTIONS = {
  names = { page_size = 100 },
  fields = { page_size = 100 },
  trees = { page_size = 20, include = { "audiences", "messages", "variations" } },
}

function workloads.walk(what)
  local read, campaigns, total = READ[what], 0, 0
  for campaign in kl.campaigns:each(OPTIONS[what]) do
    campaigns = campaigns + 1
    total = total + read(campaign)
  end
  return campaigns / OPTIONS[what].page_size, total
end

-- The server answers each request with this campaign, and another one than was asked for would be an error.
local function get()
  local campaign = assert(kl.campaigns:get "01JXYZ1234ABCDEFGHJC000001")
  return #campaign.id + #campaign.name
end

function workloads.get(count)
  local total = 0
  for _ = 1, tonumber(count) do
    total = total + get()
  end
  return count, total
end

function workloads.together(count, width)
  local next_number, total, functions = 0, 0, { limit = tonumber(width) }
  for i = 1, tonumber(width) do
    functions[i] = function()
      while next_number < tonumber(count) do
        next_number = next_number + 1
        local read = get()
        total = total + read
      end
      return true
    end
  end
  assert(klaviyo.all(functions))
  return count, total
end

local function email(name)
  return { channel = "email", name = name, subject = "L’été commence 🎉", from_email = "hello@example.com",
    from_label = "Café Zoë" }
end

local function sms(name)
  return { channel = "sms", name = name, body = "Ça commence 😎" }
end

function workloads.create(count)
  local total = 0
  for _ = 1, tonumber(count) do
    total = total + READ.trees(assert(kl.campaigns:create {
      name = "Soldes d’été 2026 ☀️", description = "Promotion d’été, tous les canaux",
      send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC" },
      audiences = {
        { included = { "LIST_1" }, messages = { email "E-mail privilégiés", sms "SMS privilégiés" } },
        { included = { "LIST_2" }, excluded = { "LIST_1" }, messages = { email "E-mail à tous", sms "SMS à tous" } },
      },
    }))
  end
  return count, total
end

function workloads.first()
  return 1, get()
end

print("result", workloads[arg[1]](arg[2], arg[3]))
assert(arg[3] ~= "events" or events >= tonumber(arg[2]), "on_event was not called")
if arg[1] == "first" then
  collectgarbage()
  collectgarbage()
  print("heap", collectgarbage "count" - before)
end
