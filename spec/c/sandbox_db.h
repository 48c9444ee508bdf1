/* SPDX-License-Identifier: MIT */
#ifndef SPEC_SANDBOX_DB_H
#define SPEC_SANDBOX_DB_H

#include <sqlite3.h>
#include "store/sql.h"

/* Opens an in-memory database with the columns that queries name. */
sqlite3 *test_db_open(void);
void test_db_exec(sqlite3 *db, const char *sql);

/* Runs a statement whose first column is an integer; writes at most `room` of them. Returns the
 * number of rows, or -1 after printing an error. */
int test_db_rows(sqlite3 *db, const sbx_sql *sql, sqlite3_int64 *rows, int room);

#endif
