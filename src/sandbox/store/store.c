/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "store/schema.h"
#include "store/ulid_sql.h"

static const char *const sources[SBX_SQL_COUNT] = {
#define X(name, sql) [SBX_SQL_##name] = sql,
    SBX_STATEMENTS(X)
#undef X
};

const char *sbx_column(sqlite3_stmt *row, int column) {
    return (const char *)sqlite3_column_text(row, column);
}

static int bind_json(sqlite3_stmt *statement, int at, json_t *value) {
    if (!value || json_is_null(value))
        return sqlite3_bind_null(statement, at);
    if (json_is_string(value))
        return sqlite3_bind_text(statement, at, json_string_value(value),
                                 (int)json_string_length(value), SQLITE_TRANSIENT);
    if (json_is_boolean(value))
        return sqlite3_bind_int64(statement, at, json_is_true(value));
    if (json_is_integer(value))
        return sqlite3_bind_int64(statement, at, json_integer_value(value));
    if (json_is_real(value))
        return sqlite3_bind_double(statement, at, json_real_value(value));
    char *text = json_dumps(value, JSON_COMPACT);
    return text ? sqlite3_bind_text(statement, at, text, -1, free) : SQLITE_NOMEM;
}

static bool bind(sqlite3_stmt *statement, const char *types, va_list args) {
    int code = SQLITE_OK;
    for (int i = 1; *types && code == SQLITE_OK; types++, i++) {
        const char *text;
        switch (*types) {
        case 'i':
            code = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
            break;
        case 't':
            text = va_arg(args, const char *);
            code = text ? sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT)
                        : sqlite3_bind_null(statement, i);
            break;
        case 's':
            text = va_arg(args, const char *);
            code = sqlite3_bind_text(statement, i, text, (int)strlen(text), SQLITE_STATIC);
            break;
        case 'j':
            code = bind_json(statement, i, va_arg(args, json_t *));
            break;
        default:
            code = sqlite3_bind_null(statement, i);
            break;
        }
    }
    return code == SQLITE_OK;
}

static sqlite3_stmt *prepare(sbx_store *store, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        store->failed = true;
        return NULL;
    }
    return statement;
}

static sqlite3_stmt *use(sbx_store *store, sbx_statement which, const char *types, va_list args) {
    sqlite3_stmt **statement = &store->statements[which];
    if (!*statement)
        *statement = prepare(store, sources[which]);
    if (!*statement)
        return NULL;
    sqlite3_reset(*statement);
    if (!bind(*statement, types, args)) {
        store->failed = true;
        return NULL;
    }
    return *statement;
}

sqlite3_stmt *sbx_store_use(sbx_store *store, sbx_statement which, const char *types, ...) {
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = use(store, which, types, args);
    va_end(args);
    return statement;
}

bool sbx_store_row(sbx_store *store, sqlite3_stmt *statement) {
    if (!statement)
        return false;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        store->failed = true;
    sqlite3_reset(statement);
    return false;
}

sqlite3_stmt *sbx_store_find(sbx_store *store, sbx_statement by_key, const char *id) {
    int64_t key = sbx_ulid_key(store->ulids.secret, id, strlen(id));
    sqlite3_stmt *row = key ? sbx_store_use(store, by_key, "i", key) : NULL;
    if (!sbx_store_row(store, row))
        return NULL;
    /* after a restart the key may be that of another row */
    if (!strcmp(sbx_column(row, 1), id))
        return row;
    sqlite3_reset(row);
    return NULL;
}

bool sbx_store_run(sbx_store *store, sbx_statement which, const char *types, ...) {
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = use(store, which, types, args);
    va_end(args);
    if (!statement)
        return false;
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code == SQLITE_DONE || code == SQLITE_ROW)
        return true;
    store->failed = true;
    return false;
}

int64_t sbx_store_int(sbx_store *store, sbx_statement which, const char *types, ...) {
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = use(store, which, types, args);
    va_end(args);
    int64_t value = 0;
    if (sbx_store_row(store, statement)) {
        value = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return value;
}

static sqlite3_stmt *cached(sbx_store *store, const char *sql) {
    size_t oldest = 0;
    for (size_t i = 0; i < SBX_STORE_CACHED; i++) {
        if (store->cached[i].sql && !strcmp(store->cached[i].sql, sql)) {
            store->cached[i].used = ++store->uses;
            sqlite3_reset(store->cached[i].statement);
            return store->cached[i].statement;
        }
        if (store->cached[i].used < store->cached[oldest].used)
            oldest = i;
    }
    char *key = strdup(sql);
    sqlite3_stmt *statement = key ? prepare(store, sql) : NULL;
    if (!statement) {
        free(key);
        store->failed = true;
        return NULL;
    }
    free(store->cached[oldest].sql);
    sqlite3_finalize(store->cached[oldest].statement);
    store->cached[oldest].sql = key;
    store->cached[oldest].statement = statement;
    store->cached[oldest].used = ++store->uses;
    return statement;
}

sqlite3_stmt *sbx_store_query(sbx_store *store, const sbx_sql *sql) {
    sqlite3_stmt *statement = sql->failed ? NULL : cached(store, sql->text);
    if (!statement) {
        store->failed = true;
        return NULL;
    }
    int code = SQLITE_OK;
    for (size_t i = 0; i < sql->count && code == SQLITE_OK; i++) {
        const sbx_sql_value *value = &sql->values[i];
        int at = (int)i + 1;
        if (value->kind == SBX_SQL_TEXT)
            code =
                sqlite3_bind_text(statement, at, value->text, (int)value->length, SQLITE_TRANSIENT);
        else if (value->kind == SBX_SQL_INT)
            code = sqlite3_bind_int64(statement, at, value->integer);
        else
            code = sqlite3_bind_double(statement, at, value->real);
    }
    if (code != SQLITE_OK) {
        store->failed = true;
        return NULL;
    }
    return statement;
}

bool sbx_store_begin(sbx_store *store) {
    store->failed = false;
    if (sbx_store_run(store, SBX_SQL_BEGIN, ""))
        return true;
    /* a BEGIN that fails in its last step may leave its transaction open, and every later write
     * would fail */
    sbx_store_end(store, false);
    return false;
}

bool sbx_store_end(sbx_store *store, bool keep) {
    bool good = !store->failed;
    if (keep && good && sbx_store_run(store, SBX_SQL_COMMIT, ""))
        return true;
    /* after some failures SQLite has rolled back already */
    if (!sqlite3_get_autocommit(store->db))
        sbx_store_run(store, SBX_SQL_ROLLBACK, "");
    store->failed = false;
    return !keep && good;
}

static uint64_t random_number(void) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) < 0)
        number = (uint64_t)sbx_clock_monotonic();
    return number | 1; /* 0 means none */
}

bool sbx_store_resume(sbx_store *store) {
    sbx_ulid_source *ulids = &store->ulids;
    ulids->secret = (uint64_t)sbx_store_int(store, SBX_SQL_META_GET, "t", "ids");
    if (!ulids->secret) {
        ulids->secret = random_number();
        sbx_store_run(store, SBX_SQL_META_SET, "ti", "ids", (int64_t)ulids->secret);
    }
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_NEWEST_KEY, "");
    if (sbx_store_row(store, row)) {
        int64_t key = sbx_column_int(row, 0), ms = sbx_column_int(row, 1);
        ulids->last_key = key > ulids->last_key ? key : ulids->last_key;
        ulids->last_ms = ms;
        sqlite3_reset(row);
    }
    return !store->failed;
}

static bool execute(sbx_store *store, const char *sql) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool complain(char **problem, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool complain(char **problem, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (vasprintf(problem, format, args) < 0)
        *problem = NULL;
    va_end(args);
    return false;
}

static int64_t user_version(sbx_store *store) {
    sqlite3_stmt *statement;
    int64_t version = -1;
    if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
        return -1;
    if (sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

/* Whether the database has no table: one of another program must not be changed. */
static bool is_empty(sbx_store *store) {
    sqlite3_stmt *statement;
    bool empty = false;
    if (sqlite3_prepare_v2(store->db, "SELECT count(*) FROM sqlite_master", -1, &statement, NULL) !=
        SQLITE_OK)
        return false;
    if (sqlite3_step(statement) == SQLITE_ROW)
        empty = sqlite3_column_int64(statement, 0) == 0;
    sqlite3_finalize(statement);
    return empty;
}

static bool make_tables(sbx_store *store) {
    char version[64];
    snprintf(version, sizeof version, "PRAGMA user_version = %d", SBX_SCHEMA_VERSION);
    return execute(store, "BEGIN IMMEDIATE") && execute(store, SBX_SCHEMA) &&
           execute(store, version) && execute(store, "COMMIT");
}

/* Locks the database for this process: the first write takes the lock, which is kept until the
 * connection closes, so that a second sandbox on the same file fails at its start. */
static bool lock_database(sbx_store *store, const char *path, char **problem) {
    if (store->in_memory) /* each page has a fixed cost, so fewer and larger ones are faster in
                             memory */
        return execute(store, "PRAGMA page_size = 16384; PRAGMA journal_mode = MEMORY;"
                              "PRAGMA foreign_keys = ON;");
    if (!execute(store, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                        "BEGIN EXCLUSIVE; COMMIT;")) {
        int code = sqlite3_errcode(store->db);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            return complain(problem, "%s is in use by another sandbox", path);
        return complain(problem, "%s cannot be used: %s", path, sqlite3_errmsg(store->db));
    }
    return true;
}

static bool set_up(sbx_store *store, const char *path, char **problem) {
    if (!lock_database(store, path, problem))
        return *problem ? false : complain(problem, "%s", sqlite3_errmsg(store->db));
    int64_t version = user_version(store);
    if (version > SBX_SCHEMA_VERSION)
        return complain(problem,
                        "%s was written by a newer sandbox (schema %lld, this one knows %d)", path,
                        (long long)version, SBX_SCHEMA_VERSION);
    if (version == SBX_SCHEMA_VERSION)
        return true;
    if (version > 0)
        return complain(problem,
                        "%s was written by an older sandbox, whose tables this one does not read: "
                        "delete the file, or name another",
                        path);
    if (!is_empty(store))
        return complain(problem, "%s is not a database of the sandbox", path);
    if (!make_tables(store))
        return complain(problem, "%s cannot be set up: %s", path, sqlite3_errmsg(store->db));
    return true;
}

bool sbx_store_open(sbx_store *store, const char *path, char **problem) {
    memset(store, 0, sizeof *store);
    *problem = NULL;
    store->in_memory = !strcmp(path, ":memory:");
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        complain(problem, "%s cannot be opened: %s", path,
                 store->db ? sqlite3_errmsg(store->db) : "out of memory");
        sbx_store_close(store);
        return false;
    }
    if (sbx_ulid_define_functions(store->db, &store->ulids) && set_up(store, path, problem) &&
        sbx_store_resume(store))
        return true;
    sbx_store_close(store);
    return false;
}

static void forget_statements(sbx_store *store) {
    for (size_t i = 0; i < SBX_SQL_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    for (size_t i = 0; i < SBX_STORE_CACHED; i++) {
        sqlite3_finalize(store->cached[i].statement);
        free(store->cached[i].sql);
    }
    memset(store->cached, 0, sizeof store->cached);
}

void sbx_store_close(sbx_store *store) {
    forget_statements(store);
    sqlite3_close(store->db);
    store->db = NULL;
}

void sbx_store_finish_readers(sbx_store *store) {
    for (sqlite3_stmt *statement = sqlite3_next_stmt(store->db, NULL); statement;
         statement = sqlite3_next_stmt(store->db, statement))
        sqlite3_reset(statement);
}

bool sbx_store_copy(sqlite3 *to, sqlite3 *from) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return false;
    sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK;
}

bool sbx_store_clear(sbx_store *store) {
    static const char clear[] =
        "BEGIN IMMEDIATE; DELETE FROM estimations; DELETE FROM campaign_tags; DELETE FROM "
        "message_tags;"
        "DELETE FROM variations; DELETE FROM messages; DELETE FROM audiences;"
        "DELETE FROM campaigns; DELETE FROM lists; DELETE FROM templates; DELETE FROM metrics; "
        "DELETE FROM tags; DELETE FROM images;"
        "DELETE FROM translations; DELETE FROM results; DELETE FROM meta; COMMIT";
    if (execute(store, clear))
        return sbx_store_resume(store);
    if (!sqlite3_get_autocommit(store->db))
        execute(store, "ROLLBACK");
    return false;
}
