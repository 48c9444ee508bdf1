/* SPDX-License-Identifier: MIT */
#include "resources/include.h"

#include <string.h>

void sbx_primary_read(sbx_primary *primary, sbx_type type, sqlite3_stmt *row, sbx_arena *arena) {
    memset(primary, 0, sizeof *primary);
    if (type > SBX_TYPE_VARIATION)
        return;
    primary->pk = sbx_column_int(row, 0);
    if (type == SBX_TYPE_AUDIENCE)
        primary->campaign = sbx_column_int(row, SBX_A_CAMPAIGN);
    if (type == SBX_TYPE_MESSAGE) {
        primary->campaign = sbx_column_int(row, SBX_M_CAMPAIGN);
        primary->parent = sbx_column_int(row, SBX_M_AUDIENCE);
    }
    if (type == SBX_TYPE_VARIATION) {
        primary->parent = sbx_column_int(row, SBX_V_MESSAGE);
        const char *image = sbx_column(row, SBX_V_IMAGE);
        const char *translation = sbx_column(row, SBX_V_TRANSLATION);
        primary->image = image ? sbx_arena_copy(arena, image, strlen(image)) : NULL;
        primary->translation =
            translation ? sbx_arena_copy(arena, translation, strlen(translation)) : NULL;
    }
}

/* The column of a primary resource that selects what it includes. */
typedef enum key_kind { BY_PK, BY_CAMPAIGN, BY_PARENT, BY_IMAGE, BY_TRANSLATION } key_kind;

static const struct rule {
    sbx_type type, included;
    sbx_statement rows;
    key_kind by;
} rules[] = {
    {SBX_TYPE_CAMPAIGN, SBX_TYPE_AUDIENCE, SBX_SQL_CAMPAIGN_AUDIENCES, BY_PK},
    {SBX_TYPE_CAMPAIGN, SBX_TYPE_MESSAGE, SBX_SQL_CAMPAIGN_MESSAGES, BY_PK},
    {SBX_TYPE_CAMPAIGN, SBX_TYPE_VARIATION, SBX_SQL_CAMPAIGN_VARIATIONS, BY_PK},
    {SBX_TYPE_CAMPAIGN, SBX_TYPE_TAG, SBX_SQL_CAMPAIGN_TAGS, BY_PK},
    {SBX_TYPE_AUDIENCE, SBX_TYPE_CAMPAIGN, SBX_SQL_CAMPAIGN_BY_PK, BY_CAMPAIGN},
    {SBX_TYPE_AUDIENCE, SBX_TYPE_MESSAGE, SBX_SQL_AUDIENCE_MESSAGES, BY_PK},
    {SBX_TYPE_MESSAGE, SBX_TYPE_CAMPAIGN, SBX_SQL_CAMPAIGN_BY_PK, BY_CAMPAIGN},
    {SBX_TYPE_MESSAGE, SBX_TYPE_AUDIENCE, SBX_SQL_AUDIENCE_BY_PK, BY_PARENT},
    {SBX_TYPE_MESSAGE, SBX_TYPE_VARIATION, SBX_SQL_MESSAGE_VARIATIONS, BY_PK},
    {SBX_TYPE_VARIATION, SBX_TYPE_MESSAGE, SBX_SQL_MESSAGE_BY_PK, BY_PARENT},
    {SBX_TYPE_VARIATION, SBX_TYPE_IMAGE, SBX_SQL_IMAGE_GET, BY_IMAGE},
    {SBX_TYPE_VARIATION, SBX_TYPE_TRANSLATION, SBX_SQL_TRANSLATION_GET, BY_TRANSLATION},
};

static int64_t number_key(const sbx_primary *primary, key_kind by) {
    return by == BY_PK ? primary->pk : by == BY_CAMPAIGN ? primary->campaign : primary->parent;
}

static const char *text_key(const sbx_primary *primary, key_kind by) {
    return by == BY_IMAGE ? primary->image : primary->translation;
}

/* Whether an earlier primary resource has selected the same rows. A page has at most 100 of them.
 */
static bool seen(const sbx_primary *primaries, size_t index, key_kind by) {
    for (size_t i = 0; i < index; i++) {
        if (by < BY_IMAGE) {
            if (number_key(&primaries[i], by) == number_key(&primaries[index], by))
                return true;
        } else {
            const char *a = text_key(&primaries[i], by), *b = text_key(&primaries[index], by);
            if (a && b && !strcmp(a, b))
                return true;
        }
    }
    return false;
}

/* Whether the tag was written before. Tags are shared between campaigns, so unlike rows of other
 * types they repeat. */
static bool repeated_tag(json_t *tags, const char *id) {
    if (json_object_get(tags, id))
        return true;
    json_object_set_new(tags, id, json_true());
    return false;
}

/* Whether the read lags behind this row. */
static bool is_hidden(const sbx_writer *writer, sbx_type type, sqlite3_stmt *row) {
    return type <= SBX_TYPE_VARIATION && sbx_column_int(row, 0) > writer->newest;
}

static void include(sbx_writer *writer, const struct rule *rule, const sbx_primary *primaries,
                    size_t count) {
    json_t *tags = rule->included == SBX_TYPE_TAG ? json_object() : NULL;
    for (size_t i = 0; i < count; i++) {
        if (rule->by != BY_PK && seen(primaries, i, rule->by))
            continue;
        sqlite3_stmt *row =
            rule->by < BY_IMAGE
                ? sbx_store_use(writer->store, rule->rows, "i", number_key(&primaries[i], rule->by))
                : sbx_store_use(writer->store, rule->rows, "t", text_key(&primaries[i], rule->by));
        while (sbx_store_row(writer->store, row))
            if (!is_hidden(writer, rule->included, row) &&
                (!tags || !repeated_tag(tags, sbx_column(row, 1))))
                sbx_write_resource(writer, rule->included, row);
    }
    json_decref(tags);
}

void sbx_write_included(sbx_writer *writer, sbx_type type, const sbx_primary *primaries,
                        size_t count) {
    if (!writer->query->include)
        return;
    sbx_json_open(writer->out, "included", '[');
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].type == type && (writer->query->include & SBX_TYPE_BIT(rules[i].included)))
            include(writer, &rules[i], primaries, count);
    sbx_text_puts(writer->out, "]");
}
