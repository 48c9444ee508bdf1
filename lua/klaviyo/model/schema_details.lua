-- SPDX-License-Identifier: MIT
--- The fields of `details`, by channel, as schema.lua describes them; `channel` itself is in each.

local EMAIL = {
  { "template_id", "string", nullable = true, rewritten = true, reference = { "template" },
    doc = "The template the email is made from." },
  { "subject", "string", default = "", doc = "The subject line." },
  { "preview_text", "string", default = "", doc = "The line that mail programs show beside the subject." },
  { "from_email", "string", default = "", doc = "The address it is sent from." },
  { "from_label", "string", default = "", doc = "The sender's name as shown." },
  { "reply_to_email", "string", default = "", doc = "Where answers go." },
  { "cc_email", "string", default = "", doc = "An address that gets a visible copy." },
  { "bcc_email", "string", default = "", doc = "An address that gets a hidden copy." },
}

local SMS = {
  { "template_id", "string", nullable = true, rewritten = true, reference = { "template" },
    doc = "The template the text is made from." },
  { "body", "string", default = "", doc = "The text." },
  { "shorten_links", "boolean", nullable = true, doc = "Whether links in the text are shortened." },
  { "include_contact_card", "boolean", nullable = true, doc = "Whether the sender's contact card is attached." },
  { "cost", "number", nullable = true, dialect = "openapi", not_in = { inline = true, create = true },
    doc = "The cost of sending one; the service rejects it on create." },
  { "mms_static_image_asset_id", "integer", nullable = true, dialect = "openapi",
    doc = "The image asset of a picture message." },
  { "mms_dynamic_image_template", "string", nullable = true, dialect = "openapi",
    doc = "The template that makes the picture of a picture message." },
  { "add_org_prefix", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether the organisation's name is put in front." },
  { "add_info_link", "boolean", nullable = true, dialect = "openapi", doc = "Whether a link to information is added." },
  { "add_opt_out_language", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether a line on how to opt out is added." },
  { "text_message_type", "string", enum = { "SMS", "MMS", "RCS" }, default = "SMS", dialect = "openapi",
    doc = "The kind of text message." },
  { "message_hierarchy", "any", nullable = true, dialect = "openapi",
    doc = "The kinds of text message to fall back on; the documents do not say its form." },
}

local ACTION_BUTTON = {
  { "label", "string", required = true, doc = "The text on the button." },
  { "action_type", "string", required = true, enum = { "deep_link", "dismiss", "open_app", "open_url" },
    doc = "The action of the button." },
  { "url", "string", nullable = true, doc = "The page that the button opens." },
  { "icon", "string", nullable = true, doc = "The button's icon." },
  { "custom_action_id", "string", nullable = true, doc = "An id for an app's own handling." },
}

local PUSH = {
  { "title", "string", default = "", doc = "The title of the notification." },
  { "body", "string", default = "", doc = "The text of the notification." },
  { "static_asset_id", "integer", nullable = true, doc = "The image shown with it." },
  { "ios_deep_link", "string", nullable = true, doc = "Opened on iOS." },
  { "android_deep_link", "string", nullable = true, doc = "Opened on Android." },
  { "sound", "boolean", default = false, doc = "Whether it makes a sound." },
  { "badge", "boolean", default = false, doc = "Whether it sets a badge on the app's icon." },
  { "badge_config", "string", enum = { "increment-one", "set-count", "set-property" }, default = "increment-one",
    dialect = "openapi", doc = "How the badge's number is found." },
  { "badge_value", "string", default = "1", dialect = "openapi", doc = "The badge's number or the property it is in." },
  { "sound_file_name", "string", default = "", dialect = "openapi", doc = "The sound it makes." },
  { "open_action", "integer", default = 0, dialect = "openapi", doc = "The number of the action on opening." },
  { "dynamic_media_template", "string", default = "", dialect = "openapi",
    doc = "The template that makes its picture." },
  { "kv_pairs", "object", nullable = true, dialect = "openapi", doc = "Data for the app; any names." },
  { "push_type", "string", enum = { "standard", "silent" }, default = "standard", dialect = "openapi",
    doc = "Whether it is shown or only wakes the app." },
  { "web_url", "string", nullable = true, dialect = "openapi", doc = "Opened in a browser." },
  { "content_available", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether iOS wakes the app for it in the background." },
  { "mutable_content", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether an iOS extension may change it before it is shown." },
  { "video_asset_id", "string", nullable = true, dialect = "openapi", doc = "The video shown with it." },
  { "action_buttons", "array", nullable = true, dialect = "openapi", doc = "The buttons under it.",
    of = { "button", "object", fields = ACTION_BUTTON, doc = "One button.", source = "openapi: PushActionButton" } },
}

local WHATSAPP = {
  { "template_id", "string", nullable = true, reference = { "template" }, doc = "The WhatsApp template." },
  { "shorten_links", "boolean", default = true, doc = "Whether links are shortened." },
}

---@type table<string, klaviyo.schema.field[]>
local details = { email = EMAIL, sms = SMS, push = PUSH, whatsapp = WHATSAPP }

local SCHEMAS = { email = "EmailChannelDetails", sms = "SMSChannelDetails", push = "PushChannelDetails",
  whatsapp = "WhatsappChannelDetails" }
for channel, fields in pairs(details) do
  for _, field in ipairs(fields) do
    field.source = (field.dialect and "" or "guide: Campaign variation; ") .. "openapi: " .. SCHEMAS[channel]
  end
  table.insert(fields, 1, { "channel", "string", enum = { channel }, required = true,
    doc = "The channel these details are for.",
    source = "guide: Campaign variation; openapi: " .. SCHEMAS[channel] })
end
for _, field in ipairs(ACTION_BUTTON) do
  field.source = "openapi: PushActionButton"
end

return details
