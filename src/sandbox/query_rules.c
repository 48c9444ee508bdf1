/* SPDX-License-Identifier: MIT */
#include "query_rules.h"

#define GUIDE   SBX_DIALECT_GUIDE
#define OPENAPI SBX_DIALECT_ANY_OPENAPI
#define ANY     SBX_DIALECT_ANY

const char *const sbx_type_names[SBX_TYPE_COUNT] = {
    [SBX_TYPE_CAMPAIGN] = "campaign",
    [SBX_TYPE_AUDIENCE] = "campaign-audience",
    [SBX_TYPE_MESSAGE] = "campaign-message",
    [SBX_TYPE_VARIATION] = "campaign-variation",
    [SBX_TYPE_TAG] = "tag",
    [SBX_TYPE_IMAGE] = "image",
    [SBX_TYPE_TRANSLATION] = "translation",
    [SBX_TYPE_SCHEDULE] = "campaign-message-schedule",
};

/* Filters. */

#define FIND_CAMPAIGN "(SELECT pk FROM campaigns WHERE id = ?)"
#define FIND_MESSAGE  "(SELECT pk FROM messages WHERE id = ?)"

static const sbx_filter_word builders[] = {{"wizard", "wizard"}, {"canvas", "canvas"}, {0}};

static const sbx_filter_word guide_statuses[] = {
    {"DRAFT", "DRAFT"}, {"SCHEDULED", "SCHEDULED"}, {"SENDING", "SENDING"},
    {"SENT", "SENT"},   {"CANCELLED", "CANCELLED"}, {0},
};

static const sbx_filter_word openapi_statuses[] = {
    {"draft", "DRAFT"}, {"scheduled", "SCHEDULED"}, {"sending", "SENDING"},
    {"sent", "SENT"},   {"cancelled", "CANCELLED"}, {0},
};

#define STRING(name_, single_, list_, column_)                                                     \
    {                                                                                              \
        .name = name_, .single = single_, .list = list_, .type = SBX_FILTER_STRING,                \
        .column = column_                                                                          \
    }
#define WORD(name_, column_, words_)                                                               \
    {                                                                                              \
        .name = name_, .single = SBX_FILTER_EQUALS, .type = SBX_FILTER_STRING, .column = column_,  \
        .words = words_                                                                            \
    }
#define PARENT(name_, column_, find_)                                                              \
    {                                                                                              \
        .name = name_, .single = SBX_FILTER_EQUALS, .type = SBX_FILTER_STRING, .column = column_,  \
        .placeholder = find_                                                                       \
    }
#define RANGE(name_, column_)                                                                      \
    { .name = name_, .single = SBX_FILTER_RANGE, .type = SBX_FILTER_DATETIME, .column = column_ }
#define BOOLEAN(name_, column_)                                                                    \
    { .name = name_, .single = SBX_FILTER_EQUALS, .type = SBX_FILTER_BOOLEAN, .column = column_ }

#define CAMPAIGN_FILTERS                                                                           \
    STRING("name", SBX_FILTER_CONTAINS, 0, "campaigns.name"),                                      \
        BOOLEAN("archived", "campaigns.archived"), WORD("builder", "campaigns.builder", builders), \
        RANGE("created_at", "campaigns.created"), RANGE("updated_at", "campaigns.updated"), {      \
        0                                                                                          \
    }
#define MESSAGE_FILTERS                                                                            \
    STRING("name", SBX_FILTER_CONTAINS, 0, "messages.name"), RANGE("created", "messages.created"), \
        RANGE("updated", "messages.updated"), {                                                    \
        0                                                                                          \
    }

/* The guide names id without an operator: equals and any are what an id can mean. */
static const sbx_filter_field guide_campaign_filters[] = {
    STRING("id", SBX_FILTER_EQUALS, SBX_FILTER_ANY, "campaigns.id"),
    CAMPAIGN_FILTERS,
};
static const sbx_filter_field openapi_campaign_filters[] = {
    STRING("id", 0, SBX_FILTER_ANY, "campaigns.id"),
    CAMPAIGN_FILTERS,
};
static const sbx_filter_field guide_message_filters[] = {
    STRING("id", SBX_FILTER_EQUALS, SBX_FILTER_ANY, "messages.id"),
    PARENT("campaign.id", "messages.campaign", FIND_CAMPAIGN),
    WORD("status", "messages.status", guide_statuses),
    MESSAGE_FILTERS,
};
static const sbx_filter_field openapi_message_filters[] = {
    STRING("id", SBX_FILTER_EQUALS, SBX_FILTER_ANY | SBX_FILTER_EQUALS, "messages.id"),
    PARENT("campaign_id", "messages.campaign", FIND_CAMPAIGN),
    WORD("status", "messages.status", openapi_statuses),
    MESSAGE_FILTERS,
};
static const sbx_filter_field audience_filters[] = {
    PARENT("campaign.id", "audiences.campaign", FIND_CAMPAIGN),
    {0},
};
static const sbx_filter_field variation_filters[] = {
    PARENT("campaign-message.id", "variations.message", FIND_MESSAGE),
    {0},
};

/* Sorts and pages. */

static const sbx_sort_rule campaign_sorts[] = {
    {ANY, {"updated_at", "campaigns.updated", "campaigns.pk", true}},
    {ANY, {"created_at", "campaigns.created", "campaigns.pk", true}},
    {ANY, {"id", NULL, "campaigns.pk", true}},
    {ANY, {"name", "campaigns.name", "campaigns.pk", false}},
    {0},
};
static const sbx_sort_rule message_sorts[] = {
    {ANY, {"updated", "messages.updated", "messages.pk", true}},
    {ANY, {"created", "messages.created", "messages.pk", true}},
    {ANY, {"id", NULL, "messages.pk", true}},
    {ANY, {"name", "messages.name", "messages.pk", false}},
    {OPENAPI, {"status", "messages.status", "messages.pk", false}},
    {0},
};
static const sbx_sort_rule audience_order[] = {{ANY, {"id", NULL, "audiences.pk", true}}, {0}};
static const sbx_sort_rule message_order[] = {{ANY, {"id", NULL, "messages.pk", true}}, {0}};
static const sbx_sort_rule variation_order[] = {{ANY, {"id", NULL, "variations.pk", true}}, {0}};

static const sbx_list_rule campaign_list = {
    guide_campaign_filters, openapi_campaign_filters, campaign_sorts, true, true, 100, 100,
};
static const sbx_list_rule message_list = {
    guide_message_filters, openapi_message_filters, message_sorts, true, true, 20, 100,
};
static const sbx_list_rule audience_list = {
    audience_filters, NULL, audience_order, false, false, 20, 100,
};
static const sbx_list_rule variation_list = {
    variation_filters, NULL, variation_order, false, false, 20, 100,
};
static const sbx_list_rule nested_messages = {NULL, NULL, message_order, false, false, 20, 0};

/* Includes. */

static const sbx_include_rule campaign_includes[] = {
    {"campaign-audiences", SBX_TYPE_AUDIENCE, ANY},
    {"campaign-messages", SBX_TYPE_MESSAGE, ANY},
    {"campaign-variations", SBX_TYPE_VARIATION, GUIDE},
    {"tags", SBX_TYPE_TAG, GUIDE},
    {0},
};
static const sbx_include_rule audience_includes[] = {
    {"campaign", SBX_TYPE_CAMPAIGN, ANY},
    {"campaign-messages", SBX_TYPE_MESSAGE, ANY},
    {0},
};
static const sbx_include_rule message_includes[] = {
    {"campaign", SBX_TYPE_CAMPAIGN, ANY},
    {"campaign-variations", SBX_TYPE_VARIATION, ANY},
    {0},
};
static const sbx_include_rule variation_includes[] = {
    {"campaign-message", SBX_TYPE_MESSAGE, ANY},
    {"image", SBX_TYPE_IMAGE, OPENAPI},
    {"translation", SBX_TYPE_TRANSLATION, OPENAPI},
    {0},
};

#define C   SBX_TYPE_BIT(SBX_TYPE_CAMPAIGN)
#define A   SBX_TYPE_BIT(SBX_TYPE_AUDIENCE)
#define M   SBX_TYPE_BIT(SBX_TYPE_MESSAGE)
#define V   SBX_TYPE_BIT(SBX_TYPE_VARIATION)
#define T   SBX_TYPE_BIT(SBX_TYPE_TAG)
#define IMG SBX_TYPE_BIT(SBX_TYPE_IMAGE)
#define TR  SBX_TYPE_BIT(SBX_TYPE_TRANSLATION)
#define S   SBX_TYPE_BIT(SBX_TYPE_SCHEDULE)

const sbx_query_rule sbx_query_rules[SBX_OP_COUNT] = {
    [SBX_OP_CAMPAIGN_LIST] = {ANY, &campaign_list, campaign_includes, C | A | M | V | T, C | A | M},
    [SBX_OP_CAMPAIGN_CREATE] = {ANY, NULL, NULL, C, C},
    [SBX_OP_CAMPAIGN_GET] = {ANY, NULL, campaign_includes, C | A | M | V | T, C | A | M},
    [SBX_OP_CAMPAIGN_UPDATE] = {ANY, NULL, NULL, C, C},
    [SBX_OP_CAMPAIGN_DELETE] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_CAMPAIGN_CLONE] = {ANY, NULL, NULL, C, C},

    [SBX_OP_AUDIENCE_LIST] = {GUIDE, &audience_list, audience_includes, C | A | M, 0},
    [SBX_OP_AUDIENCE_CREATE] = {ANY, NULL, NULL, A, A},
    [SBX_OP_AUDIENCE_GET] = {ANY, NULL, audience_includes, C | A | M, C | A | M},
    [SBX_OP_AUDIENCE_UPDATE] = {ANY, NULL, NULL, A, A},
    [SBX_OP_AUDIENCE_DELETE] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_AUDIENCE_CLONE] = {ANY, NULL, NULL, A, A},

    [SBX_OP_MESSAGE_LIST] = {ANY, &message_list, message_includes, C | M | V, C | M | V},
    [SBX_OP_MESSAGE_CREATE] = {ANY, NULL, NULL, M, M},
    [SBX_OP_MESSAGE_GET] = {ANY, NULL, message_includes, C | M | V, C | M | V},
    [SBX_OP_MESSAGE_UPDATE] = {ANY, NULL, NULL, M, M},
    [SBX_OP_MESSAGE_DELETE] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_MESSAGE_CLONE] = {ANY, NULL, NULL, M, M},

    [SBX_OP_VARIATION_LIST] = {GUIDE, &variation_list, variation_includes, M | V, 0},
    [SBX_OP_VARIATION_CREATE] = {ANY, NULL, NULL, V, V},
    [SBX_OP_VARIATION_GET] = {ANY, NULL, variation_includes, M | V, M | V | IMG | TR},
    [SBX_OP_VARIATION_UPDATE] = {ANY, NULL, NULL, V, V},
    [SBX_OP_VARIATION_DELETE] = {ANY, NULL, NULL, 0, 0},

    [SBX_OP_SCHEDULE_CREATE] = {ANY, NULL, NULL, S, S},
    [SBX_OP_SCHEDULE_UPDATE] = {ANY, NULL, NULL, 0, 0},

    [SBX_OP_CAMPAIGN_AUDIENCES] = {ANY, NULL, NULL, A, A},
    [SBX_OP_CAMPAIGN_MESSAGES] = {ANY, &nested_messages, NULL, M, M},
    [SBX_OP_CAMPAIGN_TAGS] = {GUIDE, NULL, NULL, T, 0},
    [SBX_OP_AUDIENCE_CAMPAIGN] = {ANY, NULL, NULL, C, C},
    [SBX_OP_AUDIENCE_MESSAGES] = {ANY, &nested_messages, NULL, M, M},
    [SBX_OP_MESSAGE_CAMPAIGN] = {ANY, NULL, NULL, C, C},
    [SBX_OP_MESSAGE_AUDIENCE] = {ANY, NULL, NULL, A, A},
    [SBX_OP_MESSAGE_VARIATIONS] = {ANY, NULL, NULL, V, V},
    [SBX_OP_MESSAGE_TAGS] = {OPENAPI, NULL, NULL, 0, T},
    [SBX_OP_VARIATION_MESSAGE] = {ANY, NULL, NULL, M, M},
    [SBX_OP_VARIATION_IMAGE] = {OPENAPI, NULL, NULL, 0, IMG},
    [SBX_OP_VARIATION_TRANSLATION] = {OPENAPI, NULL, NULL, 0, TR},

    [SBX_OP_CAMPAIGN_AUDIENCES_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_CAMPAIGN_MESSAGES_IDS] = {ANY, &nested_messages, NULL, 0, 0},
    [SBX_OP_CAMPAIGN_TAGS_IDS] = {GUIDE, NULL, NULL, 0, 0},
    [SBX_OP_AUDIENCE_CAMPAIGN_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_AUDIENCE_MESSAGES_IDS] = {ANY, &nested_messages, NULL, 0, 0},
    [SBX_OP_MESSAGE_CAMPAIGN_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_MESSAGE_AUDIENCE_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_MESSAGE_VARIATIONS_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_MESSAGE_TAGS_IDS] = {OPENAPI, NULL, NULL, 0, 0},
    [SBX_OP_VARIATION_MESSAGE_IDS] = {ANY, NULL, NULL, 0, 0},
    [SBX_OP_VARIATION_IMAGE_IDS] = {OPENAPI, NULL, NULL, 0, 0},
    [SBX_OP_VARIATION_TRANSLATION_IDS] = {OPENAPI, NULL, NULL, 0, 0},
};
