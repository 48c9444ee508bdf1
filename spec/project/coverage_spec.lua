-- SPDX-License-Identifier: MIT
--- Every operation of the API, in each dialect, through the public interface. A row is an operation's
-- id and what a script writes to get it; an operation without a row fails.

local filter = require("klaviyo").filter
local operations = require "klaviyo.wire.operations"
local support = require "spec.support.sandbox"

-- What rows work with: the client, a campaign with all that is in it, and ids by resource for paths.
---@class spec.coverage
---@field kl klaviyo.client
---@field campaign klaviyo.campaign
---@field audience klaviyo.audience
---@field message klaviyo.message
---@field variation klaviyo.variation

-- Each row gives back what the call gave; the word in front of it names the resource whose id the path holds.
local rows = {
  get_campaigns = { nil, function(at)
    local page = at.kl.campaigns:list { page_size = 10 }
    return page and page.data[1]
  end },
  create_campaign = { nil, function(at)
    return at.kl.campaigns:create(support.sale "Another")
  end },
  get_campaign = { "campaign", function(at)
    return at.kl.campaigns:get(at.campaign.id)
  end },
  update_campaign = { "campaign", function(at)
    at.campaign.description = "changed"
    return at.campaign:save()
  end },
  delete_campaign = { "campaign", function(at)
    return at.campaign:archive()
  end },
  clone_campaign = { nil, function(at)
    return at.campaign:clone()
  end },
  get_campaign_audiences_for_campaign = { "campaign", function(at)
    return at.campaign:audiences()[1]
  end },
  get_audience_ids_for_campaign = { "campaign", function(at)
    return at.campaign:related("audiences", { ids = true })[1]
  end },
  get_messages_for_campaign = { "campaign", function(at)
    return at.campaign:messages { limit = 1 }[1]
  end },
  get_message_ids_for_campaign = { "campaign", function(at)
    return at.kl.campaigns:related(at.campaign.id, "messages", { ids = true })[1]
  end },
  get_tags_for_campaign = { "campaign", function(at)
    return at.campaign:tags()[1].name
  end },
  get_tag_ids_for_campaign = { "campaign", function(at)
    return at.campaign:related("tags", { ids = true })[1]
  end },

  refresh_campaign_recipient_estimation = { nil, function(at)
    return at.campaign:estimate { interval = 0.01 }
  end },
  get_campaign_recipient_estimation_job = { "campaign", function(at)
    return at.campaign:estimate { interval = 0.01 }
  end },
  get_campaign_recipient_estimation = { "campaign", function(at)
    return at.campaign:estimate { interval = 0.01 }
  end },
  assign_template_to_campaign_message = { nil, function(at)
    return at.message:assign_template "TEMPLATE"
  end },

  get_campaign_audiences = { nil, function(at)
    return at.kl.audiences:list { filter = filter.equals("campaign_id", at.campaign.id) }.data[1]
  end },
  create_campaign_audience = { nil, function(at)
    return at.kl.audiences:create { name = "More", included = { "LIST_3" }, campaign = at.campaign }
  end },
  get_campaign_audience = { "audience", function(at)
    return at.audience:refresh()
  end },
  update_campaign_audience = { "audience", function(at)
    return at.kl.audiences:update(at.audience.id, { included = { "LIST_4" } })
  end },
  delete_campaign_audience = { "audience", function(at)
    return at.audience:delete()
  end },
  clone_campaign_audience = { nil, function(at)
    return at.audience:clone { campaign = at.campaign }
  end },
  get_campaign_for_campaign_audience = { "audience", function(at)
    return at.audience:related "campaign"
  end },
  get_campaign_id_for_campaign_audience = { "audience", function(at)
    return at.audience:related("campaign", { ids = true })
  end },
  get_campaign_messages_for_campaign_audience = { "audience", function(at)
    return at.audience:messages()[1]
  end },
  get_message_ids_for_campaign_audience = { "audience", function(at)
    return at.audience:related("messages", { ids = true })[1]
  end },

  get_lists = { nil, function(at)
    return at.kl.lists:find "Shoppers"
  end },
  get_list = { "list", function(at)
    return at.kl.lists:get(at.list.id)
  end },
  get_segments = { nil, function(at)
    return at.kl.segments:each { limit = 1 } ()
  end },
  get_segment = { "segment", function(at)
    return at.kl.segments:get(at.segment.id)
  end },
  get_templates = { nil, function(at)
    return at.kl.templates:list().data[1]
  end },
  get_template = { "template", function(at)
    return at.kl.templates:get(at.template.id).html
  end },
  get_tags = { nil, function(at)
    return at.kl.tags:get(at.tag.id)
  end },
  create_tag = { nil, function(at)
    return at.kl.tags:create { name = "another" }
  end },
  tag_campaigns = { "tag", function(at)
    return at.kl.tags:attach(at.tag.id, at.campaign)
  end },
  remove_tag_from_campaigns = { "tag", function(at)
    return at.kl.tags:detach(at.tag.id, at.campaign)
  end },
  get_metrics = { nil, function(at)
    return at.kl.metrics:find "Placed Order"
  end },
  render_template = { "template", function(at)
    at.message.variations[1].details.template_id = at.template.id
    return at.message:preview().variations[1].template.html
  end },
  query_campaign_values = { nil, function(at)
    return at.kl:results { conversion_metric = "Placed Order" }
  end },
  get_accounts = { nil, function(at)
    return at.kl:account().timezone
  end },

  get_campaign_messages = { nil, function(at)
    return at.kl.messages:each { limit = 1 } ()
  end },
  create_campaign_message = { nil, function(at)
    return at.kl.messages:create { name = "More", campaign = at.campaign, audience = at.audience }
  end },
  get_campaign_message = { "message", function(at)
    return at.kl.messages:get(at.message.id, { include = { "variations" } })
  end },
  update_campaign_message = { "message", function(at)
    return at.message:update { is_tracking_opens = false }
  end },
  delete_campaign_message = { "message", function(at)
    return at.kl.messages:delete(at.message.id)
  end },
  clone_campaign_message = { nil, function(at)
    return at.message:clone { audience = at.audience }
  end },
  schedule_campaign_message = { nil, function(at)
    return at.message:schedule { at = support.tomorrow() }
  end },
  update_campaign_message_schedule = { "message", function(at)
    return at.message:cancel()
  end },
  get_campaign_for_campaign_message = { "message", function(at)
    return at.message:related "campaign"
  end },
  get_campaign_id_for_campaign_message = { "message", function(at)
    return at.message:related("campaign", { ids = true })
  end },
  get_audience_for_campaign_message = { "message", function(at)
    return at.message:related "audience"
  end },
  get_audience_id_for_campaign_message = { "message", function(at)
    return at.message:related("audience", { ids = true })
  end },
  get_variations_for_campaign_message = { "message", function(at)
    return at.message:variations()[1]
  end },
  get_variation_ids_for_campaign_message = { "message", function(at)
    return at.message:related("variations", { ids = true })[1]
  end },
  get_tags_for_campaign_message = { "message", function(at)
    return at.message:tags()[1].name
  end },
  get_tag_ids_for_campaign_message = { "message", function(at)
    return at.message:tags({ ids = true })[1]
  end },

  get_campaign_variations = { nil, function(at)
    return at.kl.variations:list { filter = filter.equals("message_id", at.message.id) }.data[1]
  end },
  create_campaign_variation = { nil, function(at)
    local empty = assert(at.kl.messages:create { name = "Empty", campaign = at.campaign, audience = at.audience })
    return at.kl.variations:create { message = empty, name = "V", details = { channel = "email", subject = "S" } }
  end },
  get_campaign_variation = { "variation", function(at)
    return at.kl.variations:get(at.variation.id)
  end },
  update_campaign_variation = { "variation", function(at)
    at.variation.details.subject = "Changed"
    return at.variation:save()
  end },
  delete_campaign_variation = { "variation", function(at)
    return at.variation:delete()
  end },
  get_message_for_campaign_variation = { "variation", function(at)
    return at.variation:related "message"
  end },
  get_message_id_for_campaign_variation = { "variation", function(at)
    return at.variation:related("message", { ids = true })
  end },
  get_image_for_campaign_variation = { "variation", function(at)
    return at.variation:image { timeout = 10 }.name
  end },
  get_image_id_for_campaign_variation = { "variation", function(at)
    return at.variation:related("image", { ids = true })
  end },
  get_translation_for_campaign_variation = { "variation", function(at)
    return at.variation:translation().target_locales[1]
  end },
  get_translation_id_for_campaign_variation = { "variation", function(at)
    return at.variation:related("translation", { ids = true })
  end },
}

-- A campaign with a tag, an image and a translation.
-- The status of success, by method or operation.
local STATUS = { GET = 200, POST = 201, PATCH = 200, DELETE = 204, update_campaign_message_schedule = 204,
  refresh_campaign_recipient_estimation = 202, assign_template_to_campaign_message = 200,
  tag_campaigns = 204, query_campaign_values = 200 }

local function seeded(kl, sandbox)
  local campaign = assert(kl.campaigns:create(support.sale()))
  local audience = campaign.audiences[1]
  local message = audience.messages[1]
  local variation = message.variations[1]
  local tag = sandbox:tag { name = "tagged", campaign = campaign.id, message = message.id }
  sandbox:list { id = "LIST_9", name = "Shoppers" }
  sandbox:segment { id = "SEGMENT_9" }
  local template = sandbox:template { name = "Summer", html = "<p>Hi</p>" }
  sandbox:metric { id = "METRIC_9", name = "Placed Order" }
  sandbox:image { variation = variation.id, id = "IMAGE", name = "pictured" }
  sandbox:translation { variation = variation.id, target_locales = { "de" } }
  return { kl = kl, campaign = campaign, audience = audience, message = message, variation = variation,
    list = { id = "LIST_9" }, segment = { id = "SEGMENT_9" }, template = { id = template }, tag = { id = tag } }
end

-- Whether the sandbox saw the operation, and answered it as the documents say.
local function saw(sandbox, operation, id)
  local path = operation.path:gsub("{id}", id or "")
  local seen = {}
  for _, request in ipairs(sandbox:requests()) do
    if request.method == operation.method and request.path == path then
      return true, request.status
    end
    seen[#seen + 1] = request.method .. " " .. request.path .. " " .. tostring(request.status)
  end
  return false, table.concat(seen, "; ")
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("each operation of the " .. dialect .. " dialect:", function()
    local sandbox, kl

    setup(function()
      sandbox, kl = support.start { revision = support.revisions[dialect], dialect = dialect }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    for _, operation in ipairs(operations.list) do
      if operation.beside or operations.available(operation, dialect, support.revisions[dialect]) then
        it(operation.id, function()
          local row = assert(rows[operation.id], "no row for " .. operation.id)
          local at = seeded(kl, sandbox)
          local id = row[1] and at[row[1]].id
          sandbox:clear_requests()
          local result, err = row[2](at)
          assert.is_truthy(result, tostring(err))
          local found, status = saw(sandbox, operation, id)
          assert.is_true(found, operation.method .. " " .. operation.path .. " is not among: " .. tostring(status))
          assert.equal(STATUS[operation.id] or STATUS[operation.method], status)
        end)
      else
        it(operation.id .. " is not in it, and is refused before anything is sent", function()
          local row = assert(rows[operation.id], "no row for " .. operation.id)
          local at = seeded(kl, sandbox)
          sandbox:clear_requests()
          local ok, result = pcall(row[2], at)
          assert.is_false(ok and result ~= nil)
          assert.same({}, sandbox:requests())
        end)
      end
    end

    it("revert has the same path as cancel", function()
      local at = seeded(kl, sandbox)
      assert(at.message:schedule { at = support.tomorrow() })
      sandbox:clear_requests()
      assert(at.message:revert())
      local first = sandbox:requests()[1]
      assert.equal("PATCH", first.method)
      assert.equal("/api/campaign-message-schedule/" .. at.message.id, first.path)
      assert.matches('"action":"revert"', first.body, 1, true)
      assert.equal(204, first.status)
    end)
  end)
end

describe("the table of operations", function()
  it("has a row for each, and none that is no operation", function()
    local missing, strange = {}, {}
    for _, operation in ipairs(operations.list) do
      missing[#missing + 1] = not rows[operation.id] and operation.id or nil
    end
    for id in pairs(rows) do
      strange[#strange + 1] = not operations.by_id[id] and id or nil
    end
    assert.same({}, missing)
    assert.same({}, strange)
  end)
end)
