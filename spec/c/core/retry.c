/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/retry.h"

/* A GET whose first attempt of four failed, a minute before its deadline. */
static klv_attempt base(void) {
    return (klv_attempt){
        .idempotent = true,
        .safe = true,
        .may_have_arrived = true,
        .kind = KLV_ERROR_TIMEOUT,
        .attempt = 1,
        .max_attempts = 4,
        .retry_after = -1,
        .now = 1000 * KLV_SECOND,
        .deadline = 1060 * KLV_SECOND,
        .random = 0.5,
    };
}

/* Answered by whoever stands there, in no form that the service uses. */
static klv_attempt answered(int status) {
    klv_attempt a = base();
    a.status = status;
    a.kind = klv_error_of_status(status);
    return a;
}

/* Answered in the service's own words. */
static klv_attempt refused(int status) {
    klv_attempt a = answered(status);
    a.error_document = true;
    return a;
}

/* A POST, or any other request that is not idempotent. */
static klv_attempt once(klv_attempt a) {
    a.idempotent = a.safe = false;
    return a;
}

/* A PATCH or DELETE: repeating it has no further effect. */
static klv_attempt idempotent(klv_attempt a) {
    a.safe = false;
    return a;
}

static void by_status(void) {
    static const int transient[] = {408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524};
    for (int status = 400; status < 600; status++) {
        bool passes = false;
        for (size_t i = 0; i < sizeof transient / sizeof *transient; i++) {
            passes = passes || status == transient[i];
        }
        klv_attempt read = answered(status);
        CHECK_INT(klv_retry_decide(&read).retry, passes);
        CHECK_INT(klv_retry_decide(&read).outcome, KLV_OUTCOME_NONE);
        klv_attempt patch = idempotent(read);
        CHECK_INT(klv_retry_decide(&patch).retry, passes);
        CHECK_INT(klv_retry_decide(&patch).outcome, KLV_OUTCOME_UNKNOWN);
        klv_attempt post = once(read);
        CHECK(!klv_retry_decide(&post).retry);
        CHECK(!klv_retry_decide(&post).retryable);
        CHECK_INT(klv_retry_decide(&post).outcome, KLV_OUTCOME_UNKNOWN);
        post = once(refused(status));
        CHECK_INT(klv_retry_decide(&post).retry, status == 429);
        CHECK_INT(klv_retry_decide(&post).retryable, status == 429);
        CHECK_INT(klv_retry_decide(&post).outcome,
                  status < 500 ? KLV_OUTCOME_NONE : KLV_OUTCOME_UNKNOWN);
    }
}

/* What a proxy refused never arrived; with 4xx it refuses again. */
static void by_proxy(void) {
    static const struct {
        int status;
        bool retry;
    } cases[] = {{0, true},   {403, false}, {407, false}, {429, true},
                 {502, true}, {503, true},  {302, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        klv_attempt post = once(base());
        post.may_have_arrived = false;
        post.kind = KLV_ERROR_PROXY;
        post.proxy_status = cases[i].status;
        CHECK_INT(klv_retry_decide(&post).retry, cases[i].retry);
        CHECK_INT(klv_retry_decide(&post).outcome, KLV_OUTCOME_NONE);
    }
}

/* A status of success with a body that could not be read, or did not come. */
static void by_success(void) {
    klv_attempt read = base();
    read.success = true;
    read.kind = KLV_ERROR_DISCONNECTED;
    CHECK(klv_retry_decide(&read).retry);
    CHECK_INT(klv_retry_decide(&read).outcome, KLV_OUTCOME_NONE);
    klv_attempt patch = idempotent(read), post = once(read);
    CHECK(!klv_retry_decide(&patch).retry && !klv_retry_decide(&post).retry);
    CHECK_INT(klv_retry_decide(&patch).outcome, KLV_OUTCOME_HAPPENED);
    CHECK_INT(klv_retry_decide(&post).outcome, KLV_OUTCOME_HAPPENED);
}

static void by_kind(void) {
    for (klv_error_kind kind = KLV_ERROR_MEMORY; kind < KLV_ERROR_BAD_REQUEST; kind++) {
        bool passes = kind == KLV_ERROR_RESOLVE || kind == KLV_ERROR_CONNECT ||
                      kind == KLV_ERROR_TIMEOUT || kind == KLV_ERROR_STALLED ||
                      kind == KLV_ERROR_DISCONNECTED || kind == KLV_ERROR_PROXY;
        for (int sent = 0; sent < 2; sent++) {
            klv_attempt read = base();
            read.kind = kind;
            read.may_have_arrived = sent;
            CHECK_INT(klv_retry_decide(&read).retry, passes);
            CHECK_INT(klv_retry_decide(&read).outcome, KLV_OUTCOME_NONE);
            klv_attempt post = once(read);
            CHECK_INT(klv_retry_decide(&post).retry, passes && !sent);
            CHECK_INT(klv_retry_decide(&post).outcome,
                      sent ? KLV_OUTCOME_UNKNOWN : KLV_OUTCOME_NONE);
        }
    }
}

/* The connection was cut after the request had been sent. */
static void cut_in_the_answer(void) {
    klv_attempt post = once(base());
    post.kind = KLV_ERROR_DISCONNECTED;
    CHECK(!klv_retry_decide(&post).retry);
    CHECK_INT(klv_retry_decide(&post).outcome, KLV_OUTCOME_UNKNOWN);
    /* a rejection whose body was cut may be a gateway's */
    post = once(answered(422));
    CHECK_INT(klv_retry_decide(&post).outcome, KLV_OUTCOME_UNKNOWN);
}

static void attempts(void) {
    for (int attempt = 1; attempt <= 6; attempt++) {
        klv_attempt a = answered(503);
        a.attempt = attempt;
        CHECK_INT(klv_retry_decide(&a).retry, attempt < 4);
        CHECK(klv_retry_decide(&a).retryable);
    }
}

static void the_deadline(void) {
    klv_attempt a = answered(429);
    a.retry_after = 59 * KLV_SECOND;
    CHECK(klv_retry_decide(&a).retry);
    a.retry_after = 60 * KLV_SECOND;
    CHECK(!klv_retry_decide(&a).retry);
    CHECK(klv_retry_decide(&a).retryable);
    a.deadline = a.now;
    a.retry_after = -1;
    a.random = 0;
    CHECK(!klv_retry_decide(&a).retry);
    a.deadline = KLV_NEVER;
    a.retry_after = 86400 * KLV_SECOND;
    CHECK(klv_retry_decide(&a).retry);
}

/* Not sooner than requested, and at most KLV_RETRY_JITTER later, whatever the status. */
static void retry_after(void) {
    static const double randoms[] = {0, 0.25, 0.5, 0.999999999};
    static const klv_time spans[] = {
        0, 1, KLV_MILLISECOND, KLV_SECOND, 3 * KLV_SECOND, 42 * KLV_SECOND};
    for (size_t r = 0; r < sizeof randoms / sizeof *randoms; r++) {
        for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
            klv_attempt a = once(refused(429));
            a.random = randoms[r];
            a.retry_after = spans[i];
            CHECK_BETWEEN(klv_retry_decide(&a).delay, spans[i], spans[i] + 250 * KLV_MILLISECOND);
            a = answered(503);
            a.random = randoms[r];
            a.retry_after = spans[i];
            CHECK(klv_retry_decide(&a).delay >= spans[i]);
            CHECK(spans[i] <= 500 * KLV_MILLISECOND ||
                  klv_retry_decide(&a).delay <= spans[i] + 250 * KLV_MILLISECOND);
        }
    }
}

/* Full jitter: from nothing to a ceiling that doubles, up to a cap. */
static void backoff(void) {
    klv_time ceiling = KLV_BACKOFF_BASE;
    for (int attempt = 1; attempt < 100; attempt++) {
        CHECK_INT(klv_retry_backoff(attempt, 0), 0);
        CHECK_INT(klv_retry_backoff(attempt, 0.5), ceiling / 2);
        CHECK(klv_retry_backoff(attempt, 0.999999999) <= ceiling);
        ceiling = ceiling * 2 < KLV_BACKOFF_CAP ? ceiling * 2 : KLV_BACKOFF_CAP;
    }
}

void test_retry(void) {
    by_status();
    by_success();
    by_proxy();
    by_kind();
    cut_in_the_answer();
    attempts();
    the_deadline();
    retry_after();
    backoff();
}
