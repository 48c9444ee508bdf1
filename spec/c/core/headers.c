/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/headers.h"

#define BOUND 4096

/* Passes a header section line by line, as libcurl does. */
static bool feed(klv_headers *headers, const char *text, klv_time wall) {
    for (const char *end; *text; text = end) {
        end = strchr(text, '\n') + 1;
        if (!klv_headers_line(headers, text, (size_t)(end - text), BOUND, wall, NULL, NULL)) {
            return false;
        }
    }
    return true;
}

static void fields(void) {
    klv_headers h = {0};
    klv_headers_reset(&h);
    CHECK(feed(
        &h,
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/vnd.api+json; charset=utf-8\r\n"
        "ratelimit-limit: 150, 10;w=1, 150;w=60\r\n"
        "RateLimit-Remaining:  149 \r\n"
        "RATELIMIT-RESET: 59.25\r\n"
        "x-klaviyo-req-id: abc\x01\x80z\r\n"
        "Date: Tue, 01 Dec 2026 12:00:00 GMT, and what makes it longer than any date can be\r\n"
        "DATE:  Tue, 01 Dec 2026 12:00:00 GMT \r\n"
        "date: Tue, 01 Dec 2026 13:00:00 GMT\r\n"
        "Content-Length: 12\r\n"
        "X-Empty:\r\n"
        "no colon here\r\n",
        0));
    CHECK(!h.complete);
    CHECK(feed(&h, "\r\n", 0));
    CHECK(h.complete);
    CHECK(h.json);
    CHECK_INT(h.ratelimit_limit, 150);
    CHECK_INT(h.ratelimit_remaining, 149);
    CHECK_INT(h.ratelimit_reset, 59250 * KLV_MILLISECOND);
    CHECK_INT(h.content_length, 12);
    CHECK_INT(h.retry_after, -1);
    CHECK_TEXT(h.request_id, "abc??z");
    CHECK_TEXT(h.date, "Tue, 01 Dec 2026 12:00:00 GMT");
    CHECK_HOLDS(h.lines.data, "X-Empty:\n");
    CHECK(!strstr(h.lines.data, "no colon"));
    /* an interim response is forgotten */
    CHECK(feed(
        &h, "HTTP/1.1 100 Continue\r\nContent-Type: text/html\r\n\r\nHTTP/1.1 204 No Content\r\n",
        0));
    CHECK(!h.complete && !h.has_content_type && h.content_length == -1 && h.lines.length == 0);
    CHECK_TEXT(h.date, "");
    klv_headers_free(&h);
}

static void media_types(void) {
    static const struct {
        const char *line;
        bool json;
    } types[] = {
        {"Content-Type: application/json\r\n", true},
        {"content-type: Application/JSON;x=y\r\n", true},
        {"Content-Type: application/hal+JSON\r\n", true},
        {"Content-Type: text/html\r\n", false},
        {"Content-Type: application/jsonp\r\n", false},
        {"Content-Type: +json\r\n", false},
        {"Content-Type: \r\n", false},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        klv_headers h = {0};
        klv_headers_reset(&h);
        CHECK(feed(&h, types[i].line, 0));
        CHECK_INT(h.json, types[i].json);
        klv_headers_free(&h);
    }
}

static klv_time seconds(const char *text) {
    return klv_seconds_parse(text, strlen(text));
}

static void numbers(void) {
    CHECK_INT(seconds("0"), 0);
    CHECK_INT(seconds("7"), 7 * KLV_SECOND);
    CHECK_INT(seconds("0.35"), 350 * KLV_MILLISECOND);
    CHECK_INT(seconds("1.0000019"), KLV_SECOND + 1);
    CHECK_INT(seconds("10;w=1.5"), 10 * KLV_SECOND);
    CHECK_INT(seconds("3 s"), 3 * KLV_SECOND);
    CHECK_INT(seconds(""), -1);
    CHECK_INT(seconds("-1"), -1);
    CHECK_INT(seconds(".5"), -1);
    CHECK_INT(seconds("soon"), -1);
    CHECK_INT(seconds("99999999999999999999999"), -1);
    CHECK_INT(seconds("9999999999"), 366 * 86400 * KLV_SECOND);
    klv_headers h = {0};
    klv_headers_reset(&h);
    CHECK(feed(&h, "RateLimit-Limit: many\r\nRateLimit-Remaining: -3\r\nRateLimit-Reset: \r\n", 0));
    CHECK(h.ratelimit_limit == -1 && h.ratelimit_remaining == -1 && h.ratelimit_reset == -1);
    klv_headers_free(&h);
}

#define NOON                                                                                       \
    (1796126400 *                                                                                  \
     KLV_SECOND) /* Wed, 01 Dec 2026 12:00:00 GMT is a Tuesday: only the numbers count */

static klv_time retry_after(const char *lines, klv_time wall) {
    klv_headers h = {0};
    klv_headers_reset(&h);
    CHECK(feed(&h, lines, wall));
    CHECK(feed(&h, "\r\n", wall));
    klv_time span = h.retry_after;
    klv_headers_free(&h);
    return span;
}

static void dates(void) {
    CHECK_INT(klv_date_parse("Tue, 01 Dec 2026 12:00:00 GMT", 29), NOON);
    CHECK_INT(klv_date_parse("yesterday", 9), -1);
    CHECK_INT(klv_date_parse("", 0), -1);
    CHECK_INT(retry_after("Retry-After: 3\r\n", NOON), 3 * KLV_SECOND);
    CHECK_INT(retry_after("Retry-After: whenever\r\n", NOON), -1);
    CHECK_INT(retry_after("Retry-After: Tue, 01 Dec 2026 12:00:05 GMT\r\n", NOON), 5 * KLV_SECOND);
    CHECK_INT(retry_after("Retry-After: Tue, 01 Dec 2026 11:00:00 GMT\r\n", NOON), 0);
    /* the clocks agree: the local one has the finer resolution */
    CHECK_INT(
        retry_after(
            "Retry-After: Tue, 01 Dec 2026 12:00:05 GMT\r\nDate: Tue, 01 Dec 2026 12:00:00 GMT\r\n",
            NOON + 400 * KLV_MILLISECOND),
        4600 * KLV_MILLISECOND);
    /* the local clock is five minutes fast, or slow: the service's applies, whichever line comes
     * first */
    CHECK_INT(
        retry_after(
            "Retry-After: Tue, 01 Dec 2026 12:00:05 GMT\r\nDate: Tue, 01 Dec 2026 12:00:00 GMT\r\n",
            NOON + 300 * KLV_SECOND),
        5 * KLV_SECOND);
    CHECK_INT(
        retry_after(
            "Date: Tue, 01 Dec 2026 12:00:00 GMT\r\nRetry-After: Tue, 01 Dec 2026 12:00:05 GMT\r\n",
            NOON - 300 * KLV_SECOND),
        5 * KLV_SECOND);
}

static void bound(void) {
    klv_headers h = {0};
    klv_headers_reset(&h);
    char line[1026];
    memset(line, 'a', sizeof line);
    memcpy(line, "X: ", 3);
    memcpy(line + 1023, "\r\n", 3);
    CHECK(feed(&h, line, 0) && feed(&h, line, 0) && feed(&h, line, 0) && feed(&h, line, 0));
    CHECK(!feed(&h, line, 0));
    klv_headers_free(&h);
}

void test_headers(void) {
    fields();
    media_types();
    numbers();
    dates();
    bound();
}
