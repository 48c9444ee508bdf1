/* SPDX-License-Identifier: MIT */
/* The request bodies that the published guide of revision 2026-04-15.pre shows. */
#include "api/shape_macros.h"

static const char *const campaign_type[] = {"campaign", NULL};
static const char *const audience_type[] = {"campaign-audience", NULL};
static const char *const audience_clone_type[] = {"campaign-audience-clone", NULL};
static const char *const message_type[] = {"campaign-message", NULL};
static const char *const variation_type[] = {"campaign-variation", NULL};
static const char *const schedule_type[] = {"campaign-message-schedule", NULL};

static const char *const builders[] = {"wizard", "canvas", NULL};
static const char *const send_strategies[] = {"STATIC", "LOCAL_TIMEZONE", "THROTTLED", NULL};
static const char *const strategies[] = {"static", "local_timezone", "throttled", NULL};
static const char *const actions[] = {"cancel", "revert", NULL};

SHAPE(email, CHANNEL, DETAIL("subject", STRING, "\"\""), DETAIL("from_email", STRING, "\"\""),
      DETAIL("from_label", STRING, "\"\""), DETAIL("reply_to_email", STRING, "\"\""),
      DETAIL("cc_email", STRING, "\"\""), DETAIL("bcc_email", STRING, "\"\""),
      DETAIL("preview_text", STRING, "\"\""),
      DETAIL("template_id", STRING, "null", | SBX_NULLABLE));
SHAPE(sms, CHANNEL, DETAIL("template_id", STRING, "null", | SBX_NULLABLE),
      DETAIL("body", STRING, "\"\""), DETAIL("shorten_links", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("include_contact_card", BOOLEAN, "null", | SBX_NULLABLE));
SHAPE(push, CHANNEL, DETAIL("title", STRING, "\"\""), DETAIL("body", STRING, "\"\""),
      DETAIL("static_asset_id", INTEGER, "null", | SBX_NULLABLE),
      DETAIL("ios_deep_link", STRING, "null", | SBX_NULLABLE),
      DETAIL("android_deep_link", STRING, "null", | SBX_NULLABLE),
      DETAIL("sound", BOOLEAN, "false"), DETAIL("badge", BOOLEAN, "false"));
SHAPE(whatsapp, CHANNEL, DETAIL("template_id", STRING, "null", | SBX_NULLABLE),
      DETAIL("shorten_links", BOOLEAN, "true"));

const sbx_channel sbx_channels_guide[] = {
    {"email", &email}, {"sms", &sms}, {"push", &push}, {"whatsapp", &whatsapp}, {0}};

LINK(campaign_link, campaign_type);
LINK(audience_link, audience_type);
LINK(message_link, message_type);

SHAPE(variation_definition, FIELD("name", STRING, | SBX_NULLABLE),
      FIELD("details", DETAILS, | SBX_NULLABLE));
SHAPE(inline_variation, OF("definition", OBJECT, variation_definition, | SBX_REQUIRED));

SHAPE(send_settings, FIELD("send_timezone", ZONE), WORDS("send_strategy", send_strategies),
      FIELD("send_passed_rltz_immediately", BOOLEAN),
      FIELD("throttle_percentage", PERCENT, | SBX_NULLABLE),
      FIELD("exit_condition_enabled", BOOLEAN),
      FIELD("exit_condition_conversion_metric_id", STRING, | SBX_NULLABLE));

/* POST campaigns */
SHAPE(new_campaign, FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      WORDS("builder", builders), FIELD("archived", BOOLEAN, | SBX_READ_ONLY),
      FIELD("color", STRING, | SBX_NULLABLE), FIELD("description", STRING, | SBX_NULLABLE),
      OF("send_settings", OBJECT, send_settings));
SHAPE(inline_audience, FIELD("temporary_id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("included", STRINGS), FIELD("excluded", STRINGS));
SHAPE(inline_message_definition, FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      OF("variations", LIST, inline_variation), FIELD("is_tracking_opens", BOOLEAN),
      FIELD("is_tracking_clicks", BOOLEAN));
SHAPE(inline_message, FIELD("audience_temporary_id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      OF("definition", OBJECT, inline_message_definition, | SBX_REQUIRED));
SHAPE(campaign_create_attributes, OF("definition", OBJECT, new_campaign, | SBX_REQUIRED),
      OF("audiences", LIST, inline_audience, | SBX_REQUIRED | SBX_NOT_EMPTY),
      OF("messages", LIST, inline_message));
SHAPE(campaign_create_data, TYPE(campaign_type),
      OF("attributes", OBJECT, campaign_create_attributes, | SBX_REQUIRED));

/* PATCH campaigns/{id}: "name, description, color, send settings" */
SHAPE(campaign_definition, FIELD("name", STRING, | SBX_NOT_EMPTY),
      FIELD("builder", STRING, | SBX_READ_ONLY), FIELD("archived", BOOLEAN, | SBX_READ_ONLY),
      FIELD("color", STRING, | SBX_NULLABLE), FIELD("description", STRING, | SBX_NULLABLE),
      OF("send_settings", OBJECT, send_settings));
SHAPE(campaign_update_attributes, OF("definition", OBJECT, campaign_definition, | SBX_REQUIRED),
      FIELD("created_at", STRING, | SBX_READ_ONLY), FIELD("updated_at", STRING, | SBX_READ_ONLY));
SHAPE(campaign_update_data, TYPE(campaign_type), ID,
      OF("attributes", OBJECT, campaign_update_attributes, | SBX_REQUIRED));

/* POST campaign-clone */
SHAPE(campaign_clone_data, TYPE(campaign_type), ANY_ID);

/* campaign-audiences */
SHAPE(audience_attributes, FIELD("audience_name", STRING, | SBX_NOT_EMPTY),
      FIELD("priority", INTEGER, | SBX_NOT_NEGATIVE), FIELD("included", STRINGS),
      FIELD("excluded", STRINGS), FIELD("archived", BOOLEAN, | SBX_READ_ONLY),
      FIELD("has_non_draft_messages", BOOLEAN, | SBX_READ_ONLY),
      FIELD("created_at", STRING, | SBX_READ_ONLY), FIELD("updated_at", STRING, | SBX_READ_ONLY));
SHAPE(audience_create_relationships, OF("campaign", OBJECT, campaign_link, | SBX_REQUIRED));
SHAPE(audience_create_data, TYPE(audience_type),
      OF("attributes", OBJECT, audience_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, audience_create_relationships, | SBX_REQUIRED));
SHAPE(audience_update_data, TYPE(audience_type), ID,
      OF("attributes", OBJECT, audience_attributes, | SBX_REQUIRED));

/* campaign-messages */
#define MESSAGE_READ_ONLY                                                                          \
    FIELD("name", STRING, | SBX_READ_ONLY), FIELD("status", STRING, | SBX_READ_ONLY),              \
        FIELD("scheduling_info", MAP, | SBX_READ_ONLY),                                            \
        FIELD("tracking_params", ANY, | SBX_READ_ONLY), FIELD("created", STRING, | SBX_READ_ONLY), \
        FIELD("updated", STRING, | SBX_READ_ONLY)
SHAPE(new_message, FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("is_tracking_opens", BOOLEAN), FIELD("is_tracking_clicks", BOOLEAN));
SHAPE(message_definition, FIELD("name", STRING, | SBX_NOT_EMPTY),
      FIELD("is_tracking_opens", BOOLEAN), FIELD("is_tracking_clicks", BOOLEAN));
SHAPE(message_create_attributes, OF("definition", OBJECT, new_message, | SBX_REQUIRED),
      MESSAGE_READ_ONLY);
SHAPE(message_create_relationships, OF("campaign", OBJECT, campaign_link, | SBX_REQUIRED),
      OF("campaign-audience", OBJECT, audience_link, | SBX_REQUIRED));
SHAPE(message_create_data, TYPE(message_type),
      OF("attributes", OBJECT, message_create_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, message_create_relationships, | SBX_REQUIRED));
SHAPE(message_update_attributes, OF("definition", OBJECT, message_definition, | SBX_NULLABLE),
      MESSAGE_READ_ONLY);
SHAPE(message_update_data, TYPE(message_type), ID,
      OF("attributes", OBJECT, message_update_attributes, | SBX_REQUIRED));

/* campaign-variations */
SHAPE(variation_attributes, OF("definition", OBJECT, variation_definition, | SBX_REQUIRED),
      FIELD("created", STRING, | SBX_READ_ONLY), FIELD("updated", STRING, | SBX_READ_ONLY));
SHAPE(variation_create_relationships, OF("campaign-message", OBJECT, message_link, | SBX_REQUIRED));
SHAPE(variation_create_data, TYPE(variation_type),
      OF("attributes", OBJECT, variation_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, variation_create_relationships, | SBX_REQUIRED));
SHAPE(variation_update_data, TYPE(variation_type), ID,
      OF("attributes", OBJECT, variation_attributes, | SBX_REQUIRED));

/* The clones of audiences and messages, whose bodies the guide does not show. */
SHAPE(clone_attributes, ANY_ID, FIELD("name", STRING, | SBX_NULLABLE));
SHAPE(audience_clone_relationships, OF("campaign", OBJECT, campaign_link));
SHAPE(audience_clone_data, TYPE(audience_clone_type), ANY_ID,
      OF("attributes", OBJECT, clone_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, audience_clone_relationships));
SHAPE(message_clone_relationships, OF("campaign-audience", OBJECT, audience_link, | SBX_REQUIRED));
SHAPE(message_clone_data, TYPE(message_type), ANY_ID,
      OF("attributes", OBJECT, clone_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, message_clone_relationships, | SBX_REQUIRED));

/* campaign-message-schedule; its options are those of the OpenAPI file of the same revision. */
SHAPE(throttled_options, FIELD("throttling_percentage", PERCENT, | SBX_REQUIRED));
SHAPE(timezone_options, FIELD("send_past_timezones_tomorrow", BOOLEAN, | SBX_NULLABLE));
SHAPE(schedule_attributes, FIELD("send_time", INSTANT, | SBX_REQUIRED),
      WORDS("strategy", strategies, | SBX_REQUIRED),
      OF("throttled_options", OBJECT, throttled_options, | SBX_NULLABLE),
      OF("timezone_options", OBJECT, timezone_options, | SBX_NULLABLE));
SHAPE(schedule_relationships, OF("campaign-message", OBJECT, message_link, | SBX_REQUIRED));
SHAPE(schedule_create_data, TYPE(schedule_type),
      OF("attributes", OBJECT, schedule_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, schedule_relationships, | SBX_REQUIRED));
SHAPE(action_attributes, WORDS("action", actions, | SBX_REQUIRED));
SHAPE(schedule_update_data, TYPE(schedule_type), ID,
      OF("attributes", OBJECT, action_attributes, | SBX_REQUIRED));

#define BESIDE(X)
#define NO_LISTS(X)

SHAPE_OF_OPERATION(sbx_shape_guide, BESIDE, NO_LISTS)
