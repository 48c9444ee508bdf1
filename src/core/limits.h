/* SPDX-License-Identifier: MIT */
#ifndef KLV_LIMITS_H
#define KLV_LIMITS_H

#include "internal.h"
#include "clock.h"

#include <stdbool.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/* The rate that the service allows one account on one operation: two windows at once. */
typedef struct {
    int burst;
    klv_time burst_window;
    int steady;
    klv_time steady_window;
    bool urgent; /* takes the whole burst at once: it neither probes for other programs nor leaves
                    them a part, unless responses show that there are some */
} klv_rate;

/*
 * The rate limits of one account, a bucket per operation. Shared (counted references) by all
 * clients of a Lua state that use the same credential; one thread.
 */
typedef struct klv_limits klv_limits;

/*
 * The rate limit of one operation. The service counts in fixed windows whose edges are unknown
 * here, and counts a request at some moment between its departure and its response. So a request
 * occupies a slot in both windows from its departure until a window's length after its response, or
 * until the end of the steady window once the service has reported that: wherever the edges are,
 * the service never counts one too many.
 */
typedef struct klv_bucket klv_bucket;

/* A place in the queue of those who wait for a bucket. Zero-initialised is in none. The owner
 * leaves the queue before it is freed, and before the bucket is. */
typedef struct klv_waiter {
    struct klv_waiter *previous, *next;
    klv_bucket *bucket;
    klv_time due;     /* when it has to ask again */
    uint64_t version; /* of the bucket's state when `due` was computed */
} klv_waiter;

klv_limits *klv_limits_new(void);
klv_limits *klv_limits_retain(klv_limits *limits);
void klv_limits_release(klv_limits *limits);

/* The bucket of that name, made on first use; a rate that differs from the present one replaces it.
 * It lives as long as `limits`. NULL: out of memory. */
klv_bucket *klv_limits_bucket(klv_limits *limits, const char *name, const klv_rate *rate);

/*
 * When the request of that waiter may be sent: `now` or earlier means at once. Otherwise the waiter
 * joins the queue, and asks again at that time, or sooner if something has changed. First come,
 * first served, across all clients of the account; a waiter that does not ask in time is passed
 * over.
 */
klv_time klv_bucket_next(klv_bucket *bucket, klv_waiter *waiter, klv_time now);

/* When a waiter in the queue has to ask again; 0 (at once) if something has changed since. */
klv_time klv_waiter_due(const klv_waiter *waiter);

/* Whether requests are in flight, whose responses may make room before the time that
 * klv_bucket_next returned. */
bool klv_bucket_in_flight(const klv_bucket *bucket);

/* Joins the end of the queue, unless it is in it already. */
void klv_waiter_join(klv_bucket *bucket, klv_waiter *waiter);

/* Leaves the queue, if it is in one. */
void klv_waiter_leave(klv_waiter *waiter);

/* When a request may be sent according to what the service itself has reported (Retry-After, an
 * empty steady window): for a request whose slots somebody else counts. */
klv_time klv_bucket_server_reported(const klv_bucket *bucket, klv_time now);

const char *klv_bucket_name(const klv_bucket *bucket);

/* Takes a slot for a request that is sent now; its waiter leaves the queue. Returns a ticket for
 * klv_bucket_release. */
uint64_t klv_bucket_take(klv_bucket *bucket, klv_waiter *waiter, klv_time now);

/* The request has ended. `counted`: the service may have received it; otherwise its slot is free
 * again at once. */
void klv_bucket_release(klv_bucket *bucket, uint64_t ticket, klv_time now, bool counted);

/*
 * The values that a response reported. limit, remaining: RateLimit-* of the steady window, -1 if
 * absent; reset: span to its end, -1 if absent; retry_after: span, -1 unless the response was a
 * 429, and more than ten minutes count as ten. To be called after klv_bucket_release. What the
 * service counted and this process did not send was sent by other programs with the same account:
 * the burst window is shared with them.
 */
void klv_bucket_observe(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                        klv_time retry_after, klv_time now);

KLV_PRIVATE_END

#endif
