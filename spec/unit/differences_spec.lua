-- SPDX-License-Identifier: MIT
--- The comparison of the library's tables with an OpenAPI file, on a file that is made here.

local differences = require "spec.support.differences"
local openapi = require "spec.support.openapi"

-- A stable file: no `_beta`, foreign paths, and three of the operations of messages, as they are in the tables.
local function make_file()
  local function words(list)
    return { type = "array", items = { type = "string", enum = list } }
  end
  local function query(name, schema)
    return { name = name, ["in"] = "query", schema = schema }
  end
  local function content(schema)
    return { content = { ["application/vnd.api+json"] = { schema = schema } } }
  end
  local function document(attributes)
    return { type = "object", properties = { data = { type = "object", properties = { attributes = attributes } } } }
  end
  local range = { operators = { single = { "greater-or-equal", "greater-than", "less-or-equal", "less-than" } } }
  local equals = { operators = { single = { "equals" } } }
  return {
    info = { version = "2026-10-15" },
    paths = {
      ["/api/flows"] = { parameters = {}, get = { operationId = "get_flows", responses = {} } },
      ["/api/campaign-messages"] = {
        get = { operationId = "get_campaign_messages", responses = {},
          ["x-klaviyo-scopes"] = { "campaigns:read" }, ["x-klaviyo-ratelimit"] = { burst = "10/s", steady = "150/m" },
          ["x-klaviyo-filters"] = { id = { operators = { list = { "any" }, single = { "equals" } } },
            campaign_id = equals, name = { operators = { single = { "contains" } } }, status = equals, created = range,
            updated = range },
          parameters = { query("page[cursor]", { type = "string" }),
            query("page[size]", { type = "integer", default = 20, maximum = 100 }),
            query("sort", { type = "string", enum = { "created", "-created", "id", "-id", "name", "-name", "status",
              "-status", "updated", "-updated" } }),
            query("include", words { "campaign", "campaign-variations" }) } },
      },
      ["/api/campaign-variations/{variation_id}/"] = {
        patch = { operationId = "update_campaign_variation_beta",
          requestBody = content { ["$ref"] = "#/components/schemas/Update" }, responses = {} },
        get = { operationId = "get_campaign_variation", responses = { ["200"] = content(document {
          type = "object", properties = { definition = { ["$ref"] = "#/components/schemas/Definition" },
            created = { type = "string", format = "date-time" }, updated = { type = "string", format = "date-time" } },
        }) } },
      },
    },
    components = { schemas = {
      Update = document { type = "object", properties = {
        definition = { ["$ref"] = "#/components/schemas/Definition", nullable = true } } },
      Definition = { type = "object", properties = { name = { type = "string" }, details = { oneOf = {
        { ["$ref"] = "#/components/schemas/WhatsApp" } } } } },
      WhatsApp = { type = "object", properties = { channel = { type = "string", enum = { "whatsapp" } },
        template_id = { type = "string" }, shorten_links = { type = "boolean" } } },
    } },
  }
end

describe("differences from an OpenAPI file", function()
  local file, definition, messages

  before_each(function()
    file = make_file()
    definition = file.components.schemas.Definition.properties
    messages = file.paths["/api/campaign-messages"].get
  end)

  -- The lines that contain a text, without those that the file made here has by its smallness.
  local function lines_with(text)
    local found = {}
    for _, line in ipairs(differences.find(file)) do
      if line:find(text, 1, true) then
        found[#found + 1] = line
      end
    end
    return found
  end

  it("leave out what has nothing to do with campaigns, and name the operations that only one side has", function()
    assert.same({}, lines_with "flows")
    assert.same({ "operation get_campaign: the tables alone have GET /api/campaigns/{id}" },
      lines_with "operation get_campaign:")
    file.paths["/api/campaign-send-jobs"] = { post = { operationId = "send_campaign", responses = {} } }
    assert.same({ "operation send_campaign: the file alone has POST /api/campaign-send-jobs" },
      lines_with "send_campaign")
  end)

  it("find operations by method and path: ids may end in _beta, be renamed, and paths end with a slash", function()
    assert.is_nil(table.concat(lines_with "operation update_campaign_variation"):find("the tables alone have PATCH", 1,
      true))
    messages.operationId = "list_campaign_messages"
    assert.same({ "operation get_campaign_messages: the file calls it list_campaign_messages" },
      lines_with "the file calls")
    assert.equal(messages, openapi.operations(file).get_campaign_messages.operation)
  end)

  local WHERE = "operation get_campaign_messages: "

  for name, case in pairs {
    filters = { function()
      messages["x-klaviyo-filters"].channel = { operators = { single = { "equals" } } }
      messages["x-klaviyo-filters"].name = nil
    end, { "filter: the file alone has channel equals", "filter: the tables alone have name contains" } },
    sorts = { function()
      messages.parameters[3].schema.enum[1] = "channel"
    end, { "sort: the file alone has channel", "sort: the tables alone have created" } },
    includes = { function()
      table.insert(messages.parameters[4].schema.items.enum, "campaign-audience")
    end, { "include: the file alone has campaign-audience" } },
    ["page sizes"] = { function()
      messages.parameters[2].schema.maximum = 50
    end, { "page size: the tables have 20, at most 100, the file 20, at most 50" } },
    cursors = { function()
      table.remove(messages.parameters, 1)
    end, { "cursor: the tables have true, the file none" } },
    ["rate limits"] = { function()
      messages["x-klaviyo-ratelimit"].burst = "3/s"
    end, { "rate limit: the tables have 10/s, 150/m, the file 3/s, 150/m" } },
    scopes = { function()
      table.insert(messages["x-klaviyo-scopes"], "tags:read")
    end, { "scopes: the file alone has tags:read" } },
  } do
    it("are found in " .. name, function()
      local before = lines_with(WHERE)
      assert.equal(1, #before) -- the sparse fields, which this file does not have
      case[1]()
      local expected = { before[1] }
      for _, line in ipairs(case[2]) do
        table.insert(expected, WHERE .. line)
      end
      table.sort(expected)
      assert.same(expected, lines_with(WHERE))
    end)
  end

  it("are found in sparse fields", function()
    table.insert(messages.parameters, { name = "fields[campaign-variation]", ["in"] = "query", schema = {
      type = "array", items = { type = "string", enum = { "definition.details.colour" } } } })
    assert.truthy(lines_with("sparse fields of campaign-variation: the file alone has definition.details.colour")[1])
  end)

  it("are found in fields that are read, and in fields that are written", function()
    assert.same({}, lines_with "field of a variation")
    definition.color = { type = "string" }
    definition.name = nil
    assert.same({ "field of a variation: the file alone has definition.color",
      "field of a variation: the tables alone have definition.name" }, lines_with "field of a variation")
    assert.truthy(lines_with("field to update a variation with: the file alone has definition.color")[1])
    file.components.schemas.WhatsApp.properties.footer = { type = "string" }
    assert.truthy(lines_with("definition.color, definition.details:whatsapp.footer")[1])
  end)

  it("are found in types and in enumerations", function()
    definition.name.type = "integer"
    local properties = file.components.schemas.WhatsApp.properties
    properties.shorten_links.type = "string"
    properties.channel.enum[2] = "telegram"
    assert.same({ "field of a variation definition.name: string in the tables, integer in the file" },
      lines_with "field of a variation definition")
    assert.same({ "field to update a variation with definition.details:whatsapp.channel: words: the file alone has "
      .. "telegram", "field to update a variation with definition.details:whatsapp.shorten_links: boolean in the "
      .. "tables, string in the file", "field to update a variation with definition.name: string in the tables, "
      .. "integer in the file" }, lines_with "field to update a variation with definition")
  end)
end)
