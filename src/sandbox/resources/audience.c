/* SPDX-License-Identifier: MIT */
#include "resources/audience.h"

#include "resources/find.h"
#include "resources/resource.h"
#include "resources/responses.h"

int64_t sbx_audience_insert(sbx_call *call, int64_t campaign, json_t *name, json_t *priority,
                            json_t *included, json_t *excluded) {
    sbx_store *store = call->store;
    json_t *none = json_array(), *next = NULL, *label = NULL;
    if (!priority)
        priority = next =
            json_integer(sbx_store_int(store, SBX_SQL_AUDIENCE_NEXT_PRIORITY, "i", campaign));
    if (!name)
        name = label = json_sprintf(
            "Audience %d", (int)sbx_store_int(store, SBX_SQL_AUDIENCE_COUNT, "i", campaign) + 1);
    sbx_key key = sbx_call_next_key(call);
    bool good = sbx_store_run(store, SBX_SQL_AUDIENCE_INSERT, "iiijjjjii", key.pk, key.ahead,
                              campaign, name, priority, included ? included : none,
                              excluded ? excluded : none, call->now, call->now);
    json_decref(none);
    json_decref(next);
    json_decref(label);
    return good ? key.pk : 0;
}

int64_t sbx_audience_of_body(sbx_call *call, int64_t *campaign) {
    static const char pointer[] = "/data/relationships/campaign-audience/data/id";
    const char *id = json_string_value(sbx_call_at(call->body, pointer + 1));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_AUDIENCE, id, pointer);
    if (!row)
        return 0;
    int64_t audience = sbx_column_int(row, SBX_A_PK);
    *campaign = sbx_column_int(row, SBX_A_CAMPAIGN);
    sqlite3_reset(row);
    return audience;
}

/* The path of the fields of an audience, and the member that is its name. */
static const char *fields_path(const sbx_call *call) {
    return call->dialect == SBX_DIALECT_GUIDE ? "data/attributes" : "data/attributes/definition";
}

static const char *name_key(const sbx_call *call) {
    return call->dialect == SBX_DIALECT_GUIDE ? "audience_name" : "name";
}

void sbx_handle_audience_create(sbx_call *call) {
    json_t *fields = sbx_call_at(call->body, fields_path(call));
    const char *campaign =
        json_string_value(sbx_call_at(call->body, "data/relationships/campaign/data/id"));
    sqlite3_stmt *row =
        sbx_find(call, SBX_TYPE_CAMPAIGN, campaign, "/data/relationships/campaign/data/id");
    if (!row)
        return;
    int64_t pk = sbx_column_int(row, SBX_C_PK);
    sqlite3_reset(row);
    if (!sbx_campaign_changeable(call, pk) || call->errors.count)
        return;
    int64_t audience = sbx_audience_insert(
        call, pk, json_object_get(fields, name_key(call)), json_object_get(fields, "priority"),
        json_object_get(fields, "included"), json_object_get(fields, "excluded"));
    sbx_respond_created(call, SBX_TYPE_AUDIENCE, audience);
}

/* Returns the key of the audience of the path if it may be changed; else adds an error and returns
 * 0. */
static int64_t changeable(sbx_call *call, int64_t *campaign, const char *verb) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_AUDIENCE, call->id, NULL);
    if (!row)
        return 0;
    int64_t pk = sbx_column_int(row, SBX_A_PK);
    bool non_draft = sbx_column_int(row, SBX_A_NON_DRAFT);
    *campaign = sbx_column_int(row, SBX_A_CAMPAIGN);
    sqlite3_reset(row);
    if (!sbx_campaign_changeable(call, *campaign))
        return 0;
    if (non_draft)
        sbx_conflict(&call->errors, NULL,
                     "An audience with messages that are not drafts cannot be %s; cancel them or "
                     "revert them to draft first.",
                     verb);
    return non_draft ? 0 : pk;
}

void sbx_handle_audience_update(sbx_call *call) {
    int64_t campaign, pk = changeable(call, &campaign, "updated");
    json_t *fields = sbx_call_at(call->body, fields_path(call));
    if (!pk)
        return;
    sbx_sql sql;
    sbx_assign_begin(call, &sql, "audiences");
    sbx_assign(&sql, "name", json_object_get(fields, name_key(call)));
    sbx_assign(&sql, "priority", json_object_get(fields, "priority"));
    sbx_assign(&sql, "included", json_object_get(fields, "included"));
    sbx_assign(&sql, "excluded", json_object_get(fields, "excluded"));
    sbx_assign_end(call, &sql, pk);
    sbx_respond_one(call, 200, SBX_TYPE_AUDIENCE, call->id);
}

void sbx_handle_audience_delete(sbx_call *call) {
    int64_t campaign, pk = changeable(call, &campaign, "deleted");
    if (!pk)
        return;
    if (call->dialect == SBX_DIALECT_GUIDE &&
        sbx_store_int(call->store, SBX_SQL_AUDIENCE_COUNT, "i", campaign) == 1) {
        sbx_conflict(&call->errors, NULL, "A campaign must have at least one audience.");
        return;
    }
    sbx_store_run(call->store, SBX_SQL_AUDIENCE_DELETE, "i", pk);
    call->response->status = 204;
}
