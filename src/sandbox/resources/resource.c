/* SPDX-License-Identifier: MIT */
#include "resources/resource.h"

#include <stdlib.h>
#include <string.h>

void sbx_assign_begin(sbx_call *call, sbx_sql *sql, const char *table) {
    sbx_sql_init(sql, &call->arena);
    sbx_sql_add(sql, "UPDATE ");
    sbx_sql_add(sql, table);
    sbx_sql_add(sql, " SET updated = ");
    sbx_sql_int(sql, call->now);
}

static void assign_to(sbx_sql *sql, const char *column) {
    sbx_sql_add(sql, ", ");
    sbx_sql_add(sql, column);
    sbx_sql_add(sql, " = ");
}

static void assign_int(sbx_sql *sql, const char *column, int64_t value) {
    assign_to(sql, column);
    sbx_sql_int(sql, value);
}

void sbx_assign_text(sbx_sql *sql, const char *column, const char *value) {
    assign_to(sql, column);
    if (value)
        sbx_sql_text(sql, value, strlen(value));
    else
        sbx_sql_add(sql, "NULL");
}

void sbx_assign_name(sbx_sql *sql, json_t *name) {
    if (!name)
        return;
    assign_int(sql, "named", json_is_string(name));
    sbx_assign_text(sql, "name", json_is_string(name) ? json_string_value(name) : "");
}

void sbx_assign(sbx_sql *sql, const char *column, json_t *value) {
    if (!value)
        return;
    assign_to(sql, column);
    if (json_is_string(value)) {
        size_t length = json_string_length(value);
        sbx_sql_text(sql, sbx_arena_copy(sql->arena, json_string_value(value), length), length);
    } else if (json_is_boolean(value)) {
        sbx_sql_int(sql, json_is_true(value));
    } else if (json_is_integer(value)) {
        sbx_sql_int(sql, json_integer_value(value));
    } else if (json_is_null(value)) {
        sbx_sql_add(sql, "NULL");
    } else {
        char *text = json_dumps(value, JSON_COMPACT);
        char *kept = text ? sbx_arena_copy(sql->arena, text, strlen(text)) : NULL;
        if (kept)
            sbx_sql_text(sql, kept, strlen(kept));
        else
            sql->failed = true;
        free(text);
    }
}

void sbx_assign_end(sbx_call *call, sbx_sql *sql, int64_t pk) {
    sbx_sql_add(sql, " WHERE pk = ");
    sbx_sql_int(sql, pk);
    sqlite3_stmt *statement = sbx_store_query(call->store, sql);
    while (sbx_store_row(call->store, statement))
        continue;
}

bool sbx_campaign_changeable(sbx_call *call, int64_t campaign) {
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_CAMPAIGN_BY_PK, "i", campaign);
    if (!sbx_store_row(call->store, row))
        return false;
    bool archived = sbx_column_int(row, SBX_C_ARCHIVED);
    bool final = sbx_column_int(row, SBX_C_DELETED) || call->dialect == SBX_DIALECT_GUIDE;
    sqlite3_reset(row);
    if (archived && final)
        sbx_conflict(&call->errors, NULL, "The campaign is archived; that cannot be undone.");
    else if (archived)
        sbx_conflict(&call->errors, NULL,
                     "The campaign is archived; a PATCH with archived = false brings it back.");
    return !archived;
}

bool sbx_message_changeable(sbx_call *call, sqlite3_stmt *row, const char *verb) {
    char status[16] = "";
    strncpy(status, sbx_column(row, SBX_M_STATUS), sizeof status - 1);
    int64_t campaign = sbx_column_int(row, SBX_M_CAMPAIGN);
    sqlite3_reset(row);
    if (!sbx_campaign_changeable(call, campaign))
        return false;
    if (!strcmp(status, "DRAFT"))
        return true;
    return sbx_conflict(&call->errors, NULL, "The message is %s; only a DRAFT can be %s.", status,
                        verb);
}
