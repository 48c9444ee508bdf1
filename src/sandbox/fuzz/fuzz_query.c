/* SPDX-License-Identifier: MIT */
/* Byte 0: the operation, byte 1: the dialect, the rest: the query string. What is accepted runs as
 * SQL; its canonical form is accepted too and is its own canonical form. */
#include <stdint.h>
#include <string.h>
#include "api/query.h"
#include "rows.h"

static const char *table_of(const sbx_query *query) {
    static char name[16];
    size_t length = strcspn(query->sort->row, ".");
    fuzz_require(length < sizeof name, "table", query->sort->row);
    memcpy(name, query->sort->row, length);
    name[length] = '\0';
    return name;
}

static void run(sqlite3 *db, sbx_arena *arena, const sbx_query *query) {
    sbx_sql sql;
    sbx_sql_init(&sql, arena);
    sbx_sql_add(&sql, "SELECT 1 FROM ");
    sbx_sql_add(&sql, table_of(query));
    sbx_sql_add(&sql, " WHERE ");
    sbx_query_where(query, &sql);
    sbx_query_order(query, &sql);
    fuzz_require(!sql.failed, "rendered", "");
    fuzz_run(db, &sql);
}

static void again(sbx_arena *arena, sbx_op op, sbx_dialect dialect, const sbx_query *query) {
    sbx_errors errors = {0};
    sbx_query second;
    if (strlen(query->canonical) <= SBX_QUERY_LENGTH_MAX) {
        bool ok = sbx_query_parse(arena, op, dialect, "", query->canonical,
                                  strlen(query->canonical), &errors, &second);
        fuzz_require(ok, "the canonical form is rejected", query->canonical);
        fuzz_require(strcmp(second.canonical, query->canonical) == 0, "not canonical",
                     query->canonical);
        fuzz_require(second.binding == query->binding && second.include == query->include &&
                         second.page_size == query->page_size,
                     "means something else", query->canonical);
    }
    sbx_errors_free(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static sqlite3 *db;
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_query query;
    if (size < 2)
        return 0;
    if (!db)
        db = fuzz_open();
    sbx_op op = data[0] % SBX_OP_COUNT;
    sbx_dialect dialect = 1 << data[1] % 3;
    char *raw = malloc(size - 2 ? size - 2 : 1);
    fuzz_require(raw != NULL, "malloc", "");
    memcpy(raw, data + 2, size - 2);
    if (sbx_query_parse(&arena, op, dialect, "", raw, size - 2, &errors, &query)) {
        fuzz_require(errors.count == 0, "accepted with an error", "");
        if (query.sort)
            run(db, &arena, &query);
        again(&arena, op, dialect, &query);
    } else {
        fuzz_require(errors.count > 0, "rejected without an error", "");
    }
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    free(raw);
    return 0;
}
