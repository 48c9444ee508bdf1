/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_STORE_H
#define SBX_STORE_STORE_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/visibility.h"
#include "store/sql.h"
#include "store/statements.h"
#include "store/ulid.h"

SBX_HIDDEN_BEGIN

#define SBX_SCHEMA_VERSION 6
#define SBX_STORE_CACHED   32 /* prepared statements of lists that are kept */

typedef enum sbx_statement {
#define X(name, sql) SBX_SQL_##name,
    SBX_STATEMENTS(X)
#undef X
        SBX_SQL_COUNT
} sbx_statement;

/* One SQLite database, one connection. Used under the lock of the instance. A statement that fails
 * sets `failed` until the transaction ends, so that a request checks once. */
typedef struct sbx_store {
    sqlite3 *db;
    sqlite3_stmt *statements[SBX_SQL_COUNT]; /* prepared when first used */
    struct {
        char *sql;
        sqlite3_stmt *statement;
        uint64_t used;
    } cached[SBX_STORE_CACHED];
    uint64_t uses;
    sbx_ulid_source ulids; /* the source of keys for new rows */
    bool failed;
    bool in_memory;
} sbx_store;

/* Opens the database, creating it if needed; ":memory:" for a private one. False with a sentence
 * that the caller frees (NULL: out of memory). */
bool sbx_store_open(sbx_store *store, const char *path, char **problem);
void sbx_store_close(sbx_store *store);

/* Reads the secret of the database, creating one when it has none, and continues after its newest
 * key. Keys are never used twice, even when a snapshot replaces the rows. */
bool sbx_store_resume(sbx_store *store);

/* Returns a prepared statement, reset and bound. `types` has one letter per value: i int64_t, t
 * text (NULL: null), s text that outlives the use, n null, j json_t * (NULL: null; arrays and
 * objects as their text). NULL, with `failed` set, when it could not be prepared. A statement must
 * not be used again while its rows are being read. */
sqlite3_stmt *sbx_store_use(sbx_store *store, sbx_statement which, const char *types, ...);

/* Returns the row with an id, by a statement of (pk, id, ...) that selects by key; NULL if there is
 * none, or on failure. The caller resets it. */
sqlite3_stmt *sbx_store_find(sbx_store *store, sbx_statement by_key, const char *id);

/* Runs a statement to its end; false, with `failed` set, on failure. */
bool sbx_store_run(sbx_store *store, sbx_statement which, const char *types, ...);

/* Steps to the next row: true, or false at the end or on failure (with `failed` set). Resets the
 * statement at the end. */
bool sbx_store_row(sbx_store *store, sqlite3_stmt *statement);

/* Returns a statement built at run time, prepared or from the cache, and bound. Owned by the store.
 */
sqlite3_stmt *sbx_store_query(sbx_store *store, const sbx_sql *sql);

/* Returns one integer, 0 if there is no row. */
int64_t sbx_store_int(sbx_store *store, sbx_statement which, const char *types, ...);

bool sbx_store_begin(sbx_store *store);
/* Commits, or rolls back when `keep` is false or the store failed. True if it was committed, or
 * rolled back as requested. Clears `failed`. */
bool sbx_store_end(sbx_store *store, bool keep);

/* Resets all statements: SQLite does not replace a database that is being read. */
void sbx_store_finish_readers(sbx_store *store);
/* Replaces the whole content of a database by that of another. */
bool sbx_store_copy(sqlite3 *to, sqlite3 *from);
/* Deletes all rows, in a transaction of its own. */
bool sbx_store_clear(sbx_store *store);

/* Read a column of the current row. */
const char *sbx_column(sqlite3_stmt *row, int column);
static inline int64_t sbx_column_int(sqlite3_stmt *row, int column) {
    return sqlite3_column_int64(row, column);
}

SBX_HIDDEN_END
#endif
