/* SPDX-License-Identifier: MIT */
#include "route.h"
#include "rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const sbx_route routes[] = {
    {"GET", "campaigns", SBX_OP_CAMPAIGN_LIST, sbx_act_list, .type = SBX_TYPE_CAMPAIGN},
    {"POST", "campaigns", SBX_OP_CAMPAIGN_CREATE, sbx_act_campaign_create, .check = sbx_check_campaign_create, .type = SBX_TYPE_CAMPAIGN},
    {"GET", "campaigns/{id}", SBX_OP_CAMPAIGN_GET, sbx_act_get, .type = SBX_TYPE_CAMPAIGN},
    {"PATCH", "campaigns/{id}", SBX_OP_CAMPAIGN_UPDATE, sbx_act_campaign_update, .check = sbx_check_campaign_update, .type = SBX_TYPE_CAMPAIGN},
    {"DELETE", "campaigns/{id}", SBX_OP_CAMPAIGN_DELETE, sbx_act_campaign_delete, .type = SBX_TYPE_CAMPAIGN},
    {"POST", "campaign-clone", SBX_OP_CAMPAIGN_CLONE, sbx_act_campaign_clone, .type = SBX_TYPE_CAMPAIGN},
    {"GET", "campaign-audiences", SBX_OP_AUDIENCE_LIST, sbx_act_list, .type = SBX_TYPE_AUDIENCE},
    {"POST", "campaign-audiences", SBX_OP_AUDIENCE_CREATE, sbx_act_audience_create, .check = sbx_check_audience, .type = SBX_TYPE_AUDIENCE},
    {"GET", "campaign-audiences/{id}", SBX_OP_AUDIENCE_GET, sbx_act_get, .type = SBX_TYPE_AUDIENCE},
    {"PATCH", "campaign-audiences/{id}", SBX_OP_AUDIENCE_UPDATE, sbx_act_audience_update, .check = sbx_check_audience, .type = SBX_TYPE_AUDIENCE},
    {"DELETE", "campaign-audiences/{id}", SBX_OP_AUDIENCE_DELETE, sbx_act_audience_delete, .type = SBX_TYPE_AUDIENCE},
    {"POST", "campaign-audience-clone", SBX_OP_AUDIENCE_CLONE, sbx_act_audience_clone, .check = sbx_check_clone, .type = SBX_TYPE_AUDIENCE},
    {"GET", "campaign-messages", SBX_OP_MESSAGE_LIST, sbx_act_list, .type = SBX_TYPE_MESSAGE},
    {"POST", "campaign-messages", SBX_OP_MESSAGE_CREATE, sbx_act_message_create, .check = sbx_check_message, .type = SBX_TYPE_MESSAGE},
    {"GET", "campaign-messages/{id}", SBX_OP_MESSAGE_GET, sbx_act_get, .type = SBX_TYPE_MESSAGE},
    {"PATCH", "campaign-messages/{id}", SBX_OP_MESSAGE_UPDATE, sbx_act_message_update, .check = sbx_check_message, .type = SBX_TYPE_MESSAGE},
    {"DELETE", "campaign-messages/{id}", SBX_OP_MESSAGE_DELETE, sbx_act_message_delete, .type = SBX_TYPE_MESSAGE},
    {"POST", "campaign-message-clone", SBX_OP_MESSAGE_CLONE, sbx_act_message_clone, .check = sbx_check_clone, .type = SBX_TYPE_MESSAGE},
    {"GET", "campaign-variations", SBX_OP_VARIATION_LIST, sbx_act_list, .type = SBX_TYPE_VARIATION},
    {"POST", "campaign-variations", SBX_OP_VARIATION_CREATE, sbx_act_variation_create, .type = SBX_TYPE_VARIATION},
    {"GET", "campaign-variations/{id}", SBX_OP_VARIATION_GET, sbx_act_get, .type = SBX_TYPE_VARIATION},
    {"PATCH", "campaign-variations/{id}", SBX_OP_VARIATION_UPDATE, sbx_act_variation_update, .type = SBX_TYPE_VARIATION},
    {"DELETE", "campaign-variations/{id}", SBX_OP_VARIATION_DELETE, sbx_act_variation_delete, .type = SBX_TYPE_VARIATION},
    {"POST", "campaign-message-schedule", SBX_OP_SCHEDULE_CREATE, sbx_act_schedule_create, .check = sbx_check_schedule, .type = SBX_TYPE_SCHEDULE},
    {"PATCH", "campaign-message-schedule/{id}", SBX_OP_SCHEDULE_UPDATE, sbx_act_schedule_update, .type = SBX_TYPE_SCHEDULE},
    {"GET", "campaigns/{id}/campaign-audiences", SBX_OP_CAMPAIGN_AUDIENCES, sbx_act_related_all, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_AUDIENCE, .rows = SBX_SQL_CAMPAIGN_AUDIENCES},
    {"GET", "campaigns/{id}/relationships/campaign-audiences", SBX_OP_CAMPAIGN_AUDIENCES_IDS, sbx_act_related_all, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_AUDIENCE, .rows = SBX_SQL_CAMPAIGN_AUDIENCES},
    {"GET", "campaigns/{id}/campaign-messages", SBX_OP_CAMPAIGN_MESSAGES, sbx_act_related_page, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_MESSAGE},
    {"GET", "campaigns/{id}/relationships/campaign-messages", SBX_OP_CAMPAIGN_MESSAGES_IDS, sbx_act_related_page, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_MESSAGE},
    {"GET", "campaigns/{id}/tags", SBX_OP_CAMPAIGN_TAGS, sbx_act_related_all, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_TAG, .rows = SBX_SQL_CAMPAIGN_TAGS},
    {"GET", "campaigns/{id}/relationships/tags", SBX_OP_CAMPAIGN_TAGS_IDS, sbx_act_related_all, .type = SBX_TYPE_CAMPAIGN, .other = SBX_TYPE_TAG, .rows = SBX_SQL_CAMPAIGN_TAGS},
    {"GET", "campaign-audiences/{id}/campaign", SBX_OP_AUDIENCE_CAMPAIGN, sbx_act_related_one, .type = SBX_TYPE_AUDIENCE, .other = SBX_TYPE_CAMPAIGN, .column = SBX_A_CAMPAIGN_ID},
    {"GET", "campaign-audiences/{id}/relationships/campaign", SBX_OP_AUDIENCE_CAMPAIGN_IDS, sbx_act_related_one, .type = SBX_TYPE_AUDIENCE, .other = SBX_TYPE_CAMPAIGN, .column = SBX_A_CAMPAIGN_ID},
    {"GET", "campaign-audiences/{id}/campaign-messages", SBX_OP_AUDIENCE_MESSAGES, sbx_act_related_page, .type = SBX_TYPE_AUDIENCE, .other = SBX_TYPE_MESSAGE},
    {"GET", "campaign-audiences/{id}/relationships/campaign-messages", SBX_OP_AUDIENCE_MESSAGES_IDS, sbx_act_related_page, .type = SBX_TYPE_AUDIENCE, .other = SBX_TYPE_MESSAGE},
    {"GET", "campaign-messages/{id}/campaign", SBX_OP_MESSAGE_CAMPAIGN, sbx_act_related_one, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_CAMPAIGN, .column = SBX_M_CAMPAIGN_ID},
    {"GET", "campaign-messages/{id}/relationships/campaign", SBX_OP_MESSAGE_CAMPAIGN_IDS, sbx_act_related_one, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_CAMPAIGN, .column = SBX_M_CAMPAIGN_ID},
    {"GET", "campaign-messages/{id}/campaign-audience", SBX_OP_MESSAGE_AUDIENCE, sbx_act_related_one, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_AUDIENCE, .column = SBX_M_AUDIENCE_ID},
    {"GET", "campaign-messages/{id}/relationships/campaign-audience", SBX_OP_MESSAGE_AUDIENCE_IDS, sbx_act_related_one, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_AUDIENCE, .column = SBX_M_AUDIENCE_ID},
    {"GET", "campaign-messages/{id}/campaign-variations", SBX_OP_MESSAGE_VARIATIONS, sbx_act_related_all, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_VARIATION, .rows = SBX_SQL_MESSAGE_VARIATIONS},
    {"GET", "campaign-messages/{id}/relationships/campaign-variations", SBX_OP_MESSAGE_VARIATIONS_IDS, sbx_act_related_all, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_VARIATION, .rows = SBX_SQL_MESSAGE_VARIATIONS},
    {"GET", "campaign-messages/{id}/tags", SBX_OP_MESSAGE_TAGS, sbx_act_related_all, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_TAG, .rows = SBX_SQL_MESSAGE_TAGS},
    {"GET", "campaign-messages/{id}/relationships/tags", SBX_OP_MESSAGE_TAGS_IDS, sbx_act_related_all, .type = SBX_TYPE_MESSAGE, .other = SBX_TYPE_TAG, .rows = SBX_SQL_MESSAGE_TAGS},
    {"GET", "campaign-variations/{id}/campaign-message", SBX_OP_VARIATION_MESSAGE, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_MESSAGE, .column = SBX_V_MESSAGE_ID},
    {"GET", "campaign-variations/{id}/relationships/campaign-message", SBX_OP_VARIATION_MESSAGE_IDS, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_MESSAGE, .column = SBX_V_MESSAGE_ID},
    {"GET", "campaign-variations/{id}/image", SBX_OP_VARIATION_IMAGE, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_IMAGE, .column = SBX_V_IMAGE},
    {"GET", "campaign-variations/{id}/relationships/image", SBX_OP_VARIATION_IMAGE_IDS, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_IMAGE, .column = SBX_V_IMAGE},
    {"GET", "campaign-variations/{id}/translation", SBX_OP_VARIATION_TRANSLATION, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_TRANSLATION, .column = SBX_V_TRANSLATION},
    {"GET", "campaign-variations/{id}/relationships/translation", SBX_OP_VARIATION_TRANSLATION_IDS, sbx_act_related_one, .type = SBX_TYPE_VARIATION, .other = SBX_TYPE_TRANSLATION, .column = SBX_V_TRANSLATION},
};
/* clang-format on */

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

/* Splits what stands behind /api/ into decoded segments; 0 when it is no path of the API. */
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

/* Holds the segments against a pattern; the parameter, if there is one, goes to *id. */
static bool fits(const char *pattern, const char *const *segments, size_t count, const char **id) {
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
        if (!sbx_op_known(routes[i].op, dialect) || !fits(routes[i].path, segments, count, id))
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
