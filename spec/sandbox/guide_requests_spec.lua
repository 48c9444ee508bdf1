-- SPDX-License-Identifier: MIT
-- The requests that the guide shows with curl, with its headers, against the sandbox. Ids and what the guide leaves
-- open are filled in; nothing else.

local cjson = require "cjson"
local guide = require "spec.support.guide"
local http = require "spec.support.http"

describe("the guide's requests", function()
  local api, campaign, audience, message

  -- What curl sends with the headers that the guide gives it.
  local function curl(status, method, path, headers, body)
    local all = { Accept = "*/*", Authorization = "Klaviyo-API-Key your-private-api-key",
      ["Content-Type"] = false, revision = "2026-04-15.pre", ["User-Agent"] = "curl/8.5.0" }
    for name, value in pairs(headers) do
      all[name] = value
    end
    local answer = assert(http.client(api.sandbox.url):request(method, path, body, all))
    if answer.status ~= status then
      error(("%s %s: %d instead of %d\n%s"):format(method, path, answer.status, status, answer.body), 2)
    end
    return answer.json
  end

  local JSON = { ["Content-Type"] = "application/vnd.api+json" }
  local READ = { Accept = "application/vnd.api+json" }

  local function fill(text)
    return (text:gsub("%u+", { CAMPAIGN = campaign, AUDIENCE = audience, MESSAGE = message }))
  end

  setup(function()
    api = guide.start()
  end)

  teardown(function()
    api:stop()
  end)

  before_each(function()
    api:reset()
    local data, audiences, messages = api:create()
    campaign, audience, message = data.id, audiences[1], messages[1]
  end)

  it("create a campaign with all below it", function()
    local data = curl(201, "POST", "/api/campaigns", JSON, [[
      {"data":{"type":"campaign","attributes":{
        "definition":{"name":"Summer Sale 2026","builder":"wizard","send_settings":{
          "send_timezone":"America/New_York","send_strategy":"STATIC","send_passed_rltz_immediately":false,
          "exit_condition_enabled":false,"exit_condition_conversion_metric_id":null}},
        "audiences":[{"temporary_id":"aud_temp_001","included":["LIST_OR_SEGMENT_ID_1"],"excluded":[]}],
        "messages":[{"audience_temporary_id":"aud_temp_001","definition":{"name":"Summer email blast",
          "variations":[{"definition":{"name":"Email variation","details":{"channel":"email",
            "subject":"Summer Sale starts now","from_email":"hello@example.com","from_label":"Example Brand"}}}]}}]
      }}}]]).data
    local definition = data.attributes.definition
    local null = cjson.null
    assert.same({ name = "Summer Sale 2026", builder = "wizard", archived = false, color = null, description = null,
      send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC",
        send_passed_rltz_immediately = false, exit_condition_enabled = false,
        exit_condition_conversion_metric_id = null } }, definition)
    assert.equal("2026-04-14T12:00:00.000000+00:00", data.attributes.created_at)
    assert.equal(data.attributes.created_at, data.attributes.updated_at)
    assert.equal(1, #data.relationships["campaign-audiences"].data)
    assert.equal(1, #data.relationships["campaign-messages"].data)
    for _, name in ipairs { "campaign-audiences", "campaign-messages", "tags" } do
      local base = ("%s/api/campaigns/%s/"):format(api.sandbox.url, data.id)
      assert.same({ self = base .. "relationships/" .. name .. "/", related = base .. name .. "/" },
        data.relationships[name].links)
    end
    assert.equal(("%s/api/campaigns/%s/"):format(api.sandbox.url, data.id), data.links.self)
  end)

  it("create an audience", function()
    local data = curl(201, "POST", "/api/campaign-audiences", JSON, fill [[
      {"data":{"type":"campaign-audience","attributes":{"included":["LIST_2"],"excluded":[]},
        "relationships":{"campaign":{"data":{"type":"campaign","id":"CAMPAIGN"}}}}}]]).data
    assert.same({ "LIST_2" }, data.attributes.included)
    assert.equal(1, data.attributes.priority)
  end)

  it("create a message", function()
    local data = curl(201, "POST", "/api/campaign-messages", JSON, fill [[
      {"data":{"type":"campaign-message","attributes":{"definition":{"name":"Follow-up"}},
        "relationships":{"campaign":{"data":{"type":"campaign","id":"CAMPAIGN"}},
          "campaign-audience":{"data":{"type":"campaign-audience","id":"AUDIENCE"}}}}}]]).data
    assert.equal("Follow-up", data.attributes.name)
    assert.equal("DRAFT", data.attributes.status)
    assert.equal(audience, data.relationships["campaign-audience"].data.id)
  end)

  it("create a variation", function()
    message = api:call(201, "POST", "campaign-messages", guide.child("campaign-message",
      { definition = { name = "Follow-up" } }, { campaign = campaign, ["campaign-audience"] = audience })).data.id
    local data = curl(201, "POST", "/api/campaign-variations", JSON, fill [[
      {"data":{"type":"campaign-variation",
        "attributes":{"definition":{"name":"Variation SMS 1","details":{"channel":"sms"}}},
        "relationships":{"campaign-message":{"data":{"type":"campaign-message","id":"MESSAGE"}}}}}]]).data
    assert.equal("sms", data.attributes.definition.details.channel)
  end)

  it("update the campaign", function()
    local data = curl(200, "PATCH", "/api/campaigns/" .. campaign, JSON, fill [[

      {"data":{"type":"campaign","id":"CAMPAIGN","attributes":{"definition":{
        "name":"Summer Sale 2026 — Updated",
        "send_settings":{"send_strategy":"LOCAL_TIMEZONE","send_passed_rltz_immediately":true}}}}}
]]).data
    assert.equal("Summer Sale 2026 — Updated", data.attributes.definition.name)
    assert.equal("LOCAL_TIMEZONE", data.attributes.definition.send_settings.send_strategy)
    assert.equal("America/New_York", data.attributes.definition.send_settings.send_timezone)
  end)

  it("update the audience", function()
    local data = curl(200, "PATCH", "/api/campaign-audiences/" .. audience, JSON, fill [[
      {"data":{"type":"campaign-audience","id":"AUDIENCE","attributes":{
        "audience_name":"VIP Customers — Updated","included":["LIST_1","LIST_3"],"excluded":["LIST_2"],"priority":0}}}
]]).data
    assert.equal("VIP Customers — Updated", data.attributes.audience_name)
    assert.same({ "LIST_1", "LIST_3" }, data.attributes.included)
    assert.same({ "LIST_2" }, data.attributes.excluded)
  end)

  it("clone the campaign", function()
    local data = curl(201, "POST", "/api/campaign-clone", JSON, fill [[
      {"data":{"type":"campaign","id":"CAMPAIGN"}}]]).data
    assert.not_equal(campaign, data.id)
    assert.equal(1, #data.relationships["campaign-audiences"].data)
    assert.equal(1, #data.relationships["campaign-messages"].data)
  end)

  it("schedule the message", function()
    local data = curl(201, "POST", "/api/campaign-message-schedule", JSON, fill [[
      {"data":{"type":"campaign-message-schedule",
        "attributes":{"send_time":"2026-06-01T14:00:00+00:00","strategy":"static"},
        "relationships":{"campaign-message":{"data":{"type":"campaign-message","id":"MESSAGE"}}}}}]]).data
    assert.equal(message, data.id)
    assert.equal("SCHEDULED", api:status(message))
  end)

  it("cancel the message", function()
    api:schedule(message)
    curl(204, "PATCH", "/api/campaign-message-schedule/" .. message, JSON, fill [[
      {"data":{"type":"campaign-message-schedule","id":"MESSAGE","attributes":{"action":"cancel"}}}]])
    assert.equal("CANCELLED", api:status(message))
  end)

  it("list campaigns", function()
    local path = "/api/campaigns?filter=contains(name,%27Summer%27)&sort=-updated_at&page[size]=20"
    local json = curl(200, "GET", path, READ)
    assert.equal(campaign, json.data[1].id)
    assert.matches("^" .. api.sandbox.url:gsub("%p", "%%%0") .. "/api/campaigns%?filter=contains", json.links.self)
    assert.equal(cjson.null, json.links.next)
    assert.equal(cjson.null, json.links.prev)
  end)

  it("get a campaign and all below it", function()
    local json = curl(200, "GET",
      ("/api/campaigns/%s?include=campaign-audiences,campaign-messages,campaign-variations"):format(campaign), READ)
    local types = {}
    for _, resource in ipairs(json.included) do
      types[resource.type] = (types[resource.type] or 0) + 1
    end
    assert.same({ ["campaign-audience"] = 1, ["campaign-message"] = 1, ["campaign-variation"] = 1 }, types)
  end)

  it("ask for what the table of parameters shows", function()
    for _, query in ipairs {
      "filter=contains(name,'sale')", "filter=equals(archived,false)",
      "filter=and(equals(builder,'wizard'),greater-than(created_at,2026-01-01T00:00:00Z))",
      "sort=-created_at", "sort=name", "fields[campaign]=definition.name,created_at",
      "include=campaign-audiences,campaign-messages", "page[size]=50",
    } do
      assert.equal(1, #curl(200, "GET", "/api/campaigns?" .. query, READ).data)
    end
    for _, query in ipairs {
      fill "filter=equals(campaign.id,'CAMPAIGN')", "filter=equals(status,'DRAFT')", "sort=-created", "page[size]=50",
    } do
      assert.equal(message, curl(200, "GET", "/api/campaign-messages?" .. query, READ).data[1].id)
    end
  end)

  it("delete the campaign", function()
    curl(204, "DELETE", "/api/campaigns/" .. campaign, {})
    assert.is_true(api:call(200, "GET", "campaigns/" .. campaign).data.attributes.definition.archived)
  end)
end)
