-- SPDX-License-Identifier: MIT
--- Resource names of scripts and the JSON:API types of the wire.

local types = {}

---@type table<string, string>
types.wire = {
  campaign = "campaign",
  audience = "campaign-audience",
  message = "campaign-message",
  variation = "campaign-variation",
  schedule = "campaign-message-schedule",
  audience_clone = "campaign-audience-clone",
  tag = "tag",
  image = "image",
  translation = "translation",
  list = "list",
  segment = "segment",
  template = "template",
  metric = "metric",
  account = "account",
  estimation = "campaign-recipient-estimation",
  estimation_job = "campaign-recipient-estimation-job",
  values_report = "campaign-values-report",
}

---@type table<string, string>
types.resource = {}
for resource, wire in pairs(types.wire) do
  types.resource[wire] = resource
end

---@class klaviyo.relationship
---@field wire string        its name on the wire
---@field resource string    what it links to
---@field many boolean
---@field related? string    the operation that reads the linked resources
---@field ids? string        the operation that reads the ids alone

---@type table<string, table<string, klaviyo.relationship>>
types.relationships = {
  campaign = {
    audiences = { wire = "campaign-audiences", resource = "audience", many = true,
      related = "get_campaign_audiences_for_campaign", ids = "get_audience_ids_for_campaign" },
    messages = { wire = "campaign-messages", resource = "message", many = true,
      related = "get_messages_for_campaign", ids = "get_message_ids_for_campaign" },
    tags = { wire = "tags", resource = "tag", many = true,
      related = "get_tags_for_campaign", ids = "get_tag_ids_for_campaign" },
  },
  audience = {
    campaign = { wire = "campaign", resource = "campaign", many = false,
      related = "get_campaign_for_campaign_audience", ids = "get_campaign_id_for_campaign_audience" },
    messages = { wire = "campaign-messages", resource = "message", many = true,
      related = "get_campaign_messages_for_campaign_audience", ids = "get_message_ids_for_campaign_audience" },
  },
  message = {
    campaign = { wire = "campaign", resource = "campaign", many = false,
      related = "get_campaign_for_campaign_message", ids = "get_campaign_id_for_campaign_message" },
    audience = { wire = "campaign-audience", resource = "audience", many = false,
      related = "get_audience_for_campaign_message", ids = "get_audience_id_for_campaign_message" },
    variations = { wire = "campaign-variations", resource = "variation", many = true,
      related = "get_variations_for_campaign_message", ids = "get_variation_ids_for_campaign_message" },
    tags = { wire = "tags", resource = "tag", many = true,
      related = "get_tags_for_campaign_message", ids = "get_tag_ids_for_campaign_message" },
  },
  variation = {
    message = { wire = "campaign-message", resource = "message", many = false,
      related = "get_message_for_campaign_variation", ids = "get_message_id_for_campaign_variation" },
    image = { wire = "image", resource = "image", many = false,
      related = "get_image_for_campaign_variation", ids = "get_image_id_for_campaign_variation" },
    translation = { wire = "translation", resource = "translation", many = false,
      related = "get_translation_for_campaign_variation", ids = "get_translation_id_for_campaign_variation" },
  },
}

return types
