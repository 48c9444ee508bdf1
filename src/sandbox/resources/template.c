/* SPDX-License-Identifier: MIT */
#include "resources/template.h"

#include <stdlib.h>
#include <string.h>

#include "api/shape.h"
#include "resources/find.h"
#include "resources/render.h"
#include "resources/resource.h"
#include "resources/responses.h"

static const char id_pointer[] = "/data/id";
static const char template_path[] = "data/relationships/template/data/id";

static bool takes_template(sbx_dialect dialect, json_t *details) {
    const char *channel = json_string_value(json_object_get(details, "channel"));
    const sbx_shape *shape = sbx_channel_shape(dialect, channel);
    for (const sbx_field *field = shape ? shape->fields : NULL; field && field->name; field++)
        if (!strcmp(field->name, "template_id"))
            return true;
    return false;
}

/* Returns [key, details] of each variation that takes a template. */
static json_t *variations_of(sbx_call *call, int64_t message) {
    json_t *list = json_array();
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_MESSAGE_VARIATIONS, "i", message);
    while (sbx_store_row(call->store, row)) {
        const char *stored = sbx_column(row, SBX_V_DETAILS);
        json_t *details = stored ? json_loads(stored, 0, NULL) : NULL;
        if (takes_template(call->dialect, details))
            json_array_append_new(
                list, json_pack("[I,O]", (json_int_t)sbx_column_int(row, SBX_V_PK), details));
        json_decref(details);
    }
    return list;
}

/* Sets the template of the variations to a clone, which has an id of its own. A template that was
 * not seeded is known by its id alone: then there is nothing to clone. */
static void assign(sbx_call *call, json_t *variations) {
    char clone[SBX_ULID_SIZE];
    sbx_key key = sbx_key_shortened(sbx_call_next_key(call));
    sbx_ulid_write(call->store->ulids.secret, key.pk, call->now, key.ahead, clone);
    sbx_store_run(call->store, SBX_SQL_TEMPLATE_COPY, "tti", clone,
                  json_string_value(sbx_call_at(call->body, template_path)), call->now);
    for (size_t i = 0; i < json_array_size(variations); i++) {
        json_t *variation = json_array_get(variations, i), *details = json_array_get(variation, 1);
        json_object_set_new(details, "template_id", json_string(clone));
        sbx_store_run(call->store, SBX_SQL_VARIATION_DETAILS, "jii", details, call->now,
                      (int64_t)json_integer_value(json_array_get(variation, 0)));
    }
}

/* The documents do not say what becomes of a message with several variations: all that can have a
 * template get the clone. */
void sbx_handle_template_assign(sbx_call *call) {
    const char *id = json_string_value(sbx_call_at(call->body, id_pointer + 1));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, id, id_pointer);
    if (!row)
        return;
    int64_t message = sbx_column_int(row, SBX_M_PK);
    if (!sbx_message_changeable(call, row, "given a template"))
        return;
    json_t *variations = variations_of(call, message);
    if (json_array_size(variations))
        assign(call, variations);
    else
        sbx_invalid(&call->errors, id_pointer,
                    "The message has no variation that takes a template.");
    json_decref(variations);
    if (!call->errors.count)
        sbx_respond_one(call, 200, SBX_TYPE_MESSAGE, id);
}

/* Fills a text in; NULL stays NULL. The caller frees it. */
static char *render(sbx_call *call, const char *source, bool in_html) {
    sbx_text out = {0};
    size_t size;
    if (!source)
        return NULL;
    sbx_render(&out, source, sbx_call_at(call->body, "data/attributes/context"), in_html);
    call->errors.failed |= out.failed;
    return sbx_text_take(&out, &size);
}

void sbx_handle_template_render(sbx_call *call) {
    const char *id = json_string_value(sbx_call_at(call->body, id_pointer + 1));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_TEMPLATE, id, id_pointer);
    if (!row)
        return;
    char *html = render(call, sbx_column(row, SBX_N_HTML), true);
    char *text = render(call, sbx_column(row, SBX_N_TEXT), false);
    sqlite3_reset(row);
    row = sbx_store_use(call->store, SBX_SQL_TEMPLATE_RENDERED, "ttt", id, html, text);
    if (sbx_store_row(call->store, row))
        sbx_respond_row(call, 201, SBX_TYPE_TEMPLATE, row);
    free(html);
    free(text);
}
