-- SPDX-License-Identifier: MIT
local f = require "klaviyo.model.filter"
local query = require "klaviyo.wire.query"
local random = require "spec.support.random"

local function built(id, dialect, options, revision)
  local params, problems = query.build(id, dialect, options, revision)
  assert.is_nil(problems, problems and problems[1].path .. " " .. problems[1].message)
  local map = {}
  for _, pair in ipairs(params) do
    map[pair[1]] = pair[2]
  end
  return map
end

local function problems_of(id, dialect, options)
  local params, problems = query.build(id, dialect, options)
  assert.is_nil(params)
  local map = {}
  for _, problem in ipairs(problems) do
    map[problem.path] = problem
  end
  return map, #problems
end

describe("query.build", function()
  it("takes short names", function()
    assert.same({
      ["fields[campaign]"] = "definition.name,created_at,definition.send_settings.send_timezone",
      filter = 'contains(name,"Sale")', include = "campaign-audiences,campaign-messages",
      ["page[size]"] = "50", sort = "-updated_at",
    }, built("get_campaigns", "guide", {
      fields = { campaign = { "name", "created_at", "send_settings.send_timezone" } },
      filter = f.contains("name", "Sale"), include = { "audiences", "messages" }, page_size = 50, sort = "-updated_at",
    }))
  end)

  it("asks for additional fields by their own parameter, of one resource alone", function()
    assert.same({ ["additional-fields[list]"] = "profile_count", ["fields[list]"] = "profile_count" },
      built("get_list", "openapi", { additional_fields = "profile_count", fields = { list = "profile_count" } }))
    assert.same({ ["additional-fields[segment]"] = "profile_count" },
      built("get_segment", "openapi", { additional_fields = { "profile_count" } }))
    assert.matches("profile_count", problems_of("get_lists", "openapi", { fields = { list = "profile_count" } })
      ["fields.list[1]"].message)
    for _, id in ipairs { "get_lists", "get_template" } do
      assert.matches("is not an option of a request to", problems_of(id, "openapi",
        { additional_fields = "profile_count" }).additional_fields.message)
    end
  end)

  it("takes wire names", function()
    assert.same({
      ["fields[campaign-message]"] = "definition.send_options.send_time,updated", include = "campaign-variations",
      sort = "updated", ["page[cursor]"] = "abc",
    }, built("get_campaign_messages", "openapi", {
      fields = { ["campaign-message"] = "definition.send_options.send_time,updated" },
      include = "campaign-variations", sort = { "updated" }, cursor = "abc",
    }))
  end)

  it("maps names to the dialect", function()
    local fields = { fields = { audience = { "name", "updated_at", "included" } } }
    assert.equal("audience_name,updated_at,included", built("get_campaign_audience", "guide", fields)
      ["fields[campaign-audience]"])
    assert.equal("definition.name,updated,definition.included", built("get_campaign_audience", "openapi", fields)
      ["fields[campaign-audience]"])
    fields = { fields = { message = { "status", "is_tracking_opens", "scheduling" } } }
    assert.equal("status,definition.is_tracking_opens,scheduling_info", built("get_campaign_message", "guide", fields)
      ["fields[campaign-message]"])
    assert.equal("definition.status,definition.tracking_options.is_tracking_opens,definition.send_options",
      built("get_campaign_message", "openapi", fields)["fields[campaign-message]"])
    assert.equal("-created", built("get_campaign_messages", "guide", { sort = "-created_at" }).sort)
  end)

  it("knows that some fields came later", function()
    local options = { fields = { message = { "scheduling.throttle_unit" } } }
    built("get_campaign_message", "openapi", options, "2026-07-15.pre")
    assert.is_nil((query.build("get_campaign_message", "openapi", options, "2026-04-15.pre")))
    assert.is_nil((query.build("get_campaign_message", "guide", options)))
  end)

  it("tells every problem, each with its place and its parameter", function()
    local problems, count = problems_of("get_campaigns", "openapi", {
      filter = f.equals("name", "x"), sort = "nam", include = { "audiences", "variations" }, page_size = 101,
      fields = { campaign = { "name", "colour" }, messages = { "name" } }, cursor = "", pagesize = 2,
    })
    assert.equal(8, count)
    assert.equal("filter", problems.filter.parameter)
    assert.matches('did you mean "name"', problems["sort[1]"].message)
    assert.equal("include", problems["include[2]"].parameter)
    assert.equal("page[size]", problems.page_size.parameter)
    assert.equal("fields[campaign]", problems["fields.campaign[2]"].parameter)
    assert.matches('did you mean "color"', problems["fields.campaign[2]"].message)
    assert.matches('did you mean "message"', problems["fields.messages"].message)
    assert.equal("page[cursor]", problems.cursor.parameter)
    assert.matches('did you mean "page_size"', problems.pagesize.message)
  end)

  it("refuses what an operation does not take", function()
    assert.matches("not an option of a request to read the messages of a campaign",
      problems_of("get_messages_for_campaign", "openapi", { page_size = 10 }).page_size.message)
    problems_of("get_campaign_audiences_for_campaign", "openapi", { cursor = "x" })
    problems_of("get_campaign_messages", "guide", { sort = "status" })
    assert.equal("status", built("get_campaign_messages", "openapi", { sort = "status" }).sort)
    problems_of("delete_campaign", "guide", { fields = { campaign = { "name" } } })
    problems_of("get_campaigns", "openapi", { include = "variations" })
    assert.equal("tags", built("get_campaigns", "guide", { include = "tags" }).include)
    assert.is_nil((query.build("get_campaigns", "openapi", { include = "tags" }, "2026-07-15.pre")))
  end)

  it("names what can be given, where an option is none", function()
    local message = problems_of("get_messages_for_campaign", "openapi", { limt = 1 }).limt.message
    assert.matches('there are "fields", "cursor", "revision", "timeout"', message, 1, true)
    local _, problems = query.build("get_messages_for_campaign", "openapi", { limt = 1 }, nil, { limit = true })
    assert.matches('did you mean "limit"', problems[1].message, 1, true)
    assert.matches('did you mean "details.subject"', problems_of("get_campaign_variation", "guide",
      { fields = { variation = { "subject" } } })["fields.variation[1]"].message, 1, true)
  end)

  it("takes one field to sort by, as the documents do", function()
    for _, sort in ipairs { { "-created", "name" }, "-created,name" } do
      local problems = problems_of("get_campaign_messages", "openapi", { sort = sort })
      assert.matches("is one field, found 2", problems.sort.message)
    end
    assert.equal("-created", built("get_campaign_messages", "openapi", { sort = { "-created" } }).sort)
    problems_of("get_campaign_messages", "openapi", { sort = "" })
  end)

  it("refuses page sizes that are none", function()
    for _, size in ipairs { 0, -1, 1.5, 101, "50", true, 0 / 0 } do
      assert.is_not_nil(problems_of("get_campaigns", "guide", { page_size = size }).page_size)
    end
    assert.equal("1", built("get_campaigns", "guide", { page_size = 1.0 })["page[size]"])
  end)

  it("takes no options, and lists that are empty", function()
    assert.same({}, built("get_campaigns", "guide"))
    assert.same({}, built("get_campaigns", "guide", { include = {}, sort = {} }))
    problems_of("get_campaigns", "guide", { fields = { campaign = {} } })
  end)

  it("survives names that are no strings", function()
    problems_of("get_campaigns", "guide", { [1] = "x", include = { {} }, sort = { 1 }, fields = { [1] = "x", a = 1 } })
    problems_of("get_campaigns", "guide", { include = 1, sort = true, fields = "x" })
  end)
end)

describe("query.encode", function()
  it("encodes everything outside of the unreserved set", function()
    assert.equal("fields%5Bcampaign%5D=a%2Cb&filter=x%28%22%C3%A9%20%2B%26%22%29&p=-._~",
      query.encode { { "fields[campaign]", "a,b" }, { "filter", 'x("é +&")' }, { "p", "-._~" } })
    assert.equal("", query.encode {})
  end)

  it("can be decoded again, whatever is in it", function()
    local r = random.new(11)
    for _ = 1, 200 do
      local bytes = {}
      for i = 1, r.int(0, 20) do
        bytes[i] = string.char(r.int(0, 255))
      end
      local text = table.concat(bytes)
      local encoded = query.encode { { "a", text } }:sub(3)
      assert.is_nil(encoded:find("[^%w%%%-%._~]"))
      assert.equal(text, (encoded:gsub("%%(%x%x)", function(hex)
        return string.char(tonumber(hex, 16))
      end)))
    end
  end)
end)
