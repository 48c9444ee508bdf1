/* SPDX-License-Identifier: MIT */
#ifndef KLV_RETRY_H
#define KLV_RETRY_H

#include "internal.h"
#include "clock.h"
#include "error.h"

KLV_PRIVATE_BEGIN

/* How one attempt ended, and what the caller allows: all that the decision may depend on. */
typedef struct {
    bool repeatable; /* doing it twice is the same as once: GET, PATCH, DELETE unless told otherwise
                      */
    bool reads;      /* GET: an error leaves nothing behind there */
    bool left;       /* the request may have reached the service */
    klv_error_kind kind; /* why it failed */
    int status;          /* 0 without an answer */
    int attempt;         /* 1 for the first */
    int max_attempts;
    klv_time retry_after;   /* span the service asked for; -1: none */
    klv_time now, deadline; /* on one clock */
    double random;          /* [0, 1) */
} klv_attempt;

typedef struct {
    bool retry;
    klv_time delay;      /* span to wait before the next attempt */
    klv_outcome outcome; /* if it is not retried */
    bool retryable;      /* if it is not retried: whether a later repeat could help and is safe */
} klv_decision;

#define KLV_BACKOFF_BASE (500 * KLV_MILLISECOND)
#define KLV_BACKOFF_CAP  (30 * KLV_SECOND)
#define KLV_RETRY_JITTER (200 * KLV_MILLISECOND)

/*
 * Whether a failed attempt is made again, and when. Pure.
 * - 429 was not processed: repeated for every method, never sooner than Retry-After and at most 250
 * ms later.
 * - What failed before the request left is repeated for every method (not a refused certificate: it
 * stays refused).
 * - 502, 503, 504, 524, time-outs and cut connections after it left are repeated only where that
 * changes nothing.
 * - The rest is an answer. A POST that may have happened ends with KLV_OUTCOME_UNKNOWN, for a layer
 * that can look.
 */
klv_decision klv_retry_decide(const klv_attempt *attempt);

/* Exponential with full jitter: random * min(cap, base * 2^(attempt - 1)). */
klv_time klv_retry_backoff(int attempt, double random);

KLV_PRIVATE_END

#endif
