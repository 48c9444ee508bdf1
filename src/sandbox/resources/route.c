/* SPDX-License-Identifier: MIT */
#include "resources/route.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "resources/audience.h"
#include "resources/campaign.h"
#include "resources/clone.h"
#include "resources/estimation.h"
#include "resources/message.h"
#include "resources/reads.h"
#include "resources/report.h"
#include "resources/rules.h"
#include "resources/schedule.h"
#include "resources/tag.h"
#include "resources/template.h"
#include "resources/variation.h"

/* A path, the type it names, and the check of its body. */
#define ROUTE(method, path, op, handle, from, check)                                               \
    { method, path, SBX_OP_##op, sbx_handle_##handle, check, SBX_TYPE_##from, 0, 0, 0, false }
/* A POST that asks for something, and changes nothing. */
#define QUESTION(path, op, handle, from, check)                                                    \
    { "POST", path, SBX_OP_##op, sbx_handle_##handle, check, SBX_TYPE_##from, 0, 0, 0, true }

/* A related path and its linkage: between two types, found by rows, by a column or in pages. */
#define ROWS(name)   0, SBX_SQL_##name
#define COLUMN(name) SBX_##name, 0
#define PAGES        0, 0
#define RELATED(path, name, op, handle, from, to, ...)                                             \
    PAIR(path "/{id}/" name, SBX_OP_##op, handle, from, to, __VA_ARGS__),                          \
        PAIR(path "/{id}/relationships/" name, SBX_OP_##op##_IDS, handle, from, to, __VA_ARGS__)
#define PAIR(path, op, handle, from, to, ...)                                                      \
    {                                                                                              \
        "GET", path, op, sbx_handle_related_##handle, NULL, SBX_TYPE_##from, SBX_TYPE_##to,        \
            __VA_ARGS__, false                                                                     \
    }

static const sbx_route routes[] = {
    ROUTE("GET", "campaigns", CAMPAIGN_LIST, list, CAMPAIGN, NULL),
    ROUTE("POST", "campaigns", CAMPAIGN_CREATE, campaign_create, CAMPAIGN,
          sbx_check_campaign_create),
    ROUTE("GET", "campaigns/{id}", CAMPAIGN_GET, get, CAMPAIGN, NULL),
    ROUTE("PATCH", "campaigns/{id}", CAMPAIGN_UPDATE, campaign_update, CAMPAIGN,
          sbx_check_campaign_update),
    ROUTE("DELETE", "campaigns/{id}", CAMPAIGN_DELETE, campaign_delete, CAMPAIGN, NULL),
    ROUTE("POST", "campaign-clone", CAMPAIGN_CLONE, campaign_clone, CAMPAIGN, NULL),
    ROUTE("GET", "campaign-audiences", AUDIENCE_LIST, list, AUDIENCE, NULL),
    ROUTE("POST", "campaign-audiences", AUDIENCE_CREATE, audience_create, AUDIENCE,
          sbx_check_audience),
    ROUTE("GET", "campaign-audiences/{id}", AUDIENCE_GET, get, AUDIENCE, NULL),
    ROUTE("PATCH", "campaign-audiences/{id}", AUDIENCE_UPDATE, audience_update, AUDIENCE,
          sbx_check_audience),
    ROUTE("DELETE", "campaign-audiences/{id}", AUDIENCE_DELETE, audience_delete, AUDIENCE, NULL),
    ROUTE("POST", "campaign-audience-clone", AUDIENCE_CLONE, audience_clone, AUDIENCE,
          sbx_check_clone),
    ROUTE("GET", "campaign-messages", MESSAGE_LIST, list, MESSAGE, NULL),
    ROUTE("POST", "campaign-messages", MESSAGE_CREATE, message_create, MESSAGE, sbx_check_message),
    ROUTE("GET", "campaign-messages/{id}", MESSAGE_GET, get, MESSAGE, NULL),
    ROUTE("PATCH", "campaign-messages/{id}", MESSAGE_UPDATE, message_update, MESSAGE,
          sbx_check_message),
    ROUTE("DELETE", "campaign-messages/{id}", MESSAGE_DELETE, message_delete, MESSAGE, NULL),
    ROUTE("POST", "campaign-message-clone", MESSAGE_CLONE, message_clone, MESSAGE, sbx_check_clone),
    ROUTE("GET", "campaign-variations", VARIATION_LIST, list, VARIATION, NULL),
    ROUTE("POST", "campaign-variations", VARIATION_CREATE, variation_create, VARIATION, NULL),
    ROUTE("GET", "campaign-variations/{id}", VARIATION_GET, get, VARIATION, NULL),
    ROUTE("PATCH", "campaign-variations/{id}", VARIATION_UPDATE, variation_update, VARIATION, NULL),
    ROUTE("DELETE", "campaign-variations/{id}", VARIATION_DELETE, variation_delete, VARIATION,
          NULL),
    ROUTE("POST", "campaign-message-schedule", SCHEDULE_CREATE, schedule_create, SCHEDULE,
          sbx_check_schedule),
    ROUTE("PATCH", "campaign-message-schedule/{id}", SCHEDULE_UPDATE, schedule_update, SCHEDULE,
          NULL),
    ROUTE("POST", "campaign-recipient-estimation-jobs", ESTIMATION_JOB_CREATE, estimation_create,
          CAMPAIGN, NULL),
    ROUTE("GET", "campaign-recipient-estimation-jobs/{id}", ESTIMATION_JOB_GET, estimation_job,
          CAMPAIGN, NULL),
    ROUTE("GET", "campaign-recipient-estimations/{id}", ESTIMATION_GET, estimation, CAMPAIGN, NULL),
    ROUTE("POST", "campaign-message-assign-template", TEMPLATE_ASSIGN, template_assign, MESSAGE,
          NULL),
    ROUTE("GET", "lists", LIST_LIST, list, LIST, NULL),
    ROUTE("GET", "lists/{id}", LIST_GET, get, LIST, NULL),
    ROUTE("GET", "segments", SEGMENT_LIST, list, SEGMENT, NULL),
    ROUTE("GET", "segments/{id}", SEGMENT_GET, get, SEGMENT, NULL),
    ROUTE("GET", "templates", TEMPLATE_LIST, list, TEMPLATE, NULL),
    ROUTE("GET", "templates/{id}", TEMPLATE_GET, get, TEMPLATE, NULL),
    QUESTION("template-render", TEMPLATE_RENDER, template_render, TEMPLATE, NULL),
    ROUTE("GET", "tags", TAG_LIST, list, TAG, NULL),
    ROUTE("POST", "tags", TAG_CREATE, tag_create, TAG, NULL),
    ROUTE("POST", "tags/{id}/relationships/campaigns", TAG_ATTACH, tag_attach, TAG, NULL),
    ROUTE("DELETE", "tags/{id}/relationships/campaigns", TAG_DETACH, tag_detach, TAG, NULL),
    ROUTE("GET", "metrics", METRIC_LIST, list, METRIC, NULL),
    ROUTE("GET", "accounts", ACCOUNT_LIST, accounts, ACCOUNT, NULL),
    QUESTION("campaign-values-reports", VALUES_REPORT, values_report, VALUES_REPORT,
             sbx_check_values_report),
    RELATED("campaigns", "campaign-audiences", CAMPAIGN_AUDIENCES, all, CAMPAIGN, AUDIENCE,
            ROWS(CAMPAIGN_AUDIENCES)),
    RELATED("campaigns", "campaign-messages", CAMPAIGN_MESSAGES, page, CAMPAIGN, MESSAGE, PAGES),
    RELATED("campaigns", "tags", CAMPAIGN_TAGS, all, CAMPAIGN, TAG, ROWS(CAMPAIGN_TAGS)),
    RELATED("campaign-audiences", "campaign", AUDIENCE_CAMPAIGN, one, AUDIENCE, CAMPAIGN,
            COLUMN(A_CAMPAIGN_ID)),
    RELATED("campaign-audiences", "campaign-messages", AUDIENCE_MESSAGES, page, AUDIENCE, MESSAGE,
            PAGES),
    RELATED("campaign-messages", "campaign", MESSAGE_CAMPAIGN, one, MESSAGE, CAMPAIGN,
            COLUMN(M_CAMPAIGN_ID)),
    RELATED("campaign-messages", "campaign-audience", MESSAGE_AUDIENCE, one, MESSAGE, AUDIENCE,
            COLUMN(M_AUDIENCE_ID)),
    RELATED("campaign-messages", "campaign-variations", MESSAGE_VARIATIONS, all, MESSAGE, VARIATION,
            ROWS(MESSAGE_VARIATIONS)),
    RELATED("campaign-messages", "tags", MESSAGE_TAGS, all, MESSAGE, TAG, ROWS(MESSAGE_TAGS)),
    RELATED("campaign-variations", "campaign-message", VARIATION_MESSAGE, one, VARIATION, MESSAGE,
            COLUMN(V_MESSAGE_ID)),
    RELATED("campaign-variations", "image", VARIATION_IMAGE, one, VARIATION, IMAGE,
            COLUMN(V_IMAGE)),
    RELATED("campaign-variations", "translation", VARIATION_TRANSLATION, one, VARIATION,
            TRANSLATION, COLUMN(V_TRANSLATION)),
};

#define SEGMENTS_MAX 4

/* Decodes one percent-encoded segment; NULL when it is malformed or holds a NUL. */
static const char *decode(sbx_arena *arena, const char *text, size_t length) {
    char *out = sbx_arena_alloc(arena, length + 1);
    size_t used = 0;
    for (size_t i = 0; out && i < length; i++) {
        unsigned byte = (unsigned char)text[i];
        if (byte == '%') {
            if (length - i < 3 || !isxdigit((unsigned char)text[i + 1]) ||
                !isxdigit((unsigned char)text[i + 2]) || sscanf(text + i + 1, "%2x", &byte) != 1 ||
                !byte)
                return NULL;
            i += 2;
        }
        out[used++] = (char)byte;
    }
    return out;
}

/* Splits the path below /api/ into decoded segments; 0 when it is not a path of the API. */
static size_t split(sbx_arena *arena, const char *path, const char *segments[SEGMENTS_MAX]) {
    static const char prefix[] = "/api/";
    if (strncmp(path, prefix, sizeof prefix - 1))
        return 0;
    path += sizeof prefix - 1;
    size_t count = 0;
    while (*path) {
        size_t length = strcspn(path, "/");
        if (!length || count == SEGMENTS_MAX)
            return 0;
        segments[count] = decode(arena, path, length);
        if (!segments[count++])
            return 0;
        path += length;
        if (*path == '/')
            path++;
    }
    return count;
}

/* Compares the segments with a pattern; the parameter, if there is one, goes to *id. */
static bool matches(const char *pattern, const char *const *segments, size_t count,
                    const char **id) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(pattern, "/");
        if (length == 4 && !memcmp(pattern, "{id}", 4))
            *id = segments[i];
        else if (strlen(segments[i]) != length || memcmp(segments[i], pattern, length))
            return false;
        pattern += length;
        if (*pattern == '/')
            pattern++;
        else
            return i + 1 == count;
    }
    return false;
}

sbx_match sbx_route_find(sbx_arena *arena, const char *method, const char *path,
                         sbx_dialect dialect, const sbx_route **route, const char **id,
                         char allow[64]) {
    const char *segments[SEGMENTS_MAX];
    size_t count = split(arena, path, segments);
    sbx_match match = SBX_MATCH_NONE;
    allow[0] = '\0';
    *id = "";
    for (size_t i = 0; count && i < sizeof routes / sizeof *routes; i++) {
        if (!sbx_op_known(routes[i].op, dialect) || !matches(routes[i].path, segments, count, id))
            continue;
        if (!strcmp(routes[i].method, method)) {
            *route = &routes[i];
            return SBX_MATCH_ROUTE;
        }
        match = SBX_MATCH_PATH;
        snprintf(allow + strlen(allow), 64 - strlen(allow), "%s%s", *allow ? ", " : "",
                 routes[i].method);
    }
    return match;
}
