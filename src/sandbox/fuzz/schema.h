/* SPDX-License-Identifier: MIT */
#ifndef SBX_FUZZ_SCHEMA_H
#define SBX_FUZZ_SCHEMA_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "../sql.h"

/* The columns query.h names, with a row or two, so that every statement can be run for real. */
static const char fuzz_schema[] =
    "CREATE TABLE campaigns(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " builder TEXT NOT NULL, archived INTEGER NOT NULL, created INTEGER NOT NULL,"
    " updated INTEGER NOT NULL);"
    "CREATE TABLE audiences(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, campaign INTEGER NOT "
    "NULL);"
    "CREATE TABLE messages(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, campaign INTEGER NOT "
    "NULL,"
    " audience INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT "
    "NULL,"
    " updated INTEGER NOT NULL);"
    "CREATE TABLE variations(pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, message INTEGER NOT "
    "NULL);"
    "INSERT INTO campaigns VALUES (1, 'C1', 'Summer 50% \\ sale_', 'wizard', 0, 1, 2);"
    "INSERT INTO audiences VALUES (1, 'A1', 1);"
    "INSERT INTO messages VALUES (1, 'M1', 1, 1, 'Mother''s day', 'DRAFT', 1, 2);"
    "INSERT INTO variations VALUES (1, 'V1', 1);";

static void fuzz_require(int good, const char *what, const char *detail) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, detail);
        abort();
    }
}

static sqlite3 *fuzz_open(void) {
    sqlite3 *db = NULL;
    fuzz_require(sqlite3_open(":memory:", &db) == SQLITE_OK, "open", "");
    fuzz_require(sqlite3_exec(db, fuzz_schema, NULL, NULL, NULL) == SQLITE_OK, "schema",
                 sqlite3_errmsg(db));
    return db;
}

/* Prepares, binds and runs a finished statement. */
static void fuzz_run(sqlite3 *db, const sbx_sql *sql) {
    sqlite3_stmt *statement = NULL;
    int step;
    fuzz_require(sqlite3_prepare_v2(db, sql->text, (int)sql->length, &statement, NULL) == SQLITE_OK,
                 sqlite3_errmsg(db), sql->text);
    fuzz_require(sqlite3_bind_parameter_count(statement) == (int)sql->count, "values", sql->text);
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
    while ((step = sqlite3_step(statement)) == SQLITE_ROW)
        ;
    fuzz_require(step == SQLITE_DONE, sqlite3_errmsg(db), sql->text);
    sqlite3_finalize(statement);
}

#endif
