/* SPDX-License-Identifier: MIT */
#include "resources/find.h"

#include <string.h>

#include "api/query_rules.h"

static sbx_statement statement_of(sbx_type type) {
    static const sbx_statement statements[SBX_TYPE_COUNT] = {
        [SBX_TYPE_CAMPAIGN] = SBX_SQL_CAMPAIGN_BY_PK,
        [SBX_TYPE_AUDIENCE] = SBX_SQL_AUDIENCE_BY_PK,
        [SBX_TYPE_MESSAGE] = SBX_SQL_MESSAGE_BY_PK,
        [SBX_TYPE_VARIATION] = SBX_SQL_VARIATION_BY_PK,
        [SBX_TYPE_TAG] = SBX_SQL_TAG_GET,
        [SBX_TYPE_IMAGE] = SBX_SQL_IMAGE_GET,
        [SBX_TYPE_TRANSLATION] = SBX_SQL_TRANSLATION_GET,
        [SBX_TYPE_LIST] = SBX_SQL_LIST_ROW,
        [SBX_TYPE_SEGMENT] = SBX_SQL_SEGMENT_ROW,
        [SBX_TYPE_TEMPLATE] = SBX_SQL_TEMPLATE_ROW,
        [SBX_TYPE_SCHEDULE] = SBX_SQL_MESSAGE_BY_PK, /* a schedule has the id of its message */
    };
    return statements[type];
}

static bool has_key(sbx_type type) {
    return type <= SBX_TYPE_VARIATION || type == SBX_TYPE_SCHEDULE;
}

sqlite3_stmt *sbx_find_by_id(sbx_store *store, sbx_type type, const char *id) {
    if (has_key(type))
        return sbx_store_find(store, statement_of(type), id);
    sqlite3_stmt *row = sbx_store_use(store, statement_of(type), "t", id);
    return sbx_store_row(store, row) ? row : NULL;
}

sqlite3_stmt *sbx_find_by_key(sbx_store *store, sbx_type type, int64_t pk) {
    sqlite3_stmt *row = sbx_store_use(store, statement_of(type), "i", pk);
    return sbx_store_row(store, row) ? row : NULL;
}

sqlite3_stmt *sbx_find(sbx_call *call, sbx_type type, const char *id, const char *pointer) {
    sqlite3_stmt *row = sbx_find_by_id(call->store, type, id);
    if (row && has_key(type) && sbx_column_int(row, 0) > call->newest_by_id) {
        sqlite3_reset(row);
        row = NULL;
    }
    if (!row && !call->store->failed)
        sbx_errors_add(&call->errors, 404, "not_found", "Not found.", SBX_SOURCE_POINTER, pointer,
                       "There is no %s with the id %s.", sbx_type_names[type],
                       sbx_arena_quote(&call->arena, id, strlen(id)));
    return row;
}
