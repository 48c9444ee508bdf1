/* SPDX-License-Identifier: MIT */
/* The request bodies of the published OpenAPI files, with the rules that only their prose states.
 */
#include "api/shape_macros.h"

static const char *const campaign_type[] = {"campaign", NULL};
static const char *const audience_type[] = {"campaign-audience", NULL};
static const char *const audience_clone_type[] = {"campaign-audience-clone", NULL};
static const char *const message_type[] = {"campaign-message", NULL};
static const char *const variation_type[] = {"campaign-variation", NULL};
static const char *const schedule_type[] = {"campaign-message-schedule", NULL};
static const char *const tag_type[] = {"tag", NULL};
static const char *const tag_group_type[] = {"tag-group", NULL};
static const char *const template_type[] = {"template", NULL};
static const char *const values_report_type[] = {"campaign-values-report", NULL};
static const char *const estimation_job_type[] = {"campaign-recipient-estimation-job", NULL};

static const char *const builders[] = {"canvas", "wizard", NULL};
static const char *const inline_throttlings[] = {"FOR_CAMPAIGNS", "FOR_CAMPAIGNS_AND_FLOWS",
                                                 "FOR_FLOWS", "NONE", NULL};
static const char *const throttlings[] = {"none", "throttle-for-campaigns",
                                          "throttle-for-campaigns-and-flows", "throttle-for-flows",
                                          NULL};
static const char *const text_types[] = {"MMS", "RCS", "SMS", NULL};
static const char *const badge_configs[] = {"increment-one", "set-count", "set-property", NULL};
static const char *const push_types[] = {"silent", "standard", NULL};
static const char *const button_actions[] = {"deep_link", "dismiss", "open_app", "open_url", NULL};
static const char *const strategies[] = {"local_timezone", "smart_send_time", "static", "throttled",
                                         NULL};
static const char *const units[] = {"hour", "minute", NULL};
static const char *const timeframes[] = {
    "last_12_months", "last_30_days", "last_365_days", "last_3_months", "last_7_days",
    "last_90_days",   "last_month",   "last_week",     "last_year",     "this_month",
    "this_week",      "this_year",    "today",         "yesterday",     NULL};
static const char *const statistics[] = {"average_order_value",
                                         "bounce_rate",
                                         "bounced",
                                         "bounced_or_failed",
                                         "bounced_or_failed_rate",
                                         "click_rate",
                                         "click_to_open_rate",
                                         "clicks",
                                         "clicks_unique",
                                         "conversion_rate",
                                         "conversion_uniques",
                                         "conversion_value",
                                         "conversions",
                                         "delivered",
                                         "delivery_rate",
                                         "failed",
                                         "failed_rate",
                                         "message_segment_count_sum",
                                         "open_rate",
                                         "opens",
                                         "opens_unique",
                                         "recipients",
                                         "revenue_per_recipient",
                                         "spam_complaint_rate",
                                         "spam_complaints",
                                         "text_message_credit_usage_amount",
                                         "text_message_roi",
                                         "text_message_spend",
                                         "unsubscribe_rate",
                                         "unsubscribe_uniques",
                                         "unsubscribes",
                                         NULL};
static const char *const group_bys[] = {"campaign_id",
                                        "campaign_message_id",
                                        "campaign_message_name",
                                        "group",
                                        "group_name",
                                        "send_channel",
                                        "tag_id",
                                        "tag_name",
                                        "text_message_format",
                                        "variation",
                                        "variation_name",
                                        NULL};
static const char *const actions[] = {"cancel", "revert", NULL};

SHAPE(email, CHANNEL, DETAIL("template_id", STRING, "null", | SBX_NULLABLE),
      DETAIL("from_label", STRING, "\"\""), DETAIL("from_email", STRING, "\"\""),
      DETAIL("reply_to_email", STRING, "\"\""), DETAIL("cc_email", STRING, "\"\""),
      DETAIL("bcc_email", STRING, "\"\""), DETAIL("subject", STRING, "\"\""),
      DETAIL("preview_text", STRING, "\"\""));
SHAPE(sms, CHANNEL, DETAIL("template_id", STRING, "null", | SBX_NULLABLE),
      DETAIL("cost", NUMBER, "null", | SBX_NULLABLE | SBX_NOT_ON_CREATE),
      DETAIL("mms_static_image_asset_id", INTEGER, "null", | SBX_NULLABLE),
      DETAIL("shorten_links", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("include_contact_card", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("body", STRING, "\"\""), DETAIL("add_org_prefix", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("add_info_link", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("add_opt_out_language", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("mms_dynamic_image_template", STRING, "null", | SBX_NULLABLE),
      DETAIL_OF("text_message_type", text_types, "\"SMS\""),
      DETAIL("message_hierarchy", ANY, "null", | SBX_NULLABLE));
SHAPE(button, FIELD("label", STRING, | SBX_REQUIRED),
      WORDS("action_type", button_actions, | SBX_REQUIRED), FIELD("url", STRING, | SBX_NULLABLE),
      FIELD("icon", STRING, | SBX_NULLABLE), FIELD("custom_action_id", STRING, | SBX_NULLABLE));
SHAPE(push, CHANNEL, DETAIL("title", STRING, "\"\""), DETAIL("body", STRING, "\"\""),
      DETAIL("badge", BOOLEAN, "false"),
      DETAIL_OF("badge_config", badge_configs, "\"increment-one\""),
      DETAIL("badge_value", STRING, "\"1\""), DETAIL("sound_file_name", STRING, "\"\""),
      DETAIL("static_asset_id", INTEGER, "null", | SBX_NULLABLE), DETAIL("sound", BOOLEAN, "false"),
      DETAIL("open_action", INTEGER, "0"), DETAIL("dynamic_media_template", STRING, "\"\""),
      DETAIL("kv_pairs", MAP, "null", | SBX_NULLABLE),
      DETAIL_OF("push_type", push_types, "\"standard\""),
      DETAIL("ios_deep_link", STRING, "null", | SBX_NULLABLE),
      DETAIL("android_deep_link", STRING, "null", | SBX_NULLABLE),
      DETAIL("web_url", STRING, "null", | SBX_NULLABLE),
      DETAIL("content_available", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("mutable_content", BOOLEAN, "null", | SBX_NULLABLE),
      DETAIL("video_asset_id", STRING, "null", | SBX_NULLABLE),
      {.name = "action_buttons",
       .kind = SBX_IS_LIST,
       .shape = &button,
       .flags = SBX_NULLABLE,
       .absent = "null"});
SHAPE(whatsapp, CHANNEL, DETAIL("template_id", STRING, "null", | SBX_NULLABLE),
      DETAIL("shorten_links", BOOLEAN, "true"));

const sbx_channel sbx_channels_openapi[] = {
    {"email", &email}, {"sms", &sms}, {"push", &push}, {"whatsapp", &whatsapp}, {0}};

LINK(campaign_link, campaign_type);
LINK(audience_link, audience_type);
LINK(message_link, message_type);
LINKS(audience_links, audience_type);
LINKS(message_links, message_type);
LINKS(tag_links, tag_type);

SHAPE(variation_definition, FIELD("name", STRING, | SBX_NULLABLE),
      FIELD("details", DETAILS, | SBX_NULLABLE));
SHAPE(inline_variation, OF("definition", OBJECT, variation_definition, | SBX_REQUIRED));

SHAPE(send_settings, FIELD("send_timezone", ZONE, | SBX_NULLABLE),
      FIELD("send_strategy", STRING, | SBX_NULLABLE),
      FIELD("send_passed_rltz_immediately", BOOLEAN, | SBX_NULLABLE),
      FIELD("exit_condition_enabled", BOOLEAN, | SBX_NULLABLE),
      FIELD("exit_condition_conversion_metric_id", STRING, | SBX_NULLABLE));
SHAPE(campaign_definition, FIELD("name", STRING, | SBX_NULLABLE),
      WORDS("builder", builders, | SBX_NULLABLE), FIELD("archived", BOOLEAN, | SBX_NULLABLE),
      FIELD("color", STRING, | SBX_NULLABLE), FIELD("description", STRING, | SBX_NULLABLE),
      OF("send_settings", OBJECT, send_settings, | SBX_NULLABLE));

/* Fields that came with 2026-10-15. Only their names are published: they are checked for the most
 * likely type, and not for their values. */
SHAPE(ab_test, FIELD("winner_metric", STRING, | SBX_NULLABLE),
      FIELD("winner_percentage", NUMBER, | SBX_NULLABLE),
      FIELD("winner_wait_hours", NUMBER, | SBX_NULLABLE));
#define AB_TEST                                                                                    \
    {                                                                                              \
        .name = "ab_test", .kind = SBX_IS_OBJECT, .shape = &ab_test, .flags = SBX_NULLABLE,        \
        .dialects = SBX_DIALECT_OPENAPI_1015                                                       \
    }
#define TRACKING_PARAMS                                                                            \
    {                                                                                              \
        .name = "tracking_params", .kind = SBX_IS_MAPS, .flags = SBX_NULLABLE,                     \
        .dialects = SBX_DIALECT_OPENAPI_1015                                                       \
    }

/* POST campaigns */
SHAPE(inline_audience, FIELD("temporary_id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_NULLABLE), FIELD("included", STRINGS, | SBX_NULLABLE),
      FIELD("excluded", STRINGS, | SBX_NULLABLE));
SHAPE(inline_message, FIELD("audience_temporary_id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_NULLABLE), FIELD("is_add_utm", BOOLEAN, | SBX_NULLABLE),
      WORDS("throttling_type", inline_throttlings, | SBX_NULLABLE), AB_TEST, TRACKING_PARAMS,
      OF("variations", LIST, inline_variation, | SBX_NULLABLE));
SHAPE(campaign_create_attributes, OF("definition", OBJECT, campaign_definition, | SBX_REQUIRED),
      OF("messages", LIST, inline_message, | SBX_NULLABLE),
      OF("audiences", LIST, inline_audience, | SBX_NULLABLE));
SHAPE(campaign_create_relationships, OF("campaign-audiences", OBJECT, audience_links),
      OF("campaign-messages", OBJECT, message_links), OF("tags", OBJECT, tag_links));
SHAPE(campaign_create_data, TYPE(campaign_type),
      OF("attributes", OBJECT, campaign_create_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, campaign_create_relationships));

/* PATCH campaigns/{id} */
SHAPE(campaign_update_attributes, OF("definition", OBJECT, campaign_definition, | SBX_REQUIRED));
SHAPE(campaign_update_data, TYPE(campaign_type), ID,
      OF("attributes", OBJECT, campaign_update_attributes, | SBX_REQUIRED));

/* POST campaign-clone */
SHAPE(campaign_clone_attributes, FIELD("name", STRING, | SBX_NULLABLE));
SHAPE(campaign_clone_data, TYPE(campaign_type), ANY_ID,
      OF("attributes", OBJECT, campaign_clone_attributes, | SBX_REQUIRED));

/* campaign-audiences */
SHAPE(audience_definition, FIELD("name", STRING, | SBX_NULLABLE),
      FIELD("included", STRINGS, | SBX_NULLABLE), FIELD("excluded", STRINGS, | SBX_NULLABLE),
      FIELD("priority", INTEGER, | SBX_NULLABLE | SBX_NOT_NEGATIVE));
SHAPE(audience_create_attributes, OF("definition", OBJECT, audience_definition, | SBX_REQUIRED));
SHAPE(audience_create_relationships, OF("campaign", OBJECT, campaign_link, | SBX_REQUIRED),
      OF("campaign-messages", OBJECT, message_links));
SHAPE(audience_create_data, TYPE(audience_type),
      OF("attributes", OBJECT, audience_create_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, audience_create_relationships, | SBX_REQUIRED));
SHAPE(audience_update_attributes, OF("definition", OBJECT, audience_definition, | SBX_NULLABLE));
SHAPE(audience_update_data, TYPE(audience_type), ID,
      OF("attributes", OBJECT, audience_update_attributes, | SBX_REQUIRED));

/* campaign-messages. The file has status, times and strategy in the definition, but only scheduling
 * sets them. */
SHAPE(tracking_options, FIELD("is_add_utm", BOOLEAN, | SBX_NULLABLE),
      FIELD("is_tracking_clicks", BOOLEAN, | SBX_NULLABLE),
      FIELD("is_tracking_opens", BOOLEAN, | SBX_NULLABLE), TRACKING_PARAMS);
SHAPE(send_options, FIELD("send_time", STRING, | SBX_READ_ONLY),
      FIELD("send_times", MAP, | SBX_READ_ONLY), FIELD("send_strategy", STRING, | SBX_READ_ONLY),
      FIELD("recipient_percentage", INTEGER, | SBX_NULLABLE),
      WORDS("throttling_type", throttlings, | SBX_NULLABLE),
      {.name = "throttle_unit",
       .kind = SBX_IS_STRING,
       .flags = SBX_READ_ONLY,
       .dialects = SBX_DIALECT_SINCE_0715},
      FIELD("is_ignoring_unsubscribes", BOOLEAN, | SBX_NULLABLE));
SHAPE(message_definition, FIELD("name", STRING, | SBX_NULLABLE),
      FIELD("status", STRING, | SBX_READ_ONLY), AB_TEST,
      OF("tracking_options", OBJECT, tracking_options, | SBX_NULLABLE),
      OF("send_options", OBJECT, send_options, | SBX_NULLABLE));
SHAPE(message_create_attributes, OF("definition", OBJECT, message_definition, | SBX_REQUIRED),
      OF("variations", LIST, inline_variation, | SBX_NULLABLE));
SHAPE(message_create_relationships, OF("campaign", OBJECT, campaign_link, | SBX_REQUIRED),
      OF("campaign-audience", OBJECT, audience_link, | SBX_REQUIRED));
SHAPE(message_create_data, TYPE(message_type),
      OF("attributes", OBJECT, message_create_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, message_create_relationships, | SBX_REQUIRED));
SHAPE(message_update_attributes, OF("definition", OBJECT, message_definition, | SBX_NULLABLE));
SHAPE(message_update_data, TYPE(message_type), ID,
      OF("attributes", OBJECT, message_update_attributes, | SBX_REQUIRED));

/* campaign-variations */
SHAPE(variation_attributes, OF("definition", OBJECT, variation_definition, | SBX_REQUIRED));
SHAPE(variation_create_relationships, OF("campaign-message", OBJECT, message_link, | SBX_REQUIRED));
SHAPE(variation_create_data, TYPE(variation_type),
      OF("attributes", OBJECT, variation_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, variation_create_relationships, | SBX_REQUIRED));
SHAPE(variation_update_data, TYPE(variation_type), ID,
      OF("attributes", OBJECT, variation_attributes, | SBX_REQUIRED));

/* The clones of audiences and messages, in both dialects. */
SHAPE(clone_attributes, ANY_ID, FIELD("name", STRING, | SBX_NULLABLE));
SHAPE(audience_clone_relationships, OF("campaign", OBJECT, campaign_link));
SHAPE(audience_clone_data, TYPE(audience_clone_type), ANY_ID,
      OF("attributes", OBJECT, clone_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, audience_clone_relationships));
SHAPE(message_clone_relationships, OF("campaign-audience", OBJECT, audience_link, | SBX_REQUIRED));
SHAPE(message_clone_data, TYPE(message_type), ANY_ID,
      OF("attributes", OBJECT, clone_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, message_clone_relationships, | SBX_REQUIRED));

/* campaign-message-schedule */
SHAPE(throttled_options, FIELD("throttling_percentage", PERCENT, | SBX_REQUIRED),
      {.name = "throttle_unit",
       .kind = SBX_IS_STRING,
       .words = units,
       .dialects = SBX_DIALECT_SINCE_0715});
SHAPE(timezone_options, FIELD("send_past_timezones_tomorrow", BOOLEAN, | SBX_NULLABLE));
SHAPE(schedule_attributes, FIELD("send_time", INSTANT, | SBX_NULLABLE),
      FIELD("send_date", DATE, | SBX_NULLABLE), WORDS("strategy", strategies, | SBX_REQUIRED),
      OF("throttled_options", OBJECT, throttled_options, | SBX_NULLABLE),
      OF("timezone_options", OBJECT, timezone_options, | SBX_NULLABLE));
SHAPE(schedule_relationships, OF("campaign-message", OBJECT, message_link, | SBX_REQUIRED));
SHAPE(schedule_create_data, TYPE(schedule_type),
      OF("attributes", OBJECT, schedule_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, schedule_relationships, | SBX_REQUIRED));
SHAPE(action_attributes, WORDS("action", actions, | SBX_REQUIRED));
SHAPE(schedule_update_data, TYPE(schedule_type), ID,
      OF("attributes", OBJECT, action_attributes, | SBX_REQUIRED));

/* The operations beside the .pre revisions */
SHAPE(estimation_create_data, TYPE(estimation_job_type), ANY_ID);
LINK(template_link, template_type);
SHAPE(template_relationships, OF("template", OBJECT, template_link, | SBX_REQUIRED));
SHAPE(template_assign_data, TYPE(message_type), ANY_ID,
      OF("relationships", OBJECT, template_relationships, | SBX_REQUIRED));
SHAPE(render_attributes, FIELD("context", MAP, | SBX_REQUIRED));
SHAPE(template_render_data, TYPE(template_type), ANY_ID,
      OF("attributes", OBJECT, render_attributes, | SBX_REQUIRED));
LINK(tag_group_link, tag_group_type);
SHAPE(tag_attributes, FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY));
SHAPE(tag_relationships, OF("tag-group", OBJECT, tag_group_link));
SHAPE(tag_create_data, TYPE(tag_type), OF("attributes", OBJECT, tag_attributes, | SBX_REQUIRED),
      OF("relationships", OBJECT, tag_relationships));
LINKS(tagged_campaigns, campaign_type);
SHAPE(timeframe, WORDS("key", timeframes), FIELD("start", INSTANT), FIELD("end", INSTANT));
SHAPE(values_report_attributes,
      {.name = "statistics",
       .kind = SBX_IS_STRINGS,
       .flags = SBX_REQUIRED | SBX_NOT_EMPTY,
       .words = statistics},
      OF("timeframe", OBJECT, timeframe, | SBX_REQUIRED),
      FIELD("conversion_metric_id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      {.name = "group_by", .kind = SBX_IS_STRINGS, .flags = SBX_NULLABLE, .words = group_bys},
      FIELD("filter", STRING, | SBX_NULLABLE));
SHAPE(values_report_data, TYPE(values_report_type),
      OF("attributes", OBJECT, values_report_attributes, | SBX_REQUIRED));
#define BESIDE(X)                                                                                  \
    X(ESTIMATION_JOB_CREATE, estimation_create)                                                    \
    X(TEMPLATE_ASSIGN, template_assign)                                                            \
    X(TEMPLATE_RENDER, template_render)                                                            \
    X(TAG_CREATE, tag_create)                                                                      \
    X(VALUES_REPORT, values_report)

#define LISTS(X)                                                                                   \
    X(TAG_ATTACH, tagged_campaigns)                                                                \
    X(TAG_DETACH, tagged_campaigns)

SHAPE_OF_OPERATION(sbx_shape_openapi, BESIDE, LISTS)
