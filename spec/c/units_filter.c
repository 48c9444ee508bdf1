/* SPDX-License-Identifier: MIT */
#include "api/filter.h"
#include "check.h"
#include "sandbox_db.h"

#define LIST                                                                                       \
    (SBX_FILTER_ANY | SBX_FILTER_EQUALS | SBX_FILTER_CONTAINS_ANY | SBX_FILTER_CONTAINS_ALL)

static const sbx_filter_word statuses[] = {{"draft", "DRAFT"}, {"sent", "SENT"}, {NULL, NULL}};
static const sbx_filter_field fields[] = {
    {"id", SBX_FILTER_EQUALS, SBX_FILTER_ANY | SBX_FILTER_EQUALS, SBX_FILTER_STRING, "messages.id",
     NULL, SBX_FILTER_KEY, NULL},
    {"campaign.id", SBX_FILTER_EQUALS, 0, SBX_FILTER_STRING, "messages.campaign",
     "(SELECT pk FROM campaigns WHERE id = ?)", SBX_FILTER_KEY, NULL},
    {"name",
     SBX_FILTER_EQUALS | SBX_FILTER_CONTAINS | SBX_FILTER_STARTS_WITH | SBX_FILTER_ENDS_WITH |
         SBX_FILTER_HAS,
     LIST, SBX_FILTER_STRING, "messages.name", NULL, SBX_FILTER_SCAN, NULL},
    {"status", SBX_FILTER_EQUALS, SBX_FILTER_ANY, SBX_FILTER_STRING, "messages.status", NULL,
     SBX_FILTER_GROUP, statuses},
    {"created", SBX_FILTER_RANGE, 0, SBX_FILTER_DATETIME, "messages.created", NULL, SBX_FILTER_SCAN,
     NULL},
    {"archived", SBX_FILTER_EQUALS, 0, SBX_FILTER_BOOLEAN, "(messages.pk % 2)", NULL,
     SBX_FILTER_GROUP, NULL},
    {"size", SBX_FILTER_RANGE | SBX_FILTER_EQUALS, SBX_FILTER_ANY, SBX_FILTER_NUMBER, "messages.pk",
     NULL, SBX_FILTER_SCAN, NULL},
    {NULL, 0, 0, SBX_FILTER_STRING, NULL, NULL, SBX_FILTER_SCAN, NULL},
};

static sbx_filter_scan scan; /* set by the tests */

/* Returns the ascending keys of the matching rows as text, "1 3 4 "; or "ERROR: " and the first
 * error. */
static const char *matches(sqlite3 *db, const char *text) {
    static char out[400];
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_sql sql;
    sqlite3_int64 rows[20];
    size_t size = 0;
    const sbx_filter *filter = sbx_filter_parse(&arena, text, strlen(text), &errors);
    out[0] = '\0';
    if (filter && sbx_filter_check(&arena, filter, fields, &errors)) {
        sbx_sql_init(&sql, &arena);
        sbx_sql_add(&sql, "SELECT pk FROM messages WHERE ");
        sbx_filter_render(filter, fields, &scan, &sql);
        sbx_sql_add(&sql, " ORDER BY pk");
        int count = test_db_rows(db, &sql, rows, 20);
        for (int i = 0; i < count; i++)
            size += (size_t)snprintf(out + size, sizeof out - size, "%d ", (int)rows[i]);
    } else {
        snprintf(out, sizeof out, "ERROR: %s", errors.count ? errors.list[0].detail : "(none)");
    }
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    return out;
}

static const char *rendered(const char *text) {
    static char out[1000];
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_sql sql;
    const sbx_filter *filter = sbx_filter_parse(&arena, text, strlen(text), &errors);
    sbx_sql_init(&sql, &arena);
    if (filter && sbx_filter_check(&arena, filter, fields, &errors))
        sbx_filter_render(filter, fields, &scan, &sql);
    snprintf(out, sizeof out, "%s", sql.text);
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    return out;
}

static void test_render(void) {
    scan = (sbx_filter_scan){.column = "messages.updated"};
    CHECK_TEXT(rendered("equals(status,'sent')"), "(messages.status = ?)");
    CHECK_TEXT(rendered("and(equals(status,'sent'),less-than(created,2026-01-01T00:00:00Z)),"
                        "any(id,['a','b'])"),
               "((+messages.status = ? AND +messages.created < ?) AND messages.id IN (?, ?))");
    CHECK_TEXT(rendered("contains(name,'x')"), "((messages.name LIKE ? ESCAPE '\\'))");
    CHECK_TEXT(rendered("equals(campaign.id,'x')"),
               "(messages.campaign = (SELECT pk FROM campaigns WHERE id = ?))");
    CHECK_TEXT(rendered("has(name)"), "((messages.name IS NOT NULL AND messages.name <> ''))");
    CHECK_TEXT(rendered(" equals( id , \"x\" ) , has( name ) "),
               "(messages.id = ? AND (messages.name IS NOT NULL AND messages.name <> ''))");

    sbx_arena arena = {0};
    sbx_sql sql;
    sbx_sql_init(&sql, &arena);
    sbx_filter_render(NULL, fields, &scan, &sql);
    CHECK_TEXT(sql.text, "1");
    sbx_arena_free(&arena);
}

/* Which columns may use an index: a unique one; else a group; bounds of the sort column, except on
 * the side that a cursor bounds; nothing else. */
static void test_index_use(void) {
    const char *bounds =
        "less-than(created,2026-01-01T00:00:00Z),greater-or-equal(created,2025-01-01T00:00:00Z)";
    CHECK_TEXT(rendered(bounds), "(+messages.created < ? AND +messages.created >= ?)");
    scan = (sbx_filter_scan){.column = "messages.created"};
    CHECK_TEXT(rendered(bounds), "(messages.created < ? AND messages.created >= ?)");
    scan.below = true;
    CHECK_TEXT(rendered(bounds), "(+messages.created < ? AND messages.created >= ?)");
    scan = (sbx_filter_scan){.column = "messages.created", .above = true};
    CHECK_TEXT(rendered(bounds), "(messages.created < ? AND +messages.created >= ?)");
    scan.above = false;
    CHECK_TEXT(rendered("equals(status,'sent'),equals(archived,true),"
                        "less-than(created,2026-01-01T00:00:00Z)"),
               "(messages.status = ? AND +(messages.pk % 2) = ? AND messages.created < ?)");
    CHECK_TEXT(
        rendered("less-than(created,2026-01-01T00:00:00Z),equals(campaign.id,'x'),"
                 "equals(status,'sent')"),
        "(+messages.created < ? AND messages.campaign = (SELECT pk FROM campaigns WHERE id = "
        "?) AND +messages.status = ?)");
    CHECK_TEXT(rendered("any(status,['sent'])"), "(+messages.status IN (?))");
    scan = (sbx_filter_scan){0};
    CHECK_TEXT(rendered("equals(size,1)"), "(+messages.pk = ?)");
}

static void test_run(void) {
    sqlite3 *db = test_db_open();
    test_db_exec(
        db, "INSERT INTO campaigns VALUES (7,'C7','x','wizard',0,0,0);"
            "INSERT INTO messages VALUES"
            " (1,'M1',7,'Summer Sale','DRAFT',1767225600000000,0)," /* 2026-01-01 */
            " (2,'M2',7,'50% off_x\\','SENT',1769904000000000,0),"  /* 2026-02-01 */
            " (3,'M3',8,'Mother''s \"day\" \xC3\xA9\xF0\x9F\x98\x80','DRAFT',1772323200000001,0),"
            " (4,'M4',8,'','SENT',1775001600000000,0);");
    CHECK_TEXT(matches(db, "contains(name,'summer')"), "1 ");
    CHECK_TEXT(matches(db, "contains(name,'SALE')"), "1 ");
    CHECK_TEXT(matches(db, "contains(name,'%')"), "2 ");
    CHECK_TEXT(matches(db, "contains(name,'_')"), "2 ");
    CHECK_TEXT(matches(db, "contains(name,'\\\\')"), "2 ");
    CHECK_TEXT(matches(db, "contains(name,'0%_o')"), "");
    CHECK_TEXT(matches(db, "contains(name,\"Mother's\")"), "3 ");
    CHECK_TEXT(matches(db, "contains(name,'Mother\\'s')"), "3 ");
    CHECK_TEXT(matches(db, "contains(name,\"\\\"day\\\" \\u00e9\\uD83D\\ude00\")"), "3 ");
    CHECK_TEXT(matches(db, "ends-with(name,'\xF0\x9F\x98\x80')"), "3 ");
    CHECK_TEXT(matches(db, "starts-with(name,'sum')"), "1 ");
    CHECK_TEXT(matches(db, "ends-with(name,'sale')"), "1 ");
    CHECK_TEXT(matches(db, "starts-with(name,'sale')"), "");
    CHECK_TEXT(matches(db, "equals(name,'summer sale')"), "");
    CHECK_TEXT(matches(db, "equals(name,'Summer Sale')"), "1 ");
    CHECK_TEXT(matches(db, "contains-any(name,['sale','off'])"), "1 2 ");
    CHECK_TEXT(matches(db, "contains-all(name,['sale','summer'])"), "1 ");
    CHECK_TEXT(matches(db, "contains-all(name,['sale','off'])"), "");
    CHECK_TEXT(matches(db, "contains(name,'')"), "1 2 3 4 ");
    CHECK_TEXT(matches(db, "has(name)"), "1 2 3 ");
    CHECK_TEXT(matches(db, "equals(status,'draft')"), "1 3 ");
    CHECK_TEXT(matches(db, "any(status,['draft','sent'])"), "1 2 3 4 ");
    CHECK_TEXT(matches(db, "equals(campaign.id,'C7')"), "1 2 ");
    CHECK_TEXT(matches(db, "equals(campaign.id,'nobody')"), "");
    CHECK_TEXT(matches(db, "any(id,['M4','M1','M9'])"), "1 4 ");
    CHECK_TEXT(matches(db, "equals(id,['M4'])"), "4 ");
    CHECK_TEXT(matches(db, "greater-than(created,2026-02-01T00:00:00Z)"), "3 4 ");
    CHECK_TEXT(matches(db, "greater-or-equal(created,2026-02-01T01:00:00+01:00)"), "2 3 4 ");
    CHECK_TEXT(matches(db, "less-than(created,2026-03-01T00:00:00.000001Z)"), "1 2 ");
    CHECK_TEXT(matches(db, "less-or-equal(created,2026-03-01T00:00:00.000001Z)"), "1 2 3 ");
    CHECK_TEXT(matches(db, "equals(archived,true)"), "1 3 ");
    CHECK_TEXT(matches(db, "equals(archived,false)"), "2 4 ");
    CHECK_TEXT(matches(db, "greater-than(size,2.5)"), "3 4 ");
    CHECK_TEXT(matches(db, "equals(size,2)"), "2 ");
    CHECK_TEXT(matches(db, "any(size,[-1,3,4e0])"), "3 4 ");
    CHECK_TEXT(matches(db, "equals(status,'draft'),contains(name,'a')"), "1 3 ");
    CHECK_TEXT(matches(db, "and(equals(status,'draft'),and(contains(name,'a'),equals(size,3)))"),
               "3 ");
    CHECK_TEXT(matches(db, "equals(name,'x\\') OR 1=1 --')"), "");
    sqlite3_close(db);
}

static void test_refusals(void) {
    static const char *const cases[][2] = {
        {"", "position 1: found the end, expected an operator"},
        {"   ", "position 4: found the end, expected an operator"},
        {"or(has(name),has(id))", "position 1: unknown operator \"or\"; known: equals, "},
        {"Equals(id,'x')", "unknown operator \"Equals\""},
        {"equals", "position 7: found the end, expected the ( of the operator"},
        {"equals()", "position 8: found \")\", expected the name of a field"},
        {"equals(id)", "position 10: found \")\", expected a comma and a value"},
        {"equals(id,)", "position 11: found \")\", expected a value"},
        {"equals(status,DRAFT)",
         "position 15: found \"DRAFT\", expected a value: a string in quotes"},
        {"equals(id,'x'", "position 14: found the end, expected the ) of the comparison"},
        {"equals(id,'x'),", "position 16: found the end, expected an operator"},
        {"equals(id,'x')has(name)", "position 15: found \"has\", expected a comma and another"},
        {"equals(id,'x'))", "position 15: found \")\", expected a comma and another"},
        {"equals(id,'x\")", "position 11: this string is not closed"},
        {"equals(id,'\\", "invalid escape"},
        {"equals(id,'\\x41')", "position 12: invalid escape"},
        {"equals(id,'\\u00zz')", "invalid escape"},
        {"equals(id,'\\u0000')", "invalid escape"},
        {"equals(id,'\\ud800')", "invalid escape"},
        {"equals(id,'\\ud800\\u0041')", "invalid escape"},
        {"equals(id,'\\udc00')", "invalid escape"},
        {"equals(id,'a\nb')", "position 13: a string must be UTF-8, with control characters"},
        {"equals(id,'a\xFF')", "position 13: a string must be UTF-8"},
        {"any(id,[])", "position 9: found \"]\", expected a value"},
        {"any(id,['a',])", "position 13: found \"]\", expected a value"},
        {"any(id,['a' 'b'])", "expected a comma and another value, or the ] of the list"},
        {"any(id,['a',1])", "position 13: the values of a list must be of one type"},
        {"any(id,'a')", "position 8: any of \"id\" takes a list, such as"},
        {"contains(name,['a'])", "position 16: contains of \"name\" takes one value, not a list"},
        {"equals(colour,'x')", "position 8: \"colour\" cannot be filtered by; possible: id, "},
        {"contains(id,'x')",
         "position 1: contains does not apply to \"id\", which takes equals, any"},
        {"has(created)", "position 1: has does not apply to \"created\", which takes less-than, "},
        {"equals(status,'DRAFT')", "position 15: \"DRAFT\" is not a status; allowed: draft, sent"},
        {"equals(archived,'true')", "found a string, \"archived\" takes true or false without"},
        {"equals(archived,True)", "position 17: found \"True\", expected a value"},
        {"greater-than(created,'2026-01-01T00:00:00Z')",
         "found a string, \"created\" takes a date-time without quotes"},
        {"greater-than(created,2026-01-01)", "\"2026-01-01\" is not a date-time: the time of day"},
        {"greater-than(created,2026-02-30T00:00:00Z)", "that month has no such day"},
        {"greater-than(created,2026-01-01T00:00:00 00:00)", "in a URL a + must be written %2B"},
        {"greater-than(created,5)", "found a number, \"created\" takes a date-time"},
        {"equals(id,5)", "found a number, \"id\" takes a string in quotes"},
        {"equals(size,+5)", "expected a value"},
        {"equals(size,05)", "expected a value"},
        {"equals(size,1e999)", "expected a value"},
        {"equals(size,NaN)", "expected a value"},
        {"and()", "position 5: found \")\", expected an operator"},
        {"and(has(name)", "position 14: found the end, expected a comma and another comparison"},
        {"has(name,'x')", "position 9: found \",\", expected the ) of the comparison"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = matches(NULL, cases[i][0]);
        CHECK(strncmp(found, "ERROR: position ", 16) == 0);
        CHECK_HOLDS(found, cases[i][1]);
    }
}

/* Repeats `unit` n times between a start and an end. */
static const char *repeated(char *out, const char *head, const char *unit, int n,
                            const char *tail) {
    strcpy(out, head);
    for (int i = 0; i < n; i++)
        strcat(out, unit);
    return strcat(out, tail);
}

static void test_bounds(void) {
    static char text[70000], tail[200];
    sqlite3 *db = test_db_open();
    repeated(tail, "has(name)", ")", 16, "");
    CHECK_TEXT(matches(db, repeated(text, "", "and(", 16, tail)), "");
    strcat(tail, ")");
    CHECK_HOLDS(matches(db, repeated(text, "", "and(", 17, tail)), "nested too deeply");
    CHECK_HOLDS(matches(db, repeated(text, "", "and(", 4000, "")), "nested too deeply");
    CHECK_TEXT(matches(db, repeated(text, "has(name)", ",has(name)", 99, "")), "");
    CHECK_HOLDS(matches(db, repeated(text, "has(name)", ",has(name)", 100, "")),
                "at most 100 comparisons");
    CHECK_TEXT(matches(db, repeated(text, "contains-any(name,['a'", ",'a'", 499, "])")), "");
    CHECK_HOLDS(matches(db, repeated(text, "any(id,['a'", ",'a'", 500, "])")),
                "at most 500 values");
    CHECK_TEXT(matches(db, repeated(text, "equals(id,'", "a", 16384 - 13, "')")), "");
    CHECK_HOLDS(matches(db, repeated(text, "equals(id,'", "a", 16384 - 12, "')")),
                "at most 16384 bytes");
    CHECK_TEXT(matches(db, repeated(text, "contains(name,'", "%", 16000, "')")), "");
    sqlite3_close(db);
}

/* All errors are reported, not the first only. */
static void test_all_errors(void) {
    const char *text =
        "equals(a,'x'),and(contains(id,'x'),equals(status,'y')),any(status,['p','q'])";
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    const sbx_filter *filter = sbx_filter_parse(&arena, text, strlen(text), &errors);
    CHECK(filter && !sbx_filter_check(&arena, filter, fields, &errors));
    CHECK_INT(errors.count, 5);
    CHECK_TEXT(errors.list[0].where, "filter");
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
}

/* With every limit of memory: a result or none, and no crash. */
static void test_no_memory(void) {
    const char *text = "and(equals(status,'sent'),any(id,['a','b'])),contains(name,'x')";
    int refused = 0, taken = 0;
    for (size_t limit = 1; limit < 6000; limit += 16) {
        sbx_arena arena;
        sbx_errors errors = {0};
        sbx_sql sql;
        sbx_arena_init(&arena, limit);
        const sbx_filter *filter = sbx_filter_parse(&arena, text, strlen(text), &errors);
        sbx_sql_init(&sql, &arena);
        if (filter)
            sbx_filter_render(filter, fields, &scan, &sql);
        CHECK(arena.failed == (!filter || sql.failed));
        refused += arena.failed;
        taken += !arena.failed;
        sbx_errors_free(&errors);
        sbx_arena_free(&arena);
    }
    CHECK(refused > 0 && taken > 0);
}

void test_filter(void) {
    test_render();
    test_index_use();
    test_run();
    test_refusals();
    test_bounds();
    test_all_errors();
    test_no_memory();
}
