/* SPDX-License-Identifier: MIT */
#include "store/ulid_sql.h"

static void id_of_row(sqlite3_context *context, int count, sqlite3_value **values) {
    const sbx_ulid_source *source = sqlite3_user_data(context);
    char id[SBX_ULID_SIZE];
    (void)count;
    sbx_ulid_write(source->secret, sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1]),
                   sqlite3_value_int64(values[2]), id);
    sqlite3_result_text(context, id, -1, SQLITE_TRANSIENT);
}

static void key_of_id(sqlite3_context *context, int count, sqlite3_value **values) {
    const sbx_ulid_source *source = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_text(values[0]);
    int64_t key =
        text ? sbx_ulid_key(source->secret, text, (size_t)sqlite3_value_bytes(values[0])) : 0;
    (void)count;
    if (key)
        sqlite3_result_int64(context, key);
}

bool sbx_ulid_define_functions(sqlite3 *db, sbx_ulid_source *source) {
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    return sqlite3_create_function(db, "ulid", 3, flags, source, id_of_row, NULL, NULL) ==
               SQLITE_OK &&
           sqlite3_create_function(db, "ulid_key", 1, flags, source, key_of_id, NULL, NULL) ==
               SQLITE_OK;
}
