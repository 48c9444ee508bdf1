/* SPDX-License-Identifier: MIT */
#include "store/sql.h"

#include <string.h>

void sbx_sql_init(sbx_sql *sql, sbx_arena *arena) {
    *sql = (sbx_sql){.arena = arena, .text = ""};
}

void sbx_sql_add(sbx_sql *sql, const char *text) {
    size_t size = strlen(text);
    if (sql->failed)
        return;
    if (sql->length + size >= sql->text_room) {
        size_t room = (sql->length + size + 128) * 2;
        char *bigger = sbx_arena_alloc(sql->arena, room);
        if (!bigger) {
            sql->failed = true;
            return;
        }
        memcpy(bigger, sql->text, sql->length);
        sql->text = bigger;
        sql->text_room = room;
    }
    memcpy(sql->text + sql->length, text, size + 1);
    sql->length += size;
}

void sbx_sql_bind(sbx_sql *sql, const sbx_sql_value *value) {
    if (sql->failed)
        return;
    if (sql->count == sql->values_room) {
        size_t room = sql->values_room * 2 + 8;
        sbx_sql_value *bigger = sbx_arena_alloc(sql->arena, room * sizeof *bigger);
        if (!bigger) {
            sql->failed = true;
            return;
        }
        if (sql->count)
            memcpy(bigger, sql->values, sql->count * sizeof *bigger);
        sql->values = bigger;
        sql->values_room = room;
    }
    sql->values[sql->count++] = *value;
}

static void add_value(sbx_sql *sql, const sbx_sql_value *value) {
    sbx_sql_add(sql, "?");
    sbx_sql_bind(sql, value);
}

void sbx_sql_text(sbx_sql *sql, const char *text, size_t length) {
    add_value(sql, &(sbx_sql_value){.kind = SBX_SQL_TEXT, .text = text, .length = length});
}

void sbx_sql_int(sbx_sql *sql, int64_t value) {
    add_value(sql, &(sbx_sql_value){.kind = SBX_SQL_INT, .integer = value});
}
