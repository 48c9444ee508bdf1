/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include <stdlib.h>
#include <string.h>

/* The service is assumed to count a request within this time of its departure, until the response
 * tells better. */
#define ARRIVAL_SLACK KLV_SECOND

/* A 429 closes a bucket for this long at most: a service that says years is asked again by one
 * request after it, and no program is shut out until then. */
#define LONGEST_BLOCK (600 * KLV_SECOND)

/* A waiter that does not ask within this time of being due is passed over until it does. */
#define LAPSE (10 * KLV_MILLISECOND)

typedef struct {
    klv_time burst_end, steady_end; /* until when it counts in each window */
    klv_time ended;                 /* KLV_NEVER while the request is in flight */
} slot;

struct klv_bucket {
    klv_bucket *next;
    char *name;
    klv_rate rate;
    slot *slots;              /* ring of the last rate.steady requests, by ticket */
    uint64_t tickets;         /* taken so far */
    int64_t in_flight;        /* requests */
    klv_waiter *first, *last; /* the queue */
    klv_time blocked_until;   /* Retry-After */
    klv_time next_known; /* nothing may be sent before; computed again then, or after a change */
    uint64_t version;    /* counts the changes */

    /* The steady window as the service reported it. */
    klv_time window_end, reported_at;
    int64_t remaining;    /* -1: never reported */
    int64_t own_count;    /* requests of this process in it, at most */
    int64_t others_count; /* requests of other programs in it, at least */

    /*
     * Sharing the burst window with other programs of the same account, whose requests show in
     * RateLimit-Remaining alone. Adapted in rounds of at least a burst window. In the simulation
     * of spec/c/core/limits.c with three programs, without an allowance half of the requests are
     * rejected with 429 and a sixth of the calls fail; without the probe a quarter is rejected,
     * and one program gets a tenth of the calls.
     */
    bool probed;         /* the first response is back, which tells whether there are others */
    double allowance;    /* requests of ours in a burst window */
    double others_rate;  /* requests of others in a burst window, lately */
    double own_fraction; /* of all requests, lately */
    klv_time round_start;
    int64_t round_own_count, round_others_count; /* at the start of the round */
};

struct klv_limits {
    unsigned references;
    klv_bucket *buckets;
};

klv_limits *klv_limits_new(void) {
    klv_limits *limits = calloc(1, sizeof *limits);
    if (limits) {
        limits->references = 1;
    }
    return limits;
}

klv_limits *klv_limits_retain(klv_limits *limits) {
    limits->references++;
    return limits;
}

void klv_limits_release(klv_limits *limits) {
    if (!limits || --limits->references) {
        return;
    }
    for (klv_bucket *bucket = limits->buckets, *next; bucket; bucket = next) {
        next = bucket->next;
        free(bucket->slots);
        free(bucket->name);
        free(bucket);
    }
    free(limits);
}

/* A tenth of the burst stays free, so that a program that starts beside this one gets through and
 * shows up in RateLimit-Remaining; otherwise it would meet 429 until this one pauses. */
static double max_allowance(const klv_bucket *bucket) {
    return bucket->rate.urgent ? bucket->rate.burst : bucket->rate.burst - bucket->rate.burst / 10;
}

static klv_bucket *make_bucket(const char *name, const klv_rate *rate) {
    klv_bucket *bucket = calloc(1, sizeof *bucket);
    if (!bucket) {
        return NULL;
    }
    bucket->name = strdup(name);
    bucket->slots = calloc((size_t)rate->steady, sizeof *bucket->slots);
    bucket->rate = *rate;
    bucket->remaining = -1;
    bucket->own_fraction = 1;
    bucket->allowance = rate->urgent ? rate->burst : 1;
    if (!bucket->name || !bucket->slots) {
        free(bucket->slots);
        free(bucket->name);
        free(bucket);
        return NULL;
    }
    return bucket;
}

static void changed(klv_bucket *bucket) {
    bucket->next_known = 0;
    bucket->version++;
}

/* Another rate for a known bucket (another client's revision or options). The latest requests stay
 * counted, as many as the new ring holds. */
static bool change_rate(klv_bucket *bucket, const klv_rate *rate) {
    if (rate->steady != bucket->rate.steady) {
        slot *slots = calloc((size_t)rate->steady, sizeof *slots);
        if (!slots) {
            return false;
        }
        uint64_t keep =
            (uint64_t)(rate->steady < bucket->rate.steady ? rate->steady : bucket->rate.steady);
        for (uint64_t i = 1; i <= keep && i <= bucket->tickets; i++) {
            uint64_t ticket = bucket->tickets - i;
            slots[ticket % (uint64_t)rate->steady] =
                bucket->slots[ticket % (uint64_t)bucket->rate.steady];
        }
        free(bucket->slots);
        bucket->slots = slots;
    }
    bucket->rate = *rate;
    changed(bucket);
    bucket->allowance =
        bucket->allowance < max_allowance(bucket) ? bucket->allowance : max_allowance(bucket);
    return true;
}

klv_bucket *klv_limits_bucket(klv_limits *limits, const char *name, const klv_rate *rate) {
    for (klv_bucket *bucket = limits->buckets; bucket; bucket = bucket->next) {
        if (strcmp(bucket->name, name) == 0) {
            return change_rate(bucket, rate) ? bucket : NULL;
        }
    }
    klv_bucket *bucket = make_bucket(name, rate);
    if (bucket) {
        bucket->next = limits->buckets;
        limits->buckets = bucket;
    }
    return bucket;
}

static slot *slot_of(const klv_bucket *bucket, uint64_t ticket) {
    return &bucket->slots[ticket % (uint64_t)bucket->rate.steady];
}

static klv_time burst_end(const klv_bucket *bucket, const slot *p) {
    (void)bucket;
    return p->burst_end;
}

/* A request that ended before the end of the steady window does not count after it. */
static klv_time steady_end(const klv_bucket *bucket, const slot *p) {
    klv_time edge = bucket->window_end;
    return p->ended <= edge && edge < p->steady_end ? edge : p->steady_end;
}

static klv_time sooner(klv_time a, klv_time b) {
    return a < b ? a : b;
}

static int by_time(const void *a, const void *b) {
    klv_time x = *(const klv_time *)a, y = *(const klv_time *)b;
    return (x > y) - (x < y);
}

#define PLENTY 1e9

/* How many more requests may be sent now, and when the next one may. */
typedef struct {
    double free;
    klv_time next;
} room;

/* The room in a window of `allowed` requests. A request in flight may end at any moment, and counts
 * for the window's length from then on: `next` is the soonest time at which there can be room. */
static room window_room(const klv_bucket *bucket, int allowed, klv_time window,
                        klv_time (*end_of)(const klv_bucket *, const slot *), klv_time now) {
    uint64_t known = (uint64_t)bucket->rate.steady;
    if (known > bucket->tickets) {
        known = bucket->tickets;
    }
    klv_time
        live[64]; /* the soonest to expire; the others are examined again when these are gone */
    int count = 0, kept = 0;
    for (uint64_t i = 0; i < known; i++) {
        const slot *p = &bucket->slots[i]; /* of the last tickets, in any order */
        klv_time end = end_of(bucket, p);
        if (end <= now) {
            continue;
        }
        count++;
        if (p->ended == KLV_NEVER) {
            end = sooner(end, klv_time_add(now, window));
        }
        if (kept < (int)(sizeof live / sizeof *live)) {
            live[kept++] = end;
        } else {
            int latest = 0;
            for (int k = 1; k < kept; k++) {
                latest = live[k] > live[latest] ? k : latest;
            }
            live[latest] = sooner(end, live[latest]);
        }
    }
    if (count < allowed) {
        return (room){allowed - count, now};
    }
    qsort(live, (size_t)kept, sizeof *live, by_time);
    int wait_for = count - allowed;
    return (room){0, live[wait_for < kept ? wait_for : kept - 1]};
}

/* The allowance for the present burst window: less what others have taken since the round began,
 * and at least one, so that no program starves. */
static int burst_allowance(const klv_bucket *bucket) {
    double rest =
        max_allowance(bucket) - (double)(bucket->others_count - bucket->round_others_count);
    double allowance = bucket->allowance < rest ? bucket->allowance : rest;
    return allowance < 1 ? 1 : (int)allowance;
}

/* The room in the steady window according to the service. If others share the account, only our
 * fraction of it, less one: they send while the report is in transit, and together the programs
 * would otherwise exceed the window and be blocked until its end. */
static room reported_room(const klv_bucket *bucket, klv_time now) {
    if (bucket->remaining < 0 || now >= bucket->window_end) {
        return (room){PLENTY, now};
    }
    double rest = (double)(bucket->remaining - bucket->in_flight);
    if (bucket->own_fraction < 1) {
        double rounds = (double)(now - bucket->reported_at) / (double)bucket->rate.burst_window;
        rest = (rest - bucket->others_rate * rounds) * bucket->own_fraction - 1;
    }
    return rest >= 1 ? (room){rest, now} : (room){0, bucket->window_end};
}

const char *klv_bucket_name(const klv_bucket *bucket) {
    return bucket->name;
}

klv_time klv_bucket_server_reported(const klv_bucket *bucket, klv_time now) {
    bool spent = bucket->remaining >= 0 && bucket->remaining <= bucket->in_flight;
    return spent && bucket->window_end > bucket->blocked_until ? bucket->window_end
           : bucket->blocked_until > now                       ? bucket->blocked_until
                                                               : now;
}

/* How many requests may be sent now; if none, next_known says when one may. */
static double find_room(klv_bucket *bucket, klv_time now) {
    room all = {PLENTY, now};
    room rooms[] = {
        window_room(bucket, burst_allowance(bucket), bucket->rate.burst_window, burst_end, now),
        window_room(bucket, bucket->rate.steady, bucket->rate.steady_window, steady_end, now),
        reported_room(bucket, now),
        bucket->blocked_until > now ? (room){0, bucket->blocked_until} : all,
    };
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        all.free = rooms[i].free < all.free ? rooms[i].free : all.free;
        all.next = rooms[i].next > all.next ? rooms[i].next : all.next;
    }
    bucket->next_known = all.next;
    return all.free;
}

/* The queue. */

void klv_waiter_join(klv_bucket *bucket, klv_waiter *waiter) {
    if (waiter->bucket) {
        return;
    }
    waiter->bucket = bucket;
    waiter->next = NULL;
    waiter->previous = bucket->last;
    *(bucket->last ? &bucket->last->next : &bucket->first) = waiter;
    bucket->last = waiter;
}

void klv_waiter_leave(klv_waiter *waiter) {
    klv_bucket *bucket = waiter->bucket;
    if (bucket) {
        *(waiter->previous ? &waiter->previous->next : &bucket->first) = waiter->next;
        *(waiter->next ? &waiter->next->previous : &bucket->last) = waiter->previous;
        *waiter = (klv_waiter){0};
    }
}

/* Whether the waiters before it, without those that do not ask in time, need all the room. */
static bool must_wait(const klv_bucket *bucket, const klv_waiter *waiter, double free,
                      klv_time now) {
    for (const klv_waiter *other = bucket->first; other && other != waiter; other = other->next) {
        free -= klv_time_add(other->due, LAPSE) >= now;
        if (free < 1) {
            return true;
        }
    }
    return false;
}

klv_time klv_bucket_next(klv_bucket *bucket, klv_waiter *waiter, klv_time now) {
    klv_time next = bucket->next_known; /* thousands may wait: one computation serves all */
    if (next <= now) {
        double free = find_room(bucket, now);
        next = bucket->next_known;
        if (next <= now && must_wait(bucket, waiter, free, now)) {
            next = now + LAPSE;
        }
    }
    klv_waiter_join(bucket, waiter);
    waiter->due = next;
    waiter->version = bucket->version;
    return next;
}

klv_time klv_waiter_due(const klv_waiter *waiter) {
    return waiter->version == waiter->bucket->version ? waiter->due : 0;
}

bool klv_bucket_in_flight(const klv_bucket *bucket) {
    return bucket->in_flight > 0;
}

/* Fills a slot; the service counts the request at `counted` at the latest. */
static void occupy(klv_bucket *bucket, uint64_t ticket, klv_time counted) {
    *slot_of(bucket, ticket) = (slot){
        .burst_end = klv_time_add(counted, bucket->rate.burst_window),
        .steady_end = klv_time_add(counted, bucket->rate.steady_window),
        .ended = counted,
    };
}

uint64_t klv_bucket_take(klv_bucket *bucket, klv_waiter *waiter, klv_time now) {
    uint64_t ticket = bucket->tickets++;
    klv_waiter_leave(waiter);
    changed(bucket);
    bucket->in_flight++;
    bucket->own_count++;
    occupy(bucket, ticket, klv_time_add(now, ARRIVAL_SLACK));
    slot_of(bucket, ticket)->ended = KLV_NEVER;
    return ticket;
}

void klv_bucket_release(klv_bucket *bucket, uint64_t ticket, klv_time now, bool counted) {
    changed(bucket);
    bucket->in_flight--;
    if (ticket + (uint64_t)bucket->rate.steady < bucket->tickets) {
        return; /* the ring has wrapped around */
    }
    if (counted) {
        occupy(bucket, ticket, now);
    } else {
        *slot_of(bucket, ticket) = (slot){0};
    }
}

/* Learning from responses. */

static void begin_round(klv_bucket *bucket, klv_time now) {
    bucket->round_start = now;
    bucket->round_own_count = bucket->own_count;
    bucket->round_others_count = bucket->others_count;
}

/*
 * Adapts the allowance to what all took in a burst window lately. Alone: doubles, up to the
 * maximum, so that a single program is not slowed down. With others: half a request more each round
 * while there is room, and a fifth less when there is none. So programs that have more give up
 * more, and all come to have the same (additive increase, multiplicative decrease, as in TCP
 * congestion control, RFC 5681).
 */
static void adapt(klv_bucket *bucket, double ours, double others) {
    bucket->others_rate = others;
    if (others < 0.05) {
        bucket->allowance *= 2;
        bucket->own_fraction = 1;
    } else if (ours + others >= max_allowance(bucket) - 0.5) {
        bucket->allowance = 0.8 * (ours < bucket->allowance ? ours : bucket->allowance);
    } else if (ours + 1 >= bucket->allowance) {
        bucket->allowance += 0.5;
    }
    if (others >= 0.05) {
        bucket->own_fraction = 0.5 * bucket->own_fraction + 0.5 * ours / (ours + others);
    }
    bucket->allowance = bucket->allowance < 1                       ? 1
                        : bucket->allowance > max_allowance(bucket) ? max_allowance(bucket)
                                                                    : bucket->allowance;
}

/* The account is busier than was known here: as at the beginning, a single request probes it. */
static void learn_rejection(klv_bucket *bucket, klv_time retry_after, klv_time now) {
    klv_time until = klv_time_add(now, retry_after < LONGEST_BLOCK ? retry_after : LONGEST_BLOCK);
    bucket->own_count--; /* the service does not count a request that it rejects */
    bucket->probed = false;
    bucket->allowance = 1;
    bucket->blocked_until = until > bucket->blocked_until ? until : bucket->blocked_until;
}

/* A new steady window was reported. It may have counted the request that reported it, and those in
 * flight. */
static void begin_window(klv_bucket *bucket, klv_time end, klv_time now) {
    klv_time start = end - bucket->rate.steady_window;
    for (int i = 0; i < bucket->rate.steady; i++) {
        bucket->slots[i].steady_end = steady_end(bucket, &bucket->slots[i]);
    }
    bucket->window_end = end;
    bucket->remaining = INT64_MAX;
    bucket->own_count = 1 + bucket->in_flight;
    bucket->others_count = 0;
    begin_round(bucket, sooner(start, now));
    bucket->round_own_count = 0;
}

/* False: the response is of a window that is over. */
static bool learn_window(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                         klv_time now) {
    klv_time window = bucket->rate.steady_window;
    klv_time pad = window / 60; /* the service may have truncated or rounded the seconds */
    klv_time end = bucket->window_end;
    if (reset >= 0 || remaining > bucket->remaining) {
        end = now + (reset >= 0 && reset < window - pad ? reset + pad : window);
    }
    if (bucket->remaining < 0 || end > bucket->window_end + window / 2) {
        begin_window(bucket, end, now);
    } else if (end < bucket->window_end - window / 2) {
        return false;
    }
    int64_t others = (limit >= 0 ? limit : bucket->rate.steady) - remaining - bucket->own_count;
    bucket->others_count = others > bucket->others_count ? others : bucket->others_count;
    bucket->window_end = sooner(end, bucket->window_end);
    if (remaining <= bucket->remaining) {
        bucket->remaining = remaining;
        bucket->reported_at = now;
    }
    return true;
}

void klv_bucket_observe(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                        klv_time retry_after, klv_time now) {
    changed(bucket);
    if (retry_after >= 0) {
        learn_rejection(bucket, retry_after, now);
        return;
    }
    if (remaining < 0) {
        bucket->allowance = max_allowance(bucket); /* this operation reports nothing about others */
        return;
    }
    if (!learn_window(bucket, limit, remaining, reset, now)) {
        return;
    }
    double rounds = (double)(now - bucket->round_start) / (double)bucket->rate.burst_window;
    if (!bucket->probed && bucket->in_flight == 0) {
        bucket->probed = true;
        if (bucket->others_count == 0) {
            bucket->allowance = max_allowance(bucket);
        } else {
            bucket->own_fraction = 0.5;
        }
        begin_round(bucket, now);
    } else if (bucket->probed && rounds >= 1) {
        adapt(bucket, (double)(bucket->own_count - bucket->round_own_count) / rounds,
              (double)(bucket->others_count - bucket->round_others_count) / rounds);
        begin_round(bucket, now);
    }
}
