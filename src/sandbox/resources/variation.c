/* SPDX-License-Identifier: MIT */
#include "resources/variation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resources/find.h"
#include "resources/resource.h"
#include "resources/responses.h"
#include "resources/rules.h"

/* Returns the id of the image that details refer to by asset id, creating the image when it was not
 * seeded. NULL when they refer to none; free with free(). */
static char *image_of(sbx_call *call, json_t *details) {
    json_t *asset = json_object_get(details, "static_asset_id");
    if (!json_is_integer(asset))
        asset = json_object_get(details, "mms_static_image_asset_id");
    char *id, *name, *url;
    if (!json_is_integer(asset) || asprintf(&id, "%lld", (long long)json_integer_value(asset)) < 0)
        return NULL;
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_IMAGE_GET, "t", id);
    if (sbx_store_row(call->store, row)) {
        sqlite3_reset(row);
        return id;
    }
    if (asprintf(&name, "asset %s", id) < 0)
        return id;
    if (asprintf(&url, "https://images.example.com/%s.png", id) >= 0) {
        sbx_store_run(call->store, SBX_SQL_IMAGE_SET, "ttttiii", id, name, url, "png",
                      (int64_t)1024, (int64_t)0, call->now);
        free(url);
    }
    free(name);
    return id;
}

static int64_t insert_variation(sbx_call *call, int64_t message, json_t *name, json_t *details) {
    char *image = image_of(call, details);
    sbx_key key = sbx_call_next_key(call);
    bool good = sbx_store_run(call->store, SBX_SQL_VARIATION_INSERT, "iiijjtii", key.pk, key.ahead,
                              message, name, details, image, call->now, call->now);
    free(image);
    return good ? key.pk : 0;
}

void sbx_variations_insert(sbx_call *call, int64_t message, json_t *variations) {
    for (size_t i = 0; i < json_array_size(variations); i++) {
        json_t *definition = json_object_get(json_array_get(variations, i), "definition");
        insert_variation(call, message, json_object_get(definition, "name"),
                         json_object_get(definition, "details"));
    }
    if (json_array_size(variations) || call->dialect == SBX_DIALECT_GUIDE)
        return;
    /* "Default variation created if omitted" */
    json_t *details = json_pack("{s:s}", "channel", "email");
    insert_variation(call, message, NULL, details);
    json_decref(details);
}

void sbx_handle_variation_create(sbx_call *call) {
    static const char pointer[] = "/data/relationships/campaign-message/data/id";
    const char *message_id = json_string_value(sbx_call_at(call->body, pointer + 1));
    json_t *definition = sbx_call_at(call->body, "data/attributes/definition");
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, message_id, pointer);
    if (!row)
        return;
    int64_t message = sbx_column_int(row, SBX_M_PK);
    if (!sbx_message_changeable(call, row, "given a variation"))
        return;
    if (call->dialect == SBX_DIALECT_GUIDE &&
        sbx_store_int(call->store, SBX_SQL_VARIATION_COUNT, "i", message)) {
        sbx_reject_second_variation(call, pointer);
        return;
    }
    sbx_respond_created(call, SBX_TYPE_VARIATION,
                        insert_variation(call, message, json_object_get(definition, "name"),
                                         json_object_get(definition, "details")));
}

/* Returns the key of the variation of the path, if its message may be changed; else 0. */
static int64_t changeable(sbx_call *call, const char *verb) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_VARIATION, call->id, NULL);
    if (!row)
        return 0;
    int64_t pk = sbx_column_int(row, SBX_V_PK), message = sbx_column_int(row, SBX_V_MESSAGE);
    sqlite3_reset(row);
    row = sbx_store_use(call->store, SBX_SQL_MESSAGE_BY_PK, "i", message);
    if (!sbx_store_row(call->store, row))
        return 0;
    return sbx_message_changeable(call, row, verb) ? pk : 0;
}

/* Merges new details into the stored ones, field by field; they replace them when the channel
 * changes. */
static json_t *merged(const char *stored, json_t *given) {
    json_t *old = stored ? json_loads(stored, 0, NULL) : NULL;
    if (!json_equal(json_object_get(old, "channel"), json_object_get(given, "channel"))) {
        json_decref(old);
        return json_incref(given);
    }
    if (json_object_update(old, given)) {
        json_decref(old);
        return NULL;
    }
    return old;
}

void sbx_handle_variation_update(sbx_call *call) {
    int64_t pk = changeable(call, "updated");
    if (!pk)
        return;
    json_t *definition = sbx_call_at(call->body, "data/attributes/definition");
    json_t *name = json_object_get(definition, "name");
    json_t *given = json_object_get(definition, "details");
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_VARIATION, call->id, NULL);
    if (!row)
        return;
    json_t *details = json_is_object(given) ? merged(sbx_column(row, SBX_V_DETAILS), given) : given;
    sqlite3_reset(row);
    sbx_sql sql;
    sbx_assign_begin(call, &sql, "variations");
    sbx_assign(&sql, "name", name);
    sbx_assign(&sql, "details", details);
    if (given) {
        char *image = image_of(call, details);
        sbx_assign_text(&sql, "image",
                        image ? sbx_arena_copy(&call->arena, image, strlen(image)) : NULL);
        free(image);
    }
    sbx_assign_end(call, &sql, pk);
    if (json_is_object(given))
        json_decref(details);
    sbx_respond_one(call, 200, SBX_TYPE_VARIATION, call->id);
}

void sbx_handle_variation_delete(sbx_call *call) {
    int64_t pk = changeable(call, "changed");
    if (!pk)
        return;
    sbx_store_run(call->store, SBX_SQL_VARIATION_DELETE, "i", pk);
    call->response->status = 204;
}
