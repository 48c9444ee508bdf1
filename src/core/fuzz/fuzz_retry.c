/* SPDX-License-Identifier: MIT */
/*
 * The header section of a response, and the decision about it.
 * The first bytes say how the attempt ended, the rest are the
 * lines as libcurl would give them. Whatever the service
 * sends: what is not idempotent is not repeated once it may
 * have arrived, no wait is shorter than requested or longer
 * than the deadline, and the fields are kept unchanged.
 */
#include "check.h"
#include "../headers.h"
#include "../retry.h"

#define FIRST 8
#define BOUND 2048

static bool read_head(klv_headers *head, const uint8_t *data, size_t size, klv_time wall) {
    bool good = true;
    while (size && good) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) + 1 : size;
        char *line = malloc(length);
        CHECK(line);
        memcpy(line, data, length);
        good = klv_headers_line(head, line, length, BOUND, wall, NULL, NULL);
        free(line);
        data += length;
        size -= length;
    }
    return good;
}

static void check_head(const klv_headers *head) {
    CHECK(head->lines.length <= BOUND);
    CHECK(!head->lines.length || head->lines.data[head->lines.length - 1] == '\n');
    CHECK(head->retry_after >= -1 && head->ratelimit_reset >= -1 && head->content_length >= -1);
    CHECK(head->retry_after <= 366 * 86400 * KLV_SECOND);
    CHECK(head->ratelimit_limit >= -1 && head->ratelimit_remaining >= -1);
    CHECK(memchr(head->request_id, '\0', sizeof head->request_id));
    CHECK(memchr(head->content_type, '\0', sizeof head->content_type));
    for (const char *c = head->content_type; *c; c++) {
        CHECK(*c >= ' ' && *c <= '~');
    }
}

static void check_decision(const klv_attempt *a) {
    klv_decision d = klv_retry_decide(a);
    bool rejected = a->error_document && a->status >= 400 && a->status < 500;
    bool acts = a->may_have_arrived && !a->safe;
    CHECK(d.outcome == (!acts        ? KLV_OUTCOME_NONE
                        : a->success ? KLV_OUTCOME_HAPPENED
                        : rejected   ? KLV_OUTCOME_NONE
                                     : KLV_OUTCOME_UNKNOWN));
    if (acts && (a->success || !a->idempotent) && !(rejected && a->status == 429)) {
        CHECK(!d.retry && !d.retryable);
    }
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
    klv_headers head = {0};
    klv_headers_reset(&head);
    klv_time wall = (klv_time)(1700000000 + 1000 * data[0]) * KLV_SECOND;
    if (read_head(&head, data + FIRST, size - FIRST, wall)) {
        check_head(&head);
        bool safe = data[1] & 1;
        klv_attempt attempt = {
            .safe = safe,
            .idempotent = safe || data[1] & 2,
            .may_have_arrived = data[1] & 4,
            .error_document = data[1] & 8,
            .success = statuses[data[3] % 16] == 200,
            .kind = (klv_error_kind)(data[2] % (KLV_ERROR_SERVER + 1)),
            .status = statuses[data[3] % 16],
            .attempt = data[4] % 40,
            .max_attempts = data[5] % 40,
            .retry_after = head.retry_after,
            .now = wall,
            .deadline = wall + (klv_time)data[6] * data[6] * KLV_SECOND / 8,
            .random = data[7] / 256.0,
        };
        check_decision(&attempt);
    }
    klv_headers_free(&head);
    return 0;
}
