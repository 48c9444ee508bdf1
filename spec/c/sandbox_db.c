/* SPDX-License-Identifier: MIT */
#include "sandbox_db.h"

#include <stdio.h>

void test_db_exec(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
}

sqlite3 *test_db_open(void) {
    sqlite3 *db = NULL;
    sqlite3_open(":memory:", &db);
    test_db_exec(db, "CREATE TABLE campaigns(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                     " name TEXT NOT NULL, builder TEXT NOT NULL, archived INTEGER NOT NULL,"
                     " created INTEGER NOT NULL, updated INTEGER NOT NULL);"
                     "CREATE INDEX campaigns_updated ON campaigns(updated);"
                     "CREATE INDEX campaigns_name ON campaigns(name);"
                     "CREATE TABLE audiences(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                     " campaign INTEGER NOT NULL);"
                     "CREATE TABLE messages(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                     " campaign INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,"
                     " created INTEGER NOT NULL, updated INTEGER NOT NULL);"
                     "CREATE TABLE variations(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                     " message INTEGER NOT NULL);");
    return db;
}

static void bind(sqlite3_stmt *statement, const sbx_sql *sql) {
    for (size_t i = 0; i < sql->count; i++) {
        const sbx_sql_value *value = &sql->values[i];
        int at = (int)i + 1;
        if (value->kind == SBX_SQL_TEXT)
            sqlite3_bind_text(statement, at, value->text, (int)value->length, SQLITE_STATIC);
        else if (value->kind == SBX_SQL_INT)
            sqlite3_bind_int64(statement, at, value->integer);
        else
            sqlite3_bind_double(statement, at, value->real);
    }
}

int test_db_rows(sqlite3 *db, const sbx_sql *sql, sqlite3_int64 *rows, int room) {
    sqlite3_stmt *statement = NULL;
    int count = 0, step;
    if (sql->failed || sqlite3_prepare_v2(db, sql->text, -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql->text, sqlite3_errmsg(db));
        return -1;
    }
    bind(statement, sql);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW)
        if (count++ < room)
            rows[count - 1] = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return step == SQLITE_DONE ? count : -1;
}
