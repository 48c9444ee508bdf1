/* SPDX-License-Identifier: MIT */
#include "control/request.h"

#include <stdio.h>

const char *sbx_control_text(sbx_control *control, const char *member, const char *otherwise) {
    const char *text = json_string_value(json_object_get(control->body, member));
    return text ? text : otherwise;
}

int64_t sbx_control_key(sbx_control *control, sbx_statement by_key, const char *member) {
    const char *id = json_string_value(json_object_get(control->body, member));
    if (!id)
        return 0;
    sqlite3_stmt *row = sbx_store_find(&control->instance->store, by_key, id);
    if (row) {
        int64_t key = sbx_column_int(row, 0);
        sqlite3_reset(row);
        return key;
    }
    char pointer[32];
    snprintf(pointer, sizeof pointer, "/%s", member);
    sbx_errors_add(&control->errors, 404, "not_found", "Not found.", SBX_SOURCE_POINTER, pointer,
                   "There is no %s '%.60s'.", member, id);
    return 0;
}
