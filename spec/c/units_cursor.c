/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include "api/cursor.h"
#include "check.h"
#include "sandbox_db.h"

static const sbx_sort_key by_updated = {"updated_at", "campaigns.updated", "campaigns.pk", true};
static const sbx_sort_key by_name = {"name", "campaigns.name", "campaigns.pk", false};
static const sbx_sort_key by_id = {"id", NULL, "campaigns.pk", true};

static sbx_cursor make(const sbx_sort_key *sort, bool backward) {
    sbx_cursor cursor = {.backward = backward, .row = 123456789};
    cursor.value =
        sort->is_int
            ? (sbx_sql_value){.kind = SBX_SQL_INT, .integer = -42}
            : (sbx_sql_value){.kind = SBX_SQL_TEXT, .text = "Summer \xC3\xA9", .length = 9};
    return cursor;
}

static void test_round_trip(const sbx_sort_key *sort, bool backward) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/% ";
    sbx_arena arena = {0};
    sbx_cursor cursor = make(sort, backward), back;
    char *text = sbx_cursor_encode(&arena, sort, &cursor, 77);
    size_t length = strlen(text);
    CHECK(strspn(text, alphabet) == length && strcspn(text, "=+/% ") == length);
    CHECK_INT(sbx_cursor_decode(&arena, sort, text, length, 77, &back), SBX_CURSOR_OK);
    CHECK_INT(back.row, cursor.row);
    CHECK_INT(back.backward, backward);
    if (sort->column && sort->is_int)
        CHECK_INT(back.value.integer, -42);
    if (!sort->is_int)
        CHECK(back.value.length == 9 && memcmp(back.value.text, cursor.value.text, 9) == 0);
    CHECK_INT(sbx_cursor_decode(&arena, sort, text, length, 78, &back), SBX_CURSOR_FOREIGN);
    CHECK_INT(
        sbx_cursor_decode(&arena, sort == &by_name ? &by_id : &by_name, text, length, 77, &back),
        SBX_CURSOR_FOREIGN);

    /* every character changed to every other, every length, one too long, two swapped */
    int rejected = 1;
    for (size_t i = 0; i < length; i++) {
        char kept = text[i];
        for (const char *c = alphabet; *c; c++) {
            text[i] = *c;
            rejected = rejected && (*c == kept || sbx_cursor_decode(&arena, sort, text, length, 77,
                                                                    &back) == SBX_CURSOR_BROKEN);
        }
        text[i] = kept;
        rejected =
            rejected && sbx_cursor_decode(&arena, sort, text, i, 77, &back) == SBX_CURSOR_BROKEN;
        if (i && text[i - 1] != kept) {
            text[i] = text[i - 1];
            text[i - 1] = kept;
            rejected = rejected && sbx_cursor_decode(&arena, sort, text, length, 77, &back) ==
                                       SBX_CURSOR_BROKEN;
            text[i - 1] = text[i];
            text[i] = kept;
        }
    }
    CHECK(rejected);
    char *longer = sbx_arena_printf(&arena, "%sA", text);
    CHECK_INT(sbx_cursor_decode(&arena, sort, longer, length + 1, 77, &back), SBX_CURSOR_BROKEN);
    sbx_arena_free(&arena);
}

static void test_limits(void) {
    static char name[SBX_CURSOR_MAX];
    sbx_arena arena = {0};
    sbx_cursor back, cursor = {.value = {.kind = SBX_SQL_TEXT, .text = name, .length = 8000}};
    memset(name, 'n', sizeof name);
    char *text = sbx_cursor_encode(&arena, &by_name, &cursor, 1);
    CHECK_INT(sbx_cursor_decode(&arena, &by_name, text, strlen(text), 1, &back), SBX_CURSOR_OK);
    CHECK_INT(back.value.length, 8000);
    cursor.value.length = sizeof name;
    text = sbx_cursor_encode(&arena, &by_name, &cursor, 1);
    CHECK_INT(sbx_cursor_decode(&arena, &by_name, text, strlen(text), 1, &back), SBX_CURSOR_BROKEN);
    cursor.value.length = 0; /* an empty name is a name */
    text = sbx_cursor_encode(&arena, &by_name, &cursor, 1);
    CHECK_INT(sbx_cursor_decode(&arena, &by_name, text, strlen(text), 1, &back), SBX_CURSOR_OK);
    CHECK_INT(back.value.length, 0);
    sbx_arena_free(&arena);

    sbx_arena_init(&arena, 16);
    CHECK(sbx_cursor_encode(&arena, &by_name, &cursor, 1) == NULL);
    CHECK_INT(sbx_cursor_decode(&arena, &by_name, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 31, 1, &back),
              SBX_CURSOR_NO_MEMORY);
    sbx_arena_free(&arena);
}

static void test_binding(void) {
    uint64_t a = sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", &by_name, false, "f", 1);
    CHECK(a == sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", &by_name, false, "fg", 1));
    CHECK(a != sbx_cursor_binding(SBX_OP_MESSAGE_LIST, "", &by_name, false, "f", 1));
    CHECK(a != sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "f", &by_name, false, "", 0));
    CHECK(a != sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", &by_id, false, "f", 1));
    CHECK(a != sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", &by_name, true, "f", 1));
    CHECK(a != sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", &by_name, false, "g", 1));
}

static void test_ends(void) {
    sbx_cursor forward = {.backward = false}, backward = {.backward = true};
    const struct {
        const sbx_cursor *cursor;
        size_t fetched;
        bool next, prev;
    } cases[] = {
        {NULL, 0, false, false},      {NULL, 10, false, false},     {NULL, 11, true, false},
        {&forward, 0, false, false},  {&forward, 10, false, true},  {&forward, 11, true, true},
        {&backward, 0, false, false}, {&backward, 10, true, false}, {&backward, 11, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sbx_page_ends ends = sbx_cursor_ends(cases[i].cursor, cases[i].fetched, 10);
        CHECK(ends.has_next == cases[i].next && ends.has_prev == cases[i].prev);
    }
}

/* --- paging: many rows have equal sort values, so that the tie-break decides --- */

#define ROWS 500
#define PAGE 7

/* Reads one page: its keys in the order shown. Sets *next and *prev (text in the arena, or NULL).
 */
static int page(sqlite3 *db, sbx_arena *arena, const sbx_sort_key *sort, bool descending,
                const char *from, sqlite3_int64 *shown, const char **next, const char **prev) {
    sbx_sql sql;
    sbx_cursor cursor, *used = from ? &cursor : NULL;
    sqlite3_int64 rows[PAGE + 1];
    if (from)
        CHECK_INT(sbx_cursor_decode(arena, sort, from, strlen(from), 5, &cursor), SBX_CURSOR_OK);
    sbx_sql_init(&sql, arena);
    sbx_sql_add(&sql, "SELECT pk FROM campaigns WHERE ");
    sbx_cursor_where(&sql, sort, descending, used);
    sbx_cursor_order(&sql, sort, descending, used);
    sbx_sql_add(&sql, " LIMIT ");
    sbx_sql_int(&sql, PAGE + 1);
    int fetched = test_db_rows(db, &sql, rows, PAGE + 1), count = fetched < PAGE ? fetched : PAGE;
    sbx_page_ends ends = sbx_cursor_ends(used, (size_t)fetched, PAGE);
    for (int i = 0; i < count; i++)
        shown[i] = rows[used && used->backward ? count - 1 - i : i];
    for (int side = 0; side < 2; side++) {
        sqlite3_int64 row = count ? shown[side ? 0 : count - 1] : 0;
        char name[40];
        snprintf(name, sizeof name, "name %d", (int)(row % 10));
        sbx_cursor key = {.backward = side, .row = row};
        key.value =
            sort->is_int
                ? (sbx_sql_value){.kind = SBX_SQL_INT, .integer = row % 10}
                : (sbx_sql_value){.kind = SBX_SQL_TEXT, .text = name, .length = strlen(name)};
        bool has = side ? ends.has_prev : ends.has_next;
        *(side ? prev : next) = has ? sbx_cursor_encode(arena, sort, &key, 5) : NULL;
    }
    return count;
}

/* updated = pk % 10 and name = "name D" of the same digit. */
static void add_row(sqlite3 *db, int pk) {
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO campaigns VALUES (%d,'C%d','name %d','wizard',0,0,%d)",
             pk, pk, pk % 10, pk % 10);
    test_db_exec(db, sql);
}

/* Pages forward to the end and back to the start, with rows added on the way: each old row is seen
 * exactly once either way, in order, and the pages back equal the pages forward. */
static void test_paging(const sbx_sort_key *sort, bool descending) {
    static sqlite3_int64 seen[2 * ROWS];
    static int times[4 * ROWS];
    int count = 0, added = ROWS * 2 + 1;
    sqlite3 *db = test_db_open();
    sbx_arena arena = {0};
    memset(times, 0, sizeof times);
    for (int i = 1; i <= ROWS; i++)
        add_row(db, i * 2);

    const char *next = NULL, *prev = NULL, *last_prev = NULL, *from = NULL;
    do {
        count += page(db, &arena, sort, descending, from, seen + count, &next, &prev);
        CHECK((from == NULL) == (prev == NULL));
        last_prev = prev;
        from = next;
        add_row(db, added -=
                    6); /* an odd key between the others, before or after the current position */
        add_row(db, ROWS * 4 + 1 - added);
    } while (next && count < 2 * ROWS - PAGE);
    for (int i = 0; i < count; i++)
        times[seen[i]]++;
    int once = 1;
    for (int i = 1; i <= ROWS; i++)
        once = once && times[i * 2] == 1;
    for (int i = 0; i < 4 * ROWS; i++)
        once = once && times[i] <= 1;
    CHECK(once);
    CHECK(count >= ROWS);

    int back = 0;
    memset(times, 0, sizeof times);
    for (from = last_prev; from; from = prev) {
        sqlite3_int64 shown[PAGE];
        int size = page(db, &arena, sort, descending, from, shown, &next, &prev);
        CHECK(next != NULL);
        for (int i = 0; i < size; i++)
            times[shown[i]]++;
        back += size;
    }
    once = 1;
    for (int i = 0; i < 4 * ROWS; i++)
        once = once && times[i] <= 1;
    CHECK(once);
    CHECK(back >= ROWS - PAGE);
    sbx_arena_free(&arena);
    sqlite3_close(db);
}

/* next and then prev leads to the first page again, with nothing before it. */
static void test_there_and_back(const sbx_sort_key *sort, bool descending) {
    sqlite3_int64 first[PAGE], second[PAGE], again[PAGE];
    const char *next, *prev;
    sqlite3 *db = test_db_open();
    sbx_arena arena = {0};
    for (int i = 1; i <= 3 * PAGE; i++)
        add_row(db, i);
    CHECK_INT(page(db, &arena, sort, descending, NULL, first, &next, &prev), PAGE);
    CHECK_INT(page(db, &arena, sort, descending, next, second, &next, &prev), PAGE);
    CHECK_INT(page(db, &arena, sort, descending, prev, again, &next, &prev), PAGE);
    CHECK(memcmp(first, again, sizeof first) == 0 && prev == NULL);
    CHECK_INT(page(db, &arena, sort, descending, next, again, &next, &prev), PAGE);
    CHECK(memcmp(second, again, sizeof second) == 0);
    CHECK_INT(page(db, &arena, sort, descending, next, again, &next, &prev), PAGE);
    CHECK(next == NULL && prev != NULL);
    sbx_arena_free(&arena);
    sqlite3_close(db);
}

void test_cursor(void) {
    const sbx_sort_key *sorts[] = {&by_updated, &by_name, &by_id};
    for (int i = 0; i < 6; i++) {
        test_round_trip(sorts[i / 2], i % 2);
        test_paging(sorts[i / 2], i % 2);
        test_there_and_back(sorts[i / 2], i % 2);
    }
    test_limits();
    test_binding();
    test_ends();
}
