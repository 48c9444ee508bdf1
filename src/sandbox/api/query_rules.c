/* SPDX-License-Identifier: MIT */
#include "api/query_rules.h"

#define GUIDE   SBX_DIALECT_GUIDE
#define OPENAPI SBX_DIALECT_ANY_OPENAPI
#define GA      SBX_DIALECT_OPENAPI_1015
#define BESIDE  SBX_DIALECT_BESIDE
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
    [SBX_TYPE_ESTIMATION_JOB] = "campaign-recipient-estimation-job",
    [SBX_TYPE_ESTIMATION] = "campaign-recipient-estimation",
    [SBX_TYPE_LIST] = "list",
    [SBX_TYPE_SEGMENT] = "segment",
    [SBX_TYPE_TEMPLATE] = "template",
    [SBX_TYPE_METRIC] = "metric",
    [SBX_TYPE_ACCOUNT] = "account",
    [SBX_TYPE_VALUES_REPORT] = "campaign-values-report",
};

const char *const sbx_fields_names[SBX_TYPE_COUNT] = {
    [SBX_TYPE_CAMPAIGN] = "fields[campaign]",
    [SBX_TYPE_AUDIENCE] = "fields[campaign-audience]",
    [SBX_TYPE_MESSAGE] = "fields[campaign-message]",
    [SBX_TYPE_VARIATION] = "fields[campaign-variation]",
    [SBX_TYPE_TAG] = "fields[tag]",
    [SBX_TYPE_IMAGE] = "fields[image]",
    [SBX_TYPE_TRANSLATION] = "fields[translation]",
    [SBX_TYPE_SCHEDULE] = "fields[campaign-message-schedule]",
    [SBX_TYPE_ESTIMATION_JOB] = "fields[campaign-recipient-estimation-job]",
    [SBX_TYPE_ESTIMATION] = "fields[campaign-recipient-estimation]",
    [SBX_TYPE_LIST] = "fields[list]",
    [SBX_TYPE_SEGMENT] = "fields[segment]",
    [SBX_TYPE_TEMPLATE] = "fields[template]",
    [SBX_TYPE_METRIC] = "fields[metric]",
    [SBX_TYPE_ACCOUNT] = "fields[account]",
    [SBX_TYPE_VALUES_REPORT] = "fields[campaign-values-report]",
};

/* --- filters --- */

#define KEY_OF "ulid_key(?)"

static const sbx_filter_word builders[] = {{"wizard", "wizard"}, {"canvas", "canvas"}, {0}};

static const sbx_filter_word guide_statuses[] = {
    {"DRAFT", "DRAFT"}, {"SCHEDULED", "SCHEDULED"}, {"SENDING", "SENDING"},
    {"SENT", "SENT"},   {"CANCELLED", "CANCELLED"}, {0},
};

static const sbx_filter_word openapi_statuses[] = {
    {"draft", "DRAFT"}, {"scheduled", "SCHEDULED"}, {"sending", "SENDING"},
    {"sent", "SENT"},   {"cancelled", "CANCELLED"}, {0},
};

/* Initialisers, in the order of sbx_filter_field: name, single, list, type, column, placeholder,
 * use, words. */
#define STRING  SBX_FILTER_STRING
#define EQUALS  SBX_FILTER_EQUALS
#define IN_LIST SBX_FILTER_ANY
#define KEY     SBX_FILTER_KEY
#define GROUP   SBX_FILTER_GROUP
#define WALK    SBX_FILTER_SCAN
#define NAME(column_)                                                                              \
    { "name", SBX_FILTER_CONTAINS, 0, STRING, column_, NULL, WALK, NULL }
#define RANGE(name_, column_)                                                                      \
    { name_, SBX_FILTER_RANGE, 0, SBX_FILTER_DATETIME, column_, NULL, WALK, NULL }
#define ARCHIVED                                                                                   \
    { "archived", EQUALS, 0, SBX_FILTER_BOOLEAN, "campaigns.archived", NULL, GROUP, NULL }
#define BUILDER                                                                                    \
    { "builder", EQUALS, 0, STRING, "campaigns.builder", NULL, WALK, builders }

/* The guide lists id without operators; equals and any are the ones that make sense for an id. */
static const sbx_filter_field guide_campaign_filters[] = {
    {"id", EQUALS, IN_LIST, STRING, "campaigns.pk", KEY_OF, KEY, NULL},
    NAME("campaigns.name"),
    ARCHIVED,
    BUILDER,
    RANGE("created_at", "campaigns.created"),
    RANGE("updated_at", "campaigns.updated"),
    {0},
};
static const sbx_filter_field openapi_campaign_filters[] = {
    {"id", 0, IN_LIST, STRING, "campaigns.pk", KEY_OF, KEY, NULL},
    NAME("campaigns.name"),
    ARCHIVED,
    BUILDER,
    RANGE("created_at", "campaigns.created"),
    RANGE("updated_at", "campaigns.updated"),
    {0},
};
static const sbx_filter_field guide_message_filters[] = {
    {"id", EQUALS, IN_LIST, STRING, "messages.pk", KEY_OF, KEY, NULL},
    {"campaign.id", EQUALS, 0, STRING, "messages.campaign", KEY_OF, KEY, NULL},
    NAME("messages.name"),
    {"status", EQUALS, 0, STRING, "messages.status", NULL, GROUP, guide_statuses},
    RANGE("created", "messages.created"),
    RANGE("updated", "messages.updated"),
    {0},
};
static const sbx_filter_field openapi_message_filters[] = {
    {"id", EQUALS, IN_LIST | EQUALS, STRING, "messages.pk", KEY_OF, KEY, NULL},
    {"campaign_id", EQUALS, 0, STRING, "messages.campaign", KEY_OF, KEY, NULL},
    NAME("messages.name"),
    {"status", EQUALS, 0, STRING, "messages.status", NULL, GROUP, openapi_statuses},
    RANGE("created", "messages.created"),
    RANGE("updated", "messages.updated"),
    {0},
};
static const sbx_filter_field audience_filters[] = {
    {"campaign.id", EQUALS, 0, STRING, "audiences.campaign", KEY_OF, KEY, NULL},
    {0},
};
static const sbx_filter_field variation_filters[] = {
    {"campaign-message.id", EQUALS, 0, STRING, "variations.message", KEY_OF, KEY, NULL},
    {0},
};

/* The resources beside campaigns. Their ids are no keys, so that lists are read in sort order. */
#define AMONG(name_, column_)                                                                      \
    { name_, 0, IN_LIST | EQUALS, STRING, column_, NULL, WALK, NULL }
#define ID_OR_AMONG(column_)                                                                       \
    { "id", EQUALS, IN_LIST | EQUALS, STRING, column_, NULL, WALK, NULL }
#define EXACTLY(name_, type_, column_)                                                             \
    { name_, EQUALS, 0, type_, column_, NULL, WALK, NULL }
#define LATER_THAN(name_, column_)                                                                 \
    { name_, SBX_FILTER_GREATER_THAN, 0, SBX_FILTER_DATETIME, column_, NULL, WALK, NULL }
#define DATES(name_, column_)                                                                      \
    { name_, EQUALS | SBX_FILTER_RANGE, 0, SBX_FILTER_DATETIME, column_, NULL, WALK, NULL }

static const sbx_filter_field list_filters[] = {
    ID_OR_AMONG("lists.id"),
    AMONG("name", "lists.name"),
    LATER_THAN("created", "lists.created"),
    LATER_THAN("updated", "lists.updated"),
    {0},
};
static const sbx_filter_field segment_filters[] = {
    ID_OR_AMONG("lists.id"),
    AMONG("name", "lists.name"),
    LATER_THAN("created", "lists.created"),
    LATER_THAN("updated", "lists.updated"),
    {"is_active", EQUALS, IN_LIST | EQUALS, SBX_FILTER_BOOLEAN, "lists.active", NULL, WALK, NULL},
    EXACTLY("is_starred", SBX_FILTER_BOOLEAN, "lists.starred"),
    {0},
};
static const sbx_filter_field template_filters[] = {
    AMONG("id", "templates.id"),
    {"name", EQUALS | SBX_FILTER_CONTAINS, IN_LIST | EQUALS, STRING, "templates.name", NULL, WALK,
     NULL},
    DATES("created", "templates.created"),
    DATES("updated", "templates.updated"),
    {0},
};
static const sbx_filter_field tag_filters[] = {
    {"name", EQUALS | SBX_FILTER_CONTAINS | SBX_FILTER_STARTS_WITH | SBX_FILTER_ENDS_WITH, EQUALS,
     STRING, "tags.name", NULL, WALK, NULL},
    {0},
};
static const sbx_filter_field metric_filters[] = {
    EXACTLY("integration.name", STRING, "metrics.integration"),
    EXACTLY("integration.category", STRING, "metrics.category"),
    {0},
};

/* --- sorts and page sizes --- */

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
    guide_campaign_filters, openapi_campaign_filters, campaign_sorts, true, true, 100, 100, NULL};
static const sbx_list_rule message_list = {
    guide_message_filters, openapi_message_filters, message_sorts, true, true, 20, 100, NULL};
static const sbx_list_rule audience_list = {
    audience_filters, NULL, audience_order, false, false, 20, 100, NULL};
static const sbx_list_rule variation_list = {
    variation_filters, NULL, variation_order, false, false, 20, 100, NULL};
static const sbx_list_rule nested_messages = {NULL, NULL, message_order, false, false, 20, 0, NULL};

#define NAMED_SORTS(table)                                                                         \
    {BESIDE, {"id", table ".id", table ".pk", false}}, {                                           \
        BESIDE, {                                                                                  \
            "name", table ".name", table ".pk", false                                              \
        }                                                                                          \
    }
#define DATED_SORTS(table)                                                                         \
    {BESIDE, {"created", table ".created", table ".pk", true}}, {                                  \
        BESIDE, {                                                                                  \
            "updated", table ".updated", table ".pk", true                                         \
        }                                                                                          \
    }
static const sbx_sort_rule list_sorts[] = {NAMED_SORTS("lists"), DATED_SORTS("lists"), {0}};
static const sbx_sort_rule template_sorts[] = {
    NAMED_SORTS("templates"), DATED_SORTS("templates"), {0}};
static const sbx_sort_rule tag_sorts[] = {NAMED_SORTS("tags"), {0}};
static const sbx_sort_rule metric_order[] = {NAMED_SORTS("metrics"), {0}};

static const sbx_list_rule lists = {NULL, list_filters, list_sorts, false, true, 10, 10, NULL};
static const sbx_list_rule segments = {NULL, segment_filters, list_sorts, false, true, 10, 10,
                                       NULL};
static const sbx_list_rule templates = {NULL, template_filters, template_sorts, false, true, 10, 10,
                                        NULL};
static const sbx_list_rule tags = {NULL, tag_filters, tag_sorts, false, true, 50, 50, NULL};
static const sbx_list_rule metrics = {NULL, metric_filters, metric_order, false, false, 200, 0,
                                      NULL};
/* Its filter and its order are in the body and the handler (resources/report.c); the file does not
 * say how many groupings a page has. */
static const sbx_list_rule reports = {NULL, NULL, message_order, false, false,
                                      100,  0,    "page_cursor"};

/* --- includes --- */

static const sbx_include_rule campaign_includes[] = {
    {"campaign-audiences", SBX_TYPE_AUDIENCE, ANY},
    {"campaign-messages", SBX_TYPE_MESSAGE, ANY},
    {"campaign-variations", SBX_TYPE_VARIATION, GUIDE},
    {"tags", SBX_TYPE_TAG, GUIDE | GA},
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
#define J   SBX_TYPE_BIT(SBX_TYPE_ESTIMATION_JOB)
#define E   SBX_TYPE_BIT(SBX_TYPE_ESTIMATION)
#define L   SBX_TYPE_BIT(SBX_TYPE_LIST)
#define SEG SBX_TYPE_BIT(SBX_TYPE_SEGMENT)
#define TMP SBX_TYPE_BIT(SBX_TYPE_TEMPLATE)
#define MET SBX_TYPE_BIT(SBX_TYPE_METRIC)
#define ACC SBX_TYPE_BIT(SBX_TYPE_ACCOUNT)
#define REP SBX_TYPE_BIT(SBX_TYPE_VALUES_REPORT)

const sbx_query_rule sbx_query_rules[SBX_OP_COUNT] = {
    [SBX_OP_CAMPAIGN_LIST] = {ANY, &campaign_list, campaign_includes, C | A | M | V | T,
                              C | A | M | T},
    [SBX_OP_CAMPAIGN_CREATE] = {ANY, NULL, NULL, C, C},
    [SBX_OP_CAMPAIGN_GET] = {ANY, NULL, campaign_includes, C | A | M | V | T, C | A | M | T},
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

    [SBX_OP_ESTIMATION_JOB_CREATE] = {BESIDE, NULL, NULL, 0, J},
    [SBX_OP_ESTIMATION_JOB_GET] = {BESIDE, NULL, NULL, 0, J},
    [SBX_OP_ESTIMATION_GET] = {BESIDE, NULL, NULL, 0, E},
    [SBX_OP_TEMPLATE_ASSIGN] = {BESIDE, NULL, NULL, 0, M},

    [SBX_OP_LIST_LIST] = {BESIDE, &lists, NULL, 0, L},
    [SBX_OP_LIST_GET] = {BESIDE, NULL, NULL, 0, L},
    [SBX_OP_SEGMENT_LIST] = {BESIDE, &segments, NULL, 0, SEG},
    [SBX_OP_SEGMENT_GET] = {BESIDE, NULL, NULL, 0, SEG},
    [SBX_OP_TEMPLATE_LIST] = {BESIDE, &templates, NULL, 0, TMP},
    [SBX_OP_TEMPLATE_GET] = {BESIDE, NULL, NULL, 0, TMP},
    [SBX_OP_TEMPLATE_RENDER] = {BESIDE, NULL, NULL, 0, TMP},
    [SBX_OP_TAG_LIST] = {BESIDE, &tags, NULL, 0, T},
    [SBX_OP_TAG_CREATE] = {BESIDE, NULL, NULL, 0, T},
    [SBX_OP_TAG_ATTACH] = {BESIDE, NULL, NULL, 0, 0},
    [SBX_OP_TAG_DETACH] = {BESIDE, NULL, NULL, 0, 0},
    [SBX_OP_METRIC_LIST] = {BESIDE, &metrics, NULL, 0, MET},
    [SBX_OP_ACCOUNT_LIST] = {BESIDE, NULL, NULL, 0, ACC},
    [SBX_OP_VALUES_REPORT] = {BESIDE, &reports, NULL, 0, REP},

    [SBX_OP_CAMPAIGN_AUDIENCES] = {ANY, NULL, NULL, A, A},
    [SBX_OP_CAMPAIGN_MESSAGES] = {ANY, &nested_messages, NULL, M, M},
    [SBX_OP_CAMPAIGN_TAGS] = {GUIDE | GA, NULL, NULL, T, T},
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
    [SBX_OP_CAMPAIGN_TAGS_IDS] = {GUIDE | GA, NULL, NULL, 0, 0},
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

const char *sbx_additional_name(sbx_op op) {
    return op == SBX_OP_LIST_GET      ? "additional-fields[list]"
           : op == SBX_OP_SEGMENT_GET ? "additional-fields[segment]"
                                      : NULL;
}
