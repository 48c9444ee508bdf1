/* SPDX-License-Identifier: MIT */
#ifndef SBX_FUZZ_ROWS_H
#define SBX_FUZZ_ROWS_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/schema.h"
#include "store/sql.h"
#include "store/ulid_sql.h"

/* One or two rows in each table of the sandbox, so that statements have something to read. */
static const char fuzz_rows[] =
    "INSERT INTO campaigns (pk, ahead, named, name, builder, archived, created, updated)"
    " VALUES (1, 0, 1, 'Summer 50% \\ sale_', 'wizard', 0, 1, 2);"
    "INSERT INTO audiences (pk, ahead, campaign, created, updated) VALUES (2, 0, 1, 1, 2);"
    "INSERT INTO messages (pk, ahead, campaign, audience, named, name, status, created, updated)"
    " VALUES (3, 0, 1, 2, 1, 'Mother''s day', 'DRAFT', 1, 2);"
    "INSERT INTO variations (pk, ahead, message, created, updated) VALUES (4, 0, 3, 1, 2);";

static void fuzz_require(int good, const char *what, const char *detail) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, detail);
        abort();
    }
}

static sqlite3 *fuzz_open(void) {
    static sbx_ulid_source source = {.secret = 7};
    sqlite3 *db = NULL;
    fuzz_require(sqlite3_open(":memory:", &db) == SQLITE_OK, "open", "");
    fuzz_require(sbx_ulid_define_functions(db, &source), "functions", sqlite3_errmsg(db));
    fuzz_require(sqlite3_exec(db, SBX_SCHEMA, NULL, NULL, NULL) == SQLITE_OK &&
                     sqlite3_exec(db, fuzz_rows, NULL, NULL, NULL) == SQLITE_OK,
                 "schema", sqlite3_errmsg(db));
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
