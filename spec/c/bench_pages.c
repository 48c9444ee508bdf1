/* SPDX-License-Identifier: MIT */
/* Measures how long one page takes, by filter, sort and depth, with the sandbox's own schema and
 * queries. From the root of the repository:
 *   cc -O2 -std=c11 -D_GNU_SOURCE -iquote src/sandbox spec/c/bench_pages.c \
 *       src/sandbox/{base/*,store/{sql,ulid,ulid_sql}}.c \
 *       src/sandbox/api/{filter,filter_sql,query,query_rules,cursor,sparse}.c \
 *       -ljansson -lsqlite3 -lm -o /tmp/bench_pages && /tmp/bench_pages [campaigns] [ties]
 * "ties" gives all rows the same time, as a frozen clock does. Prints the median of 31 runs in
 * microseconds at the start, in the middle and at the end, and SQLite's query plan where it had to
 * sort. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "api/query.h"
#include "store/schema.h"
#include "store/statements.h"
#include "store/ulid_sql.h"

#define RUNS   31
#define SECRET 7

static void require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void fill(sqlite3 *db, int campaigns, int ties) {
    static const char *const makers[] = {
        "INSERT INTO campaigns(pk,ahead,named,name,builder,archived,created,updated)"
        " SELECT value,0,1,"
        "  printf('%s %d',CASE value%4 WHEN 0 THEN 'Summer Sale' WHEN 1 THEN 'Newsletter'"
        "   WHEN 2 THEN 'Welcome' ELSE 'Black Friday' END,value*7919%100003),"
        "  CASE value%5 WHEN 0 THEN 'canvas' ELSE 'wizard' END,value%100=0,"
        "  1776168000000000+?2*value*1000,1776168000000000+?2*(value*7919%1000003)*1000"
        " FROM generate_series WHERE value BETWEEN 1 AND ?1",
        "INSERT INTO audiences(pk,ahead,campaign,created,updated)"
        " SELECT pk,0,pk,created,updated FROM campaigns WHERE ?1 AND "
        "?2=?2",
        "INSERT INTO messages(pk,ahead,campaign,audience,named,name,status,created,updated)"
        " SELECT value,0,(value+1)/2,(value+1)/2,1,"
        "  printf('Message %d',value*7919%100003),"
        "  CASE WHEN value%1000=0 THEN 'SENDING' WHEN value%10=0 THEN 'SENT' ELSE 'DRAFT' END,"
        "  1776168000000000+?2*value*1000,1776168000000000+?2*(value*7919%1000003)*1000"
        " FROM generate_series WHERE value BETWEEN 1 AND ?1*2",
    };
    /* not generate_series, which some builds lack */
    require(sqlite3_exec(db,
                         SBX_SCHEMA "CREATE TEMP TABLE generate_series(value INTEGER PRIMARY KEY);",
                         NULL, NULL, NULL) == SQLITE_OK,
            sqlite3_errmsg(db));
    char series[300];
    snprintf(series, sizeof series,
             "BEGIN; WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v+1 FROM n WHERE v<%d)"
             " INSERT INTO generate_series SELECT v FROM n",
             campaigns * 2);
    require(sqlite3_exec(db, series, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        sqlite3_stmt *statement = NULL;
        sqlite3_prepare_v2(db, makers[i], -1, &statement, NULL);
        sqlite3_bind_int(statement, 1, campaigns);
        sqlite3_bind_int(statement, 2, !ties);
        require(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(db));
        sqlite3_finalize(statement);
    }
    require(sqlite3_exec(db, "COMMIT; DROP TABLE temp.generate_series", NULL, NULL, NULL) ==
                SQLITE_OK,
            sqlite3_errmsg(db));
}

static void bind(sqlite3_stmt *statement, const sbx_sql *sql) {
    for (int i = 0; i < (int)sql->count; i++) {
        const sbx_sql_value *value = &sql->values[i];
        if (value->kind == SBX_SQL_TEXT)
            sqlite3_bind_text(statement, i + 1, value->text, (int)value->length, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, i + 1, value->integer);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, const sbx_sql *sql, const char *before) {
    sqlite3_stmt *statement = NULL;
    char text[4000];
    snprintf(text, sizeof text, "%s%s", before, sql->text);
    require(!sql->failed && sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK, text);
    bind(statement, sql);
    return statement;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Returns the median time of the page; its number of rows in *rows. */
static double measure(sqlite3 *db, const sbx_sql *sql, int *rows) {
    double times[RUNS];
    sqlite3_stmt *statement = prepare(db, sql, "");
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        *rows = 0;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            (*rows)++;
            for (int i = 0; i < sqlite3_column_count(statement); i++)
                sqlite3_column_text(statement, i);
        }
        sqlite3_reset(statement);
        times[run] = now() - start;
    }
    sqlite3_finalize(statement);
    qsort(times, RUNS, sizeof times[0], compare);
    return times[RUNS / 2];
}

/* Builds the statement of the page after (or, backward, before) a cursor. */
static void build(sbx_sql *sql, const sbx_query *query, const char *columns, const char *table) {
    sbx_sql_add(sql, "SELECT ");
    sbx_sql_add(sql, columns);
    sbx_sql_add(sql, " FROM ");
    sbx_sql_add(sql, table);
    sbx_sql_add(sql, " WHERE ");
    sbx_query_where(query, sql);
    sbx_query_order(query, sql);
}

/* Returns a cursor at a fraction of the list, sorted as the query is. */
static sbx_cursor cursor_at(sqlite3 *db, sbx_arena *arena, const sbx_query *query,
                            const char *table, double depth) {
    sbx_cursor cursor = {0};
    sqlite3_stmt *statement = NULL;
    char *text = sbx_arena_printf(
        arena,
        "SELECT %s, %s FROM %s ORDER BY 1 %s, 2 %s LIMIT 1 OFFSET (SELECT count(*)*%f FROM %s)",
        query->sort->column ? query->sort->column : "0", query->sort->row, table,
        query->descending ? "DESC" : "", query->descending ? "DESC" : "", depth, table);
    require(sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    require(sqlite3_step(statement) == SQLITE_ROW, text);
    cursor.row = sqlite3_column_int64(statement, 1);
    cursor.value.kind = query->sort->is_int ? SBX_SQL_INT : SBX_SQL_TEXT;
    cursor.value.integer = sqlite3_column_int64(statement, 0);
    cursor.value.length = (size_t)sqlite3_column_bytes(statement, 0);
    cursor.value.text =
        sbx_arena_copy(arena, (const char *)sqlite3_column_text(statement, 0), cursor.value.length);
    sqlite3_finalize(statement);
    return cursor;
}

static void schedule(sqlite3 *db, const sbx_sql *sql) {
    sqlite3_stmt *statement = prepare(db, sql, "EXPLAIN QUERY PLAN ");
    printf("    ");
    while (sqlite3_step(statement) == SQLITE_ROW)
        if (!strstr((const char *)sqlite3_column_text(statement, 3), "SCALAR") &&
            !strstr((const char *)sqlite3_column_text(statement, 3), "pk"))
            printf("%s; ", sqlite3_column_text(statement, 3));
    printf("\n");
    sqlite3_finalize(statement);
}

static void row(sqlite3 *db, sbx_op op, const char *raw) {
    const char *table = op == SBX_OP_CAMPAIGN_LIST ? "campaigns" : "messages";
    const char *columns = op == SBX_OP_CAMPAIGN_LIST ? SBX_CAMPAIGN_COLUMNS : SBX_MESSAGE_COLUMNS;
    static const double depths[] = {-1, 0.1, 0.5, 0.995};
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_query query;
    sbx_sql sql;
    int rows;
    require(sbx_query_parse(&arena, op, SBX_DIALECT_GUIDE, "", raw, strlen(raw), &errors, &query),
            errors.count ? errors.list[0].detail : "memory");
    query.page_size = 100;
    printf("%-9s %-58s", table, raw);
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
        for (int backward = 0; backward < (depths[i] == 0.5 ? 2 : 1); backward++) {
            sbx_cursor cursor;
            if (depths[i] >= 0) {
                cursor = cursor_at(db, &arena, &query, table, depths[i]);
                cursor.backward = backward;
                query.cursor = &cursor;
            }
            sbx_sql_init(&sql, &arena);
            build(&sql, &query, columns, table);
            double took = measure(db, &sql, &rows);
            printf(" %6.0f/%-3d", took, rows);
        }
    printf("\n");
    schedule(db, &sql);
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
}

/* Puts the id of the seventh campaign into a filter. */
static const char *seventh(char out[200], const char *format, int ties) {
    char id[SBX_ULID_SIZE];
    sbx_ulid_write(SECRET, 7, INT64_C(1776168000000000) + !ties * 7 * 1000, 0, id);
    snprintf(out, 200, format, id);
    return out;
}

int main(int argc, char **argv) {
    char by_id[200], by_campaign[200], by_both[200];
    int count = argc > 1 ? atoi(argv[1]) : 100000, ties = argc > 2;
    const char *const campaigns[] = {
        "",
        "sort=created_at",
        "sort=-name",
        "sort=id",
        "filter=equals(archived,false)",
        "filter=equals(archived,true)",
        "filter=equals(archived,false)&sort=name",
        "filter=equals(archived,true)&sort=name",
        "filter=equals(builder,'wizard')&sort=-created_at",
        "filter=equals(builder,'canvas')&sort=id",
        "filter=contains(name,'sale')",
        "filter=contains(name,'sale')&sort=name",
        "filter=contains(name,'nothing such')",
        "filter=greater-than(created_at,2026-01-01T00:00:00Z)",
        "filter=greater-than(created_at,2036-01-01T00:00:00Z)",
        "filter=less-than(updated_at,2036-01-01T00:00:00Z)",
        "filter=greater-than(updated_at,2026-04-14T12:01:00Z)&sort=name",
        "filter=equals(archived,false),equals(builder,'wizard'),contains(name,'sale')",
        seventh(by_id, "filter=any(id,['%s','nobody'])", ties)};
    const char *const messages[] = {
        "",
        "sort=name",
        "filter=equals(status,'DRAFT')",
        "filter=equals(status,'SENDING')",
        "filter=equals(status,'DRAFT')&sort=name",
        "filter=equals(status,'SENDING')&sort=name",
        "filter=equals(status,'DRAFT')&sort=id",
        "filter=equals(status,'SENT')&sort=-created",
        seventh(by_campaign, "filter=equals(campaign.id,'%s')", ties),
        seventh(by_both, "filter=equals(campaign.id,'%s'),equals(status,'DRAFT')", ties)};
    sbx_ulid_source source = {.secret = SECRET};
    sqlite3 *db = NULL;
    sqlite3_open(":memory:", &db);
    require(sbx_ulid_define_functions(db, &source), sqlite3_errmsg(db));
    double start = now();
    fill(db, count, ties);
    printf("%d campaigns, filled in %.1f s, %.0f MB\n", count, (now() - start) / 1e6,
           (double)sqlite3_memory_used() / 1e6);
    printf("%-68s %10s %10s %10s %10s %10s   us/rows\n", "", "first", "10%", "50%", "50% back",
           "99.5%");
    for (size_t i = 0; i < sizeof campaigns / sizeof campaigns[0]; i++)
        row(db, SBX_OP_CAMPAIGN_LIST, campaigns[i]);
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        row(db, SBX_OP_MESSAGE_LIST, messages[i]);
    sqlite3_close(db);
    return 0;
}
