/* SPDX-License-Identifier: MIT */
/* The statements of lists on the real schema: SQLite must read every page along an index, however
 * many rows there are. Its decision depends on the schema only, so empty tables suffice. */
#include <sqlite3.h>
#include <stdlib.h>
#include "api/query.h"
#include "api/query_rules.h"
#include "check.h"
#include "store/schema.h"
#include "store/ulid_sql.h"

/* Returns the query plan, its lines joined by "; ". Static storage. */
static const char *query_plan(sqlite3 *db, const sbx_sql *sql) {
    static char out[2000];
    sqlite3_stmt *statement = NULL;
    size_t size = 0;
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql->text);
    out[0] = '\0';
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
        return sqlite3_errmsg(db);
    while (sqlite3_step(statement) == SQLITE_ROW && size < sizeof out)
        size += (size_t)snprintf(out + size, sizeof out - size, "%s; ",
                                 sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
    sqlite3_free(text);
    return out;
}

static const char *table_of(sbx_op op) {
    return op == SBX_OP_CAMPAIGN_LIST   ? "campaigns"
           : op == SBX_OP_AUDIENCE_LIST ? "audiences"
           : op == SBX_OP_MESSAGE_LIST  ? "messages"
                                        : "variations";
}

/* Returns the query plan of one page of a list: after a cursor, before one, or the first. */
static const char *page_query_plan(sqlite3 *db, sbx_op op, const char *raw, int side) {
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_query query;
    sbx_sql sql;
    sbx_cursor cursor = {.backward = side < 0, .value = {.kind = SBX_SQL_INT}};
    CHECK(sbx_query_parse(&arena, op, SBX_DIALECT_GUIDE, "", raw, strlen(raw), &errors, &query));
    query.cursor = side ? &cursor : NULL;
    sbx_sql_init(&sql, &arena);
    sbx_sql_add(&sql, "SELECT * FROM ");
    sbx_sql_add(&sql, table_of(op));
    sbx_sql_add(&sql, " WHERE ");
    sbx_query_where(&query, &sql);
    sbx_query_order(&query, &sql);
    const char *schedule = query_plan(db, &sql);
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    return schedule;
}

/* For each sort, both directions, the first page and pages on either side of a cursor: no sorting,
 * and the cursor is a search in the index, tie-break included. `filter` selects no key. */
static void check_pages(sqlite3 *db, sbx_op op, const char *filter) {
    const sbx_list_rule *list = sbx_query_rules[op].list;
    for (const sbx_sort_rule *sort = list->sorts; sort->key.name; sort++) {
        for (int i = 0; (sort->dialects & SBX_DIALECT_GUIDE) && i < 6; i++) {
            char raw[400], search[100];
            int side = i % 3 - 1;
            snprintf(raw, sizeof raw, "%s%s", list->sortable ? "sort=" : "",
                     list->sortable && i / 3 ? "-" : "");
            if (list->sortable)
                strcat(raw, sort->key.name);
            if (*filter)
                snprintf(raw + strlen(raw), sizeof raw - strlen(raw), "%sfilter=%s",
                         *raw ? "&" : "", filter);
            const char *schedule = page_query_plan(db, op, raw, side),
                       *sorted = strstr(schedule, "TEMP B-TREE");
            bool down = (list->sortable && i / 3) != (side < 0);
            const char *column = sort->key.column ? strchr(sort->key.column, '.') + 1 : NULL;
            if (column)
                snprintf(search, sizeof search, "(%s,rowid)%s(?,?)", column, down ? "<" : ">");
            else
                snprintf(search, sizeof search, "rowid%s?", down ? "<" : ">");
            CHECK(sorted == NULL);
            if (side)
                CHECK_HOLDS(schedule, search);
            if (sorted)
                fprintf(stderr, "    %s: %s\n", raw, schedule);
        }
    }
}

static void finds(sqlite3 *db, sbx_op op, const char *raw, const char *index) {
    CHECK_HOLDS(page_query_plan(db, op, raw, 0), index);
    CHECK_HOLDS(page_query_plan(db, op, raw, 1), index);
}

void test_pages(void) {
    static const char *const campaign_filters[] = {
        "",
        "equals(archived,true)",
        "equals(builder,'canvas')",
        "contains(name,'x')",
        "greater-than(created_at,2026-01-01T00:00:00Z)",
        "less-than(updated_at,2026-01-01T00:00:00Z)",
        ("equals(archived,false),greater-than(created_at,2026-01-01T00:00:00Z),"
         "less-or-equal(created_at,2027-01-01T00:00:00Z),equals(builder,'wizard')"),
    };
    static const char *const message_filters[] = {
        "",
        "equals(status,'DRAFT')",
        "contains(name,'x')",
        "greater-or-equal(created,2026-01-01T00:00:00Z),less-than(updated,2027-01-01T00:00:00Z)",
        "equals(status,'SENT'),less-than(created,2026-01-01T00:00:00Z),contains(name,'x')",
    };
    sbx_ulid_source source = {.secret = 7};
    sqlite3 *db = NULL;
    sqlite3_open(":memory:", &db);
    CHECK(sbx_ulid_define_functions(db, &source));
    CHECK_INT(sqlite3_exec(db, SBX_SCHEMA, NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < sizeof campaign_filters / sizeof campaign_filters[0]; i++)
        check_pages(db, SBX_OP_CAMPAIGN_LIST, campaign_filters[i]);
    for (size_t i = 0; i < sizeof message_filters / sizeof message_filters[0]; i++)
        check_pages(db, SBX_OP_MESSAGE_LIST, message_filters[i]);
    check_pages(db, SBX_OP_AUDIENCE_LIST, "");
    check_pages(db, SBX_OP_VARIATION_LIST, "");

    finds(db, SBX_OP_CAMPAIGN_LIST, "filter=any(id,['a','b'])", "(rowid=?)");
    finds(db, SBX_OP_CAMPAIGN_LIST, "filter=equals(id,'a'),equals(archived,false)&sort=name",
          "(rowid=?)");
    finds(db, SBX_OP_MESSAGE_LIST, "filter=equals(campaign.id,'a')", "(campaign=?)");
    finds(db, SBX_OP_MESSAGE_LIST,
          "filter=equals(status,'DRAFT'),equals(campaign.id,'a'),"
          "less-than(updated,2026-01-01T00:00:00Z)",
          "(campaign=?)");
    finds(db, SBX_OP_AUDIENCE_LIST, "filter=equals(campaign.id,'a')", "(campaign=?");
    finds(db, SBX_OP_VARIATION_LIST, "filter=equals(campaign-message.id,'a')", "(message=?");
    sqlite3_close(db);
}
