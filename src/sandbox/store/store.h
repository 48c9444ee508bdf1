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

#define SBX_SCHEMA_VERSION 2
#define SBX_STORE_CACHED   32 /* prepared list statements kept */

typedef enum sbx_statement {
#define X(name, sql) SBX_SQL_##name,
    SBX_STATEMENTS(X)
#undef X
        SBX_SQL_COUNT
} sbx_statement;

/* One SQLite database, one connection. Used under the sandbox's lock. A statement that fails marks
 * the store `failed` until the transaction ends, so that a request checks once. */
typedef struct sbx_store {
    sqlite3 *db;
    sqlite3_stmt *statements[SBX_SQL_COUNT]; /* prepared at first use */
    struct {
        char *sql;
        sqlite3_stmt *statement;
        uint64_t used;
    } cached[SBX_STORE_CACHED];
    uint64_t uses;
    sbx_ulid_source ulids; /* where the keys of new rows come from */
    bool failed;
    bool in_memory;
} sbx_store;

/* Opens (and makes) the database; ":memory:" for one of its own. Returns NULL, or a
 * sentence that the caller frees (or a NULL sentence with false when memory was at its end). */
bool sbx_store_open(sbx_store *store, const char *path, char **problem);
void sbx_store_close(sbx_store *store);

/* Takes the secret of the database (makes one when it has none), and goes on after its newest key.
 * Keys that were handed out are never handed out again, whatever is put in the place of the rows.
 */
bool sbx_store_resume(sbx_store *store);

/* A prepared statement, reset and bound: one letter per value, i int64_t, t text (NULL: null), s
 * text that outlives the use, n null, j json_t * (NULL: null; arrays and objects as their text).
 * NULL (and failed) when it could not be prepared. A statement must not be used again while its
 * rows are being read. */
sqlite3_stmt *sbx_store_use(sbx_store *store, sbx_statement which, const char *types, ...);

/* The row with an id, by a statement of (pk, id, ...) by the key; NULL if there is none, or on
 * failure. To be reset by the caller. */
sqlite3_stmt *sbx_store_find(sbx_store *store, sbx_statement by_key, const char *id);

/* Runs one to its end; false (and failed) if that failed. */
bool sbx_store_run(sbx_store *store, sbx_statement which, const char *types, ...);

/* The next row of a statement: true, or false at the end or on failure (then `failed` is set); the
 * statement is reset at the end. */
bool sbx_store_row(sbx_store *store, sqlite3_stmt *statement);

/* A statement made at run time, out of the cache; bound. Owned by the store. */
sqlite3_stmt *sbx_store_query(sbx_store *store, const sbx_sql *sql);

/* One integer (0 if there is no row), respectively whether there is a row. */
int64_t sbx_store_int(sbx_store *store, sbx_statement which, const char *types, ...);

bool sbx_store_begin(sbx_store *store);
/* Commits, or rolls back when `keep` is false or the store failed. True if it was committed or was
 * meant to be rolled back. Clears `failed`. */
bool sbx_store_end(sbx_store *store, bool keep);

/* Ends what statements are still reading: a database is not replaced under a reader. */
void sbx_store_finish_readers(sbx_store *store);
/* Replaces everything in one database by what is in the other. */
bool sbx_store_copy(sqlite3 *to, sqlite3 *from);
/* Removes every row, in a transaction of its own. */
bool sbx_store_clear(sbx_store *store);

/* Column helpers. */
const char *sbx_column(sqlite3_stmt *row, int column);
static inline int64_t sbx_column_int(sqlite3_stmt *row, int column) {
    return sqlite3_column_int64(row, column);
}

SBX_HIDDEN_END
#endif
