/* SPDX-License-Identifier: MIT */
/* The keys of the children are read before the first copy is made, so that a copy into the same
 * parent does not copy itself. */
#include "resources/clone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resources/audience.h"
#include "resources/find.h"
#include "resources/resource.h"
#include "resources/responses.h"

typedef struct key_list {
    int64_t *keys;
    size_t count;
} key_list;

/* Returns the keys selected by a statement of (pk, ...), in the arena. */
static key_list keys_of(sbx_call *call, sbx_statement ids, int64_t parent) {
    key_list list = {0};
    size_t room = 0;
    sqlite3_stmt *row = sbx_store_use(call->store, ids, "i", parent);
    while (sbx_store_row(call->store, row)) {
        if (list.count == room) {
            room = room ? room * 2 : 8;
            int64_t *keys = sbx_arena_alloc(&call->arena, room * sizeof *keys);
            if (!keys)
                break;
            if (list.count)
                memcpy(keys, list.keys, list.count * sizeof *keys);
            list.keys = keys;
        }
        list.keys[list.count++] = sbx_column_int(row, 0);
    }
    sqlite3_reset(row);
    return list;
}

/* Returns the key of the copy. name: NULL keeps the name. */
static int64_t copy_message(sbx_call *call, int64_t source, int64_t campaign, int64_t audience,
                            const char *name) {
    sbx_store *store = call->store;
    key_list variations = keys_of(call, SBX_SQL_MESSAGE_VARIATION_IDS, source);
    sbx_key message = sbx_call_next_message_key(call);
    sbx_store_run(store, SBX_SQL_MESSAGE_COPY, "iiiiitiii", message.pk, message.ahead, campaign,
                  audience, (int64_t)(name != NULL), name, call->now, call->now, source);
    sbx_store_run(store, SBX_SQL_MESSAGE_TAGS_COPY, "ii", message.pk, source);
    for (size_t i = 0; i < variations.count; i++) {
        sbx_key variation = sbx_call_next_key(call);
        sbx_store_run(store, SBX_SQL_VARIATION_COPY, "iiiiii", variation.pk, variation.ahead,
                      message.pk, call->now, call->now, variations.keys[i]);
    }
    return message.pk;
}

/* Returns the key of the copy. priority: -1 keeps it. */
static int64_t copy_audience(sbx_call *call, int64_t source, int64_t campaign, const char *name,
                             int64_t priority) {
    key_list messages = keys_of(call, SBX_SQL_AUDIENCE_MESSAGE_IDS, source);
    sbx_key audience = sbx_call_next_key(call);
    json_t *place = priority < 0 ? NULL : json_integer(priority);
    sbx_store_run(call->store, SBX_SQL_AUDIENCE_COPY, "iiitjiii", audience.pk, audience.ahead,
                  campaign, name, place, call->now, call->now, source);
    json_decref(place);
    for (size_t i = 0; i < messages.count; i++)
        copy_message(call, messages.keys[i], campaign, audience.pk, NULL);
    return audience.pk;
}

/* Returns the requested name, or one formatted from that of the source; in the arena. */
static const char *clone_name(sbx_call *call, json_t *asked, const char *source,
                              const char *format) {
    if (json_is_string(asked))
        return json_string_value(asked);
    char *name;
    if (asprintf(&name, format, source ? source : "") < 0) {
        call->errors.failed = true;
        return NULL;
    }
    const char *kept = sbx_arena_copy(&call->arena, name, strlen(name));
    free(name);
    return kept;
}

static const char *source_id(sbx_call *call) {
    return json_string_value(sbx_call_at(call->body, "data/id"));
}

static json_t *asked_name(sbx_call *call) {
    return sbx_call_at(call->body, "data/attributes/name");
}

void sbx_handle_campaign_clone(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, source_id(call), "/data/id");
    if (!row)
        return;
    int64_t source = sbx_column_int(row, SBX_C_PK);
    /* the guide and the OpenAPI file show different names */
    const char *name = clone_name(call, asked_name(call), sbx_column(row, SBX_C_NAME),
                                  call->dialect == SBX_DIALECT_GUIDE ? "%s (Copy)" : "Copy of %s");
    sqlite3_reset(row);
    key_list audiences = keys_of(call, SBX_SQL_CAMPAIGN_AUDIENCE_IDS, source);
    sbx_key campaign = sbx_call_next_key(call);
    sbx_store_run(call->store, SBX_SQL_CAMPAIGN_COPY, "iitiii", campaign.pk, campaign.ahead, name,
                  call->now, call->now, source);
    sbx_store_run(call->store, SBX_SQL_CAMPAIGN_TAGS_COPY, "ii", campaign.pk, source);
    for (size_t i = 0; i < audiences.count; i++)
        copy_audience(call, audiences.keys[i], campaign.pk, NULL, -1);
    sbx_respond_created(call, SBX_TYPE_CAMPAIGN, campaign.pk);
}

/* "Defaults to the source audience's campaign." */
void sbx_handle_audience_clone(sbx_call *call) {
    static const char pointer[] = "/data/relationships/campaign/data/id";
    const char *target = json_string_value(sbx_call_at(call->body, pointer + 1));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_AUDIENCE, source_id(call), "/data/id");
    if (!row)
        return;
    int64_t source = sbx_column_int(row, SBX_A_PK), campaign = sbx_column_int(row, SBX_A_CAMPAIGN);
    const char *name =
        clone_name(call, asked_name(call), sbx_column(row, SBX_A_NAME), "Copy of %s");
    sqlite3_reset(row);
    if (target) {
        row = sbx_find(call, SBX_TYPE_CAMPAIGN, target, pointer);
        if (!row)
            return;
        campaign = sbx_column_int(row, SBX_C_PK);
        sqlite3_reset(row);
    }
    if (!sbx_campaign_changeable(call, campaign) || call->errors.count)
        return;
    int64_t priority = sbx_store_int(call->store, SBX_SQL_AUDIENCE_NEXT_PRIORITY, "i", campaign);
    sbx_respond_created(call, SBX_TYPE_AUDIENCE,
                        copy_audience(call, source, campaign, name, priority));
}

void sbx_handle_message_clone(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, source_id(call), "/data/id");
    if (!row)
        return;
    int64_t source = sbx_column_int(row, SBX_M_PK), campaign = 0;
    const char *name =
        clone_name(call, asked_name(call), sbx_column(row, SBX_M_NAME), "Copy of %s");
    sqlite3_reset(row);
    int64_t audience = sbx_audience_of_body(call, &campaign);
    if (!audience || !sbx_campaign_changeable(call, campaign) || call->errors.count)
        return;
    sbx_respond_created(call, SBX_TYPE_MESSAGE,
                        copy_message(call, source, campaign, audience, name));
}
