/* SPDX-License-Identifier: MIT */
/* arena, sql, timestamp, ulid */
#include <stdint.h>
#include <time.h>
#include "base/arena.h"
#include "base/timestamp.h"
#include "check.h"
#include "store/sql.h"
#include "store/ulid.h"

static void test_arena(void) {
    sbx_arena arena;
    sbx_arena_init(&arena, 10000);
    char *a = sbx_arena_copy(&arena, "abc", 2), *b = sbx_arena_printf(&arena, "%d-%s", 7, "x");
    CHECK_TEXT(a, "ab");
    CHECK_TEXT(b, "7-x");
    for (int i = 0; i < 100; i++) {
        unsigned char *some = sbx_arena_alloc(&arena, 33);
        CHECK(some && some[0] == 0 && some[32] == 0 && (uintptr_t)some % 16 == 0);
        memset(some, 0xFF, 33);
    }
    CHECK(sbx_arena_alloc(&arena, 9000) == NULL);
    CHECK(arena.failed);
    CHECK(sbx_arena_alloc(&arena, SIZE_MAX) == NULL);
    sbx_arena_free(&arena);
    CHECK(!arena.failed && sbx_arena_alloc(&arena, 9000) != NULL);

    CHECK_TEXT(sbx_arena_quote(&arena, "a\n\xC3\xA9\xFF", 5), "\"a\\x0A\xC3\xA9\\xFF\"");
    sbx_arena_free(&arena);
    char lots[200];
    memset(lots, 'x', sizeof lots);
    CHECK_INT(strlen(sbx_arena_quote(&arena, lots, sizeof lots)), 65);
    memset(lots, 1, sizeof lots);
    CHECK_INT(strlen(sbx_arena_quote(&arena, lots, sizeof lots)), 60 * 4 + 5);
    sbx_arena_free(&arena);

    CHECK_INT(sbx_utf8_length("\xF0\x9F\x98\x80", 4), 4);
    CHECK_INT(sbx_utf8_length("\xF0\x9F\x98\x80", 3), 0);
    CHECK_INT(sbx_utf8_length("\xED\xA0\x80", 3), 0);
    CHECK_INT(sbx_utf8_length("\xC0\x80", 2), 0);
    CHECK_INT(sbx_utf8_length("\xF4\x90\x80\x80", 4), 0);
    CHECK_INT(sbx_utf8_length("", 0), 0);
}

static void test_sql(void) {
    sbx_arena arena = {0};
    sbx_sql sql;
    sbx_sql_init(&sql, &arena);
    for (int i = 0; i < 300; i++) {
        sbx_sql_add(&sql, i ? "," : "");
        sbx_sql_int(&sql, i);
    }
    CHECK_INT(sql.count, 300);
    CHECK_INT(sql.length, 599);
    CHECK_INT(sql.values[299].integer, 299);
    char piece[4000];
    memset(piece, ' ', sizeof piece - 1);
    piece[sizeof piece - 1] = '\0';
    for (int i = 0; i < 5; i++)
        sbx_sql_add(&sql, piece);
    CHECK_INT(sql.length, 599 + 5 * 3999);
    CHECK_INT(strlen(sql.text), sql.length);
    CHECK(memcmp(sql.text, "?,?,?,", 6) == 0 && sql.text[598] == '?');
    sbx_arena_free(&arena);

    sbx_arena_init(&arena, 600);
    sbx_sql_init(&sql, &arena);
    for (int i = 0; i < 300; i++)
        sbx_sql_text(&sql, "x", 1);
    CHECK(sql.failed);
    sbx_arena_free(&arena);
}

static int64_t parsed(const char *text) {
    int64_t time = INT64_MIN;
    const char *wrong = sbx_time_parse(text, strlen(text), &time);
    if (wrong)
        fprintf(stderr, "%s: %s\n", text, wrong);
    return time;
}

static void bad_time(const char *text, const char *reason) {
    int64_t time = 42;
    CHECK_HOLDS(sbx_time_parse(text, strlen(text), &time), reason);
    CHECK_INT(time, 42);
}

static void test_time_parse(void) {
    CHECK_INT(parsed("1970-01-01T00:00:00Z"), 0);
    CHECK_INT(parsed("1970-01-01T00:00:00.000001Z"), 1);
    CHECK_INT(parsed("1969-12-31T23:59:59.999999+00:00"), -1);
    CHECK_INT(parsed("2026-04-14T12:00:00.000000+00:00"), INT64_C(1776168000000000));
    CHECK_INT(parsed("2026-04-14T12:00Z"), INT64_C(1776168000000000));
    CHECK_INT(parsed("2026-04-14T08:00:00-04:00"), INT64_C(1776168000000000));
    CHECK_INT(parsed("2026-04-14T17:45:00+05:45"), INT64_C(1776168000000000));
    CHECK_INT(parsed("2026-04-14T12:00:00.5Z"), INT64_C(1776168000500000));
    CHECK_INT(parsed("2026-04-14T12:00:00.123456789Z"), INT64_C(1776168000123456));
    CHECK_INT(parsed("2024-02-29T00:00:00Z"), INT64_C(1709164800000000));
    CHECK_INT(parsed("2000-02-29T00:00:00Z"), INT64_C(951782400000000));
    CHECK_INT(parsed("0001-01-01T00:00:00Z"), SBX_TIME_MIN);
    CHECK_INT(parsed("9999-12-31T23:59:59.999999Z"), SBX_TIME_MAX);

    bad_time("", "date");
    bad_time("2026-04-14", "time of day is missing");
    bad_time("2026-04-14T12:00:00", "offset is missing");
    bad_time("2026-04-14 12:00:00Z", "a T must");
    bad_time("2026-04-14t12:00:00z", "a T must");
    bad_time("2026-02-29T12:00:00Z", "no such day");
    bad_time("2100-02-29T12:00:00Z", "no such day");
    bad_time("2026-04-31T12:00:00Z", "no such day");
    bad_time("2026-04-00T12:00:00Z", "no such day");
    bad_time("2026-13-01T12:00:00Z", "month");
    bad_time("0000-01-01T12:00:00Z", "year 0000");
    bad_time("2026-04-14T24:00:00Z", "hour");
    bad_time("2026-04-14T12:60:00Z", "minute");
    bad_time("2026-12-31T23:59:60Z", "second");
    bad_time("2026-04-14T12:00:00.Z", "fraction");
    bad_time("2026-04-14T12:00:00.1234567890Z", "fraction");
    bad_time("2026-04-14T12:00:00+24:00", "less than a day");
    bad_time("2026-04-14T12:00:00+01:60", "less than a day");
    bad_time("2026-04-14T12:00:00+0100", "offset is");
    bad_time("2026-04-14T12:00:00ZZ", "nothing may follow");
    bad_time("+026-04-14T12:00:00Z", "date");
    bad_time("26-04-14T12:00:00Z", "date");
    bad_time("0001-01-01T00:00:00+00:01", "years 0001");
    bad_time("9999-12-31T23:59:59-00:01", "years 0001");
}

static void test_time_format(void) {
    char out[SBX_TIME_SIZE];
    sbx_time_format(INT64_C(1776168000000000), out);
    CHECK_TEXT(out, "2026-04-14T12:00:00.000000+00:00");
    sbx_time_format(-1, out);
    CHECK_TEXT(out, "1969-12-31T23:59:59.999999+00:00");
    sbx_time_format(INT64_MIN, out);
    CHECK_TEXT(out, "0001-01-01T00:00:00.000000+00:00");
    sbx_time_format(INT64_MAX, out);
    CHECK_TEXT(out, "9999-12-31T23:59:59.999999+00:00");

    /* Compares with the C library, over four thousand years in uneven steps. */
    int same = 1;
    for (int64_t t = INT64_C(-30000000000); t < INT64_C(95000000000); t += 86399 * 37 + 11) {
        time_t seconds = (time_t)t;
        struct tm parts;
        char wanted[64];
        gmtime_r(&seconds, &parts);
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%S.000000+00:00", &parts);
        sbx_time_format(t * SBX_SECOND, out);
        same = same && strcmp(out, wanted) == 0 && parsed(out) == t * SBX_SECOND;
    }
    CHECK(same);

    int64_t date;
    CHECK(sbx_date_parse("2026-08-01", 10, &date) == NULL);
    CHECK_INT(date, parsed("2026-08-01T00:00:00Z"));
    CHECK(sbx_date_parse("2026-08-01T", 11, &date) != NULL);
    CHECK(sbx_date_parse("2026-8-1", 8, &date) != NULL);
}

/* Takes the next key of a source, and writes the id of its row. */
static sbx_key made(sbx_ulid_source *source, int64_t now, char id[SBX_ULID_SIZE]) {
    sbx_key key = sbx_ulid_next(source, now);
    sbx_ulid_write(source->secret, key.pk, now, key.ahead, id);
    return key;
}

static void test_ulid(void) {
    sbx_ulid_source source = {.secret = 7};
    char last[SBX_ULID_SIZE], next[SBX_ULID_SIZE];
    const int64_t now = INT64_C(1776168000123456);
    CHECK_INT(made(&source, now, last).pk, 1);
    CHECK_INT(strlen(last), SBX_ULID_LENGTH);
    /* 1776168000123 ms in Crockford's digits, computed elsewhere; then the key in 8 digits */
    CHECK(memcmp(last, "01KP5XSPKV00000001", 18) == 0);

    int ascending = 1;
    for (int i = 0; i < 20000; i++) {
        sbx_key key = made(&source, now + i / 5000 * 1000, next);
        ascending = ascending && strcmp(last, next) < 0 && key.ahead == 0 &&
                    sbx_ulid_key(7, next, SBX_ULID_LENGTH) == key.pk;
        memcpy(last, next, sizeof last);
    }
    CHECK(ascending);
    CHECK_INT(made(&source, now - SBX_DAY, next).ahead, 86400003); /* the clock was set back */
    CHECK(strcmp(last, next) < 0);
    memcpy(last, next, sizeof last);
    CHECK_INT(made(&source, INT64_MIN, next).ahead, 1776168000126);
    CHECK(strcmp(last, next) < 0);
    CHECK_INT(made(&source, INT64_MAX, next).ahead, 0);

    /* the largest key of 40 bits, and the latest time */
    source.last_key = (INT64_C(1) << 40) - 2;
    sbx_key key = made(&source, INT64_MAX, next);
    CHECK(memcmp(next, "7ZZZZZZZZZZZZZZZZZ", 18) == 0);
    CHECK_INT(sbx_ulid_key(7, next, SBX_ULID_LENGTH), key.pk);
}

static void test_short_ids(void) {
    char id[SBX_ULID_SIZE], before[SBX_ULID_SIZE] = "";
    int64_t greatest = (INT64_C(1) << 30) - 1;
    for (int64_t pk = 1; pk <= greatest; pk += pk < 1000 ? 1 : 1234567) {
        sbx_key key = sbx_key_shortened((sbx_key){.pk = pk, .ahead = 3});
        sbx_ulid_write(7, key.pk, INT64_C(1776168000123456), key.ahead, id);
        CHECK(strlen(id) == SBX_SHORT_ID_LENGTH && strcmp(id, before) != 0);
        CHECK_INT(sbx_ulid_key(7, id, strlen(id)), pk);
        memcpy(before, id, sizeof before);
    }
    CHECK_INT(sbx_key_shortened((sbx_key){.pk = greatest, .ahead = 3}).ahead, SBX_AHEAD_SHORT);
    CHECK_INT(sbx_key_shortened((sbx_key){.pk = greatest + 1, .ahead = 3}).ahead, 3);
    CHECK_INT(sbx_ulid_key(7, "ABCDEU", 6), 0); /* U is no digit */
}

static void test_ulid_key(void) {
    char id[SBX_ULID_SIZE];
    sbx_ulid_write(7, 5, INT64_C(1776168000123456), 0, id);
    CHECK_INT(sbx_ulid_key(7, id, SBX_ULID_LENGTH), 5);
    CHECK_INT(sbx_ulid_key(8, id, SBX_ULID_LENGTH), 0); /* an id of another store */
    CHECK_INT(sbx_ulid_key(7, id, SBX_ULID_LENGTH - 1), 0);
    CHECK_INT(sbx_ulid_key(7, "", 0), 0);
    for (int i = 0; i < SBX_ULID_LENGTH; i++) { /* any digit changed, any other character */
        char other[SBX_ULID_SIZE];
        memcpy(other, id, sizeof other);
        other[i] = id[i] == '0' ? '1' : '0';
        CHECK_INT(sbx_ulid_key(7, other, SBX_ULID_LENGTH), 0);
        for (const char *bad = "IaU-\x80"; *bad; bad++) {
            other[i] = *bad;
            CHECK_INT(sbx_ulid_key(7, other, SBX_ULID_LENGTH), 0);
        }
        other[i] = '\0';
        CHECK_INT(sbx_ulid_key(7, other, SBX_ULID_LENGTH), 0);
    }
}

void test_basics(void) {
    test_arena();
    test_sql();
    test_time_parse();
    test_time_format();
    test_ulid();
    test_ulid_key();
    test_short_ids();
}
