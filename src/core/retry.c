/* SPDX-License-Identifier: MIT */
#include "retry.h"

klv_time klv_retry_backoff(int attempt, double random) {
    klv_time ceiling = KLV_BACKOFF_BASE;
    for (int i = 1; i < attempt && ceiling < KLV_BACKOFF_CAP; i++) {
        ceiling *= 2;
    }
    if (ceiling > KLV_BACKOFF_CAP) {
        ceiling = KLV_BACKOFF_CAP;
    }
    return (klv_time)(random * (double)ceiling);
}

/* Failures that may pass by themselves. A 500 is not one of them: its cause usually stays. */
static bool is_transient(const klv_attempt *a) {
    switch (a->status) {
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
    case 520: /* 520 to 524: a content delivery network got no usable response from the service */
    case 521:
    case 522:
    case 523:
    case 524:
        return true;
    }
    switch (a->kind) {
    case KLV_ERROR_PROXY:
        return a->proxy_status == 0 || a->proxy_status == 429 || a->proxy_status >= 500;
    case KLV_ERROR_RESOLVE:
    case KLV_ERROR_CONNECT:
    case KLV_ERROR_TIMEOUT:
    case KLV_ERROR_STALLED:
    case KLV_ERROR_DISCONNECTED:
        return a->status == 0 || a->may_have_arrived;
    default:
        return false;
    }
}

/* Whether the service has acted. */
static klv_outcome outcome_of(const klv_attempt *a) {
    if (a->safe || !a->may_have_arrived) {
        return KLV_OUTCOME_NONE;
    }
    if (a->success) {
        return KLV_OUTCOME_HAPPENED;
    }
    bool rejected = a->status >= 400 && a->status < 500 && a->error_document;
    return rejected ? KLV_OUTCOME_NONE : KLV_OUTCOME_UNKNOWN;
}

/* Whether a repeat cannot have an effect that the attempt has had already. */
static bool is_harmless(const klv_attempt *a) {
    if (a->safe || !a->may_have_arrived || (a->status == 429 && a->error_document)) {
        return true;
    }
    return a->idempotent && !a->success;
}

static klv_time delay_of(const klv_attempt *a) {
    if (a->status == 429 && a->retry_after >= 0) {
        return a->retry_after + (klv_time)(a->random * (double)KLV_RETRY_JITTER);
    }
    klv_time delay = klv_retry_backoff(a->attempt, a->random);
    return delay < a->retry_after ? a->retry_after : delay;
}

klv_decision klv_retry_decide(const klv_attempt *a) {
    klv_decision decision = {.outcome = outcome_of(a)};
    if (!is_transient(a) || !is_harmless(a)) {
        return decision;
    }
    decision.retryable = true;
    decision.delay = delay_of(a);
    decision.retry = a->attempt < a->max_attempts && decision.delay < a->deadline - a->now;
    return decision;
}
