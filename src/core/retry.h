/* SPDX-License-Identifier: MIT */
#ifndef KLV_RETRY_H
#define KLV_RETRY_H

#include "internal.h"
#include "clock.h"
#include "error.h"

KLV_PRIVATE_BEGIN

/* How one attempt ended, and what the caller allows: everything that the decision depends on. */
typedef struct {
    bool idempotent;       /* doing it twice has the effect of once (RFC 9110 9.2.2) */
    bool safe;             /* GET, HEAD: it has no effect (RFC 9110 9.2.1) */
    bool may_have_arrived; /* the request may have reached the service */
    bool error_document;   /* the response is a JSON:API error document: the service's own word */
    bool success;          /* its status is 2xx: it happened, whatever became of the body */
    klv_error_kind kind;   /* why it failed */
    int status;            /* 0 without a response */
    int proxy_status;      /* of kind PROXY: the proxy's response; 0 without one */
    int attempt;           /* 1 for the first */
    int max_attempts;
    klv_time retry_after;   /* span the service asked for; -1: none */
    klv_time now, deadline; /* on one clock */
    double random;          /* [0, 1) */
} klv_attempt;

typedef struct {
    bool retry;
    klv_time delay;      /* span to wait before the next attempt */
    klv_outcome outcome; /* if it is not retried */
    bool retryable;      /* if it is not retried: a later repeat could succeed and is harmless */
} klv_decision;

#define KLV_BACKOFF_BASE (500 * KLV_MILLISECOND)
#define KLV_BACKOFF_CAP  (30 * KLV_SECOND)
#define KLV_RETRY_JITTER (200 * KLV_MILLISECOND)

/*
 * Whether a failed attempt is made again, and when. Pure.
 * - A 429 with an error document was not processed: repeated for every method, not sooner than
 *   Retry-After and at most KLV_RETRY_JITTER later.
 * - A failure before the request could arrive: repeated for every method, except a rejected
 *   certificate, which stays rejected, and what a proxy refuses with 4xx.
 * - Gateway errors, other 429s, timeouts and broken connections after that: repeated if idempotent.
 * - Every other response is final. A 2xx means that it happened; a 4xx with an error document, that
 *   it did not. Nothing else says anything: what answers may be a gateway, and the service may act
 *   later. Such a request ends with KLV_OUTCOME_UNKNOWN, and a layer above can find out.
 */
klv_decision klv_retry_decide(const klv_attempt *attempt);

/* Exponential with full jitter: random * min(cap, base * 2^(attempt - 1)). */
klv_time klv_retry_backoff(int attempt, double random);

KLV_PRIVATE_END

#endif
