/* SPDX-License-Identifier: MIT */
#include "resources/tag.h"

#include <stdio.h>

#include "resources/find.h"
#include "resources/responses.h"

#define TAGS_MAX          500 /* of an account */
#define CAMPAIGN_TAGS_MAX 100 /* of a campaign */

static int64_t count_of(sbx_call *call, sqlite3_stmt *row) {
    int64_t count = sbx_store_row(call->store, row) ? sbx_column_int(row, 0) : 0;
    sqlite3_reset(row);
    return count;
}

void sbx_handle_tag_create(sbx_call *call) {
    if (count_of(call, sbx_store_use(call->store, SBX_SQL_TAG_COUNT, "")) >= TAGS_MAX) {
        sbx_invalid(&call->errors, "/data", "An account has at most %d tags.", TAGS_MAX);
        return;
    }
    char id[SBX_ULID_SIZE];
    sbx_key key = sbx_call_next_key(call);
    sbx_ulid_write(call->store->ulids.secret, key.pk, call->now, key.ahead, id);
    sbx_store_run(call->store, SBX_SQL_TAG_SET, "tt", id,
                  json_string_value(sbx_call_at(call->body, "data/attributes/name")));
    sbx_respond_one(call, 201, SBX_TYPE_TAG, id);
}

static void attach(sbx_call *call, int64_t campaign, const char *pointer) {
    sbx_store_run(call->store, SBX_SQL_CAMPAIGN_TAG_ADD, "it", campaign, call->id);
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_CAMPAIGN_TAG_COUNT, "i", campaign);
    if (count_of(call, row) > CAMPAIGN_TAGS_MAX)
        sbx_invalid(&call->errors, pointer, "A campaign has at most %d tags.", CAMPAIGN_TAGS_MAX);
}

/* Attaches the tag to the campaigns of the body, or detaches it. Members that are as they should be
 * are left as they are (JSON:API, "Updating To-Many Relationships"). */
static void change(sbx_call *call, bool attached) {
    sqlite3_stmt *tag = sbx_find(call, SBX_TYPE_TAG, call->id, NULL);
    if (!tag)
        return;
    sqlite3_reset(tag);
    json_t *campaigns = sbx_call_at(call->body, "data"), *campaign;
    size_t index;
    json_array_foreach(campaigns, index, campaign) {
        char pointer[48];
        snprintf(pointer, sizeof pointer, "/data/%zu/id", index);
        const char *id = json_string_value(json_object_get(campaign, "id"));
        sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, id, pointer);
        if (!row)
            continue;
        int64_t pk = sbx_column_int(row, SBX_C_PK);
        sqlite3_reset(row);
        if (attached)
            attach(call, pk, pointer);
        else
            sbx_store_run(call->store, SBX_SQL_CAMPAIGN_TAG_REMOVE, "it", pk, call->id);
    }
    call->response->status = 204;
}

void sbx_handle_tag_attach(sbx_call *call) {
    change(call, true);
}

void sbx_handle_tag_detach(sbx_call *call) {
    change(call, false);
}
