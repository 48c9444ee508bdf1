/* SPDX-License-Identifier: MIT */
/*
 * The header section of a response, and the decision about it. The first bytes say how the attempt
 * ended, the rest are the lines as libcurl would give them. Whatever the service sends: what is not
 * idempotent is not repeated once it may have arrived, no wait is shorter than requested or longer
 * than the deadline, and the fields are kept unchanged.
 */
#include "check.h"
#include "../headers.h"
#include "../retry.h"

#define FIRST 8
#define BOUND 2048

static bool read_headers(klv_headers *headers, const uint8_t *data, size_t size, klv_time wall) {
    bool good = true;
    while (size && good) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) + 1 : size;
        char *line = malloc(length);
        CHECK(line);
        memcpy(line, data, length);
        good = klv_headers_line(headers, line, length, BOUND, wall);
        free(line);
        data += length;
        size -= length;
    }
    return good;
}

static void check_headers(const klv_headers *headers) {
    CHECK(headers->lines.length <= BOUND);
    CHECK(!headers->lines.length || headers->lines.data[headers->lines.length - 1] == '\n');
    CHECK(headers->retry_after >= -1 && headers->ratelimit_reset >= -1 &&
          headers->content_length >= -1);
    CHECK(headers->retry_after <= 366 * 86400 * KLV_SECOND);
    CHECK(headers->ratelimit_limit >= -1 && headers->ratelimit_remaining >= -1);
    CHECK(memchr(headers->request_id, '\0', sizeof headers->request_id));
    CHECK(memchr(headers->content_type, '\0', sizeof headers->content_type));
    for (const char *c = headers->content_type; *c; c++) {
        CHECK(*c >= ' ' && *c <= '~');
    }
}

static void check_decision(const klv_attempt *a) {
    klv_decision d = klv_retry_decide(a);
    bool rejected = a->status >= 400 && a->status < 500;
    if (a->may_have_arrived && !a->idempotent && !rejected && !a->safe) {
        CHECK(!d.retry && !d.retryable && d.outcome == KLV_OUTCOME_UNKNOWN);
    }
    CHECK(d.outcome == KLV_OUTCOME_NONE || (!a->safe && a->may_have_arrived));
    if (d.retry) {
        CHECK(d.retryable && a->attempt < a->max_attempts);
        CHECK(d.delay >= 0 && d.delay < a->deadline - a->now && d.delay >= a->retry_after);
        CHECK(a->status != 429 || a->retry_after < 0 || d.delay <= a->retry_after + KLV_SECOND / 4);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int statuses[] = {0,   0,   200, 400, 401, 404, 408, 409,
                                   422, 429, 429, 500, 502, 503, 504, 524};
    if (size < FIRST) {
        return 0;
    }
    klv_headers headers = {0};
    klv_headers_reset(&headers);
    klv_time wall = (klv_time)(1700000000 + 1000 * data[0]) * KLV_SECOND;
    if (read_headers(&headers, data + FIRST, size - FIRST, wall)) {
        check_headers(&headers);
        bool safe = data[1] & 1;
        klv_attempt attempt = {
            .safe = safe,
            .idempotent = safe || data[1] & 2,
            .may_have_arrived = data[1] & 4,
            .kind = (klv_error_kind)(data[2] % (KLV_ERROR_SERVER + 1)),
            .status = statuses[data[3] % 16],
            .attempt = data[4] % 40,
            .max_attempts = data[5] % 40,
            .retry_after = headers.retry_after,
            .now = wall,
            .deadline = wall + (klv_time)data[6] * data[6] * KLV_SECOND / 8,
            .random = data[7] / 256.0,
        };
        check_decision(&attempt);
    }
    klv_headers_free(&headers);
    return 0;
}
