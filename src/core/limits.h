/* SPDX-License-Identifier: MIT */
#ifndef KLV_LIMITS_H
#define KLV_LIMITS_H

#include "internal.h"
#include "clock.h"

#include <stdbool.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/* What the service allows one account on one operation: two windows at once. */
typedef struct {
    int burst;
    klv_time burst_window;
    int steady;
    klv_time steady_window;
} klv_rate;

/*
 * The budget of one account, a bucket per operation. Shared (counted references) by all clients of
 * a Lua state that use the same credential; one thread.
 */
typedef struct klv_limits klv_limits;

/*
 * The budget of one operation. The service counts in fixed windows whose edges are not known here,
 * and counts a request at some moment between its leaving and its answer. So a request occupies
 * both windows from the moment it leaves until a window's length after its answer, or until the end
 * of the steady window once the service has told that: whatever the edges, the service never sees
 * one too many.
 */
typedef struct klv_bucket klv_bucket;

/* A place in the line of those who wait for a bucket. Zero-initialised stands in none. The owner
 * leaves before it is freed, and before the bucket is. */
typedef struct klv_waiter {
    struct klv_waiter *previous, *next;
    klv_bucket *bucket;
    klv_time due;     /* when it was told to come back */
    uint64_t version; /* of what was known then */
} klv_waiter;

klv_limits *klv_limits_new(void);
klv_limits *klv_limits_retain(klv_limits *limits);
void klv_limits_release(klv_limits *limits);

/* The bucket of that name, made on first use; a different rate than before takes its place. It
 * lives as long as `limits`. NULL: out of memory. */
klv_bucket *klv_limits_bucket(klv_limits *limits, const char *name, const klv_rate *rate);

/*
 * When the request of that waiter may leave: `now` or earlier means at once; else it stands in
 * line, and asks again then, or sooner if something has changed. First come, first served, across
 * all clients of the account; only who does not come when called is passed over.
 */
klv_time klv_bucket_next(klv_bucket *bucket, klv_waiter *waiter, klv_time now);

/* When a waiter that stands in line is to ask again: when it was told to, or at once (0) if
 * something has changed since. */
klv_time klv_waiter_due(const klv_waiter *waiter);

/* Answers are under way, which may make room before the time that klv_bucket_next told. */
bool klv_bucket_in_flight(const klv_bucket *bucket);

/* Joins the end of the line, unless it stands in it already. Nobody waits for whoever has not asked
 * yet. */
void klv_waiter_join(klv_bucket *bucket, klv_waiter *waiter);

/* Leaves the line, if it stands in one. */
void klv_waiter_leave(klv_waiter *waiter);

/* When a request may leave as far as the service itself has told (Retry-After, an empty steady
 * window): for a request whose place in the windows somebody else has seen to. */
klv_time klv_bucket_server_reported(const klv_bucket *bucket, klv_time now);

const char *klv_bucket_name(const klv_bucket *bucket);

/* Takes a place for a request that leaves now, and leaves the line. Returns a ticket for
 * klv_bucket_release. */
uint64_t klv_bucket_take(klv_bucket *bucket, klv_waiter *waiter, klv_time now);

/* The request has ended. `counted`: the service may have seen it; otherwise its place is free again
 * at once. */
void klv_bucket_release(klv_bucket *bucket, uint64_t ticket, klv_time now, bool counted);

/*
 * What an answer said of the account's budget. remaining, limit: RateLimit-* of the steady window,
 * -1 if absent; reset: span to its end, -1 if absent; retry_after: span, -1 unless the answer was a
 * 429. Called after klv_bucket_release. What the service counted and did not leave from here is
 * what others spend on the same account: the burst is shared with them fairly, and the end of the
 * steady window is waited for before it is spent.
 */
void klv_bucket_observe(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                        klv_time retry_after, klv_time now);

KLV_PRIVATE_END

#endif
