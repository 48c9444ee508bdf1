/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include <stdlib.h>
#include <string.h>

/* A request without an answer yet is taken to have been counted within this time of leaving. */
#define ARRIVAL_SLACK KLV_SECOND

/* Who does not come for this long when it is their waiter is passed over until they do. */
#define LAPSE (10 * KLV_MILLISECOND)

typedef struct {
    klv_time burst_end, steady_end; /* until when it counts against each window */
    klv_time done;                  /* KLV_NEVER while under way */
} place;

struct klv_bucket {
    klv_bucket *next;
    char *name;
    klv_rate rate;
    place *places;            /* ring of the last rate.steady requests, by ticket */
    uint64_t tickets;         /* how many were ever taken */
    int64_t flying;           /* how many of them are under way */
    klv_waiter *first, *last; /* the line of those who wait */
    klv_time blocked;         /* Retry-After */
    klv_time next_known; /* nothing may leave before; found again when it has come, or something
                            changed */
    uint64_t
        version; /* counts the changes: who was told something before the last one asks again */

    /* The steady window as the service told it. */
    klv_time window_end, told; /* its end; when it was told last */
    int64_t remaining;         /* -1: never told */
    int64_t own, foreign;      /* counted in it: ours, at most; and others', at least */

    /* What the others leave to us, adapted in rounds of at least a burst window. */
    bool scouted;   /* one that went ahead is back */
    double share;   /* requests that we take in a burst window */
    double others;  /* requests that they took in one lately */
    double part;    /* ours of all, lately */
    klv_time round; /* when this round began, and the counts at that time */
    int64_t round_own, round_foreign;
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
        free(bucket->places);
        free(bucket->name);
        free(bucket);
    }
    free(limits);
}

/* One place in ten stays free for who is new on the account: whoever took them all would never see
 * the others. */
static double most(const klv_bucket *bucket) {
    return bucket->rate.burst - bucket->rate.burst / 10;
}

static klv_bucket *make_bucket(const char *name, const klv_rate *rate) {
    klv_bucket *bucket = calloc(1, sizeof *bucket);
    if (!bucket) {
        return NULL;
    }
    bucket->name = strdup(name);
    bucket->places = calloc((size_t)rate->steady, sizeof *bucket->places);
    bucket->rate = *rate;
    bucket->remaining = -1;
    bucket->part = 1;
    bucket->share = 1;
    if (!bucket->name || !bucket->places) {
        free(bucket->places);
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

/* Another rate for a known bucket (another client's revision or options). What was sent before
 * stays counted as far as the new ring reaches. */
static bool change_rate(klv_bucket *bucket, const klv_rate *rate) {
    if (rate->steady != bucket->rate.steady) {
        place *places = calloc((size_t)rate->steady, sizeof *places);
        if (!places) {
            return false;
        }
        uint64_t keep =
            (uint64_t)(rate->steady < bucket->rate.steady ? rate->steady : bucket->rate.steady);
        for (uint64_t i = 1; i <= keep && i <= bucket->tickets; i++) {
            uint64_t ticket = bucket->tickets - i;
            places[ticket % (uint64_t)rate->steady] =
                bucket->places[ticket % (uint64_t)bucket->rate.steady];
        }
        free(bucket->places);
        bucket->places = places;
    }
    bucket->rate = *rate;
    changed(bucket);
    bucket->share = bucket->share < most(bucket) ? bucket->share : most(bucket);
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

static place *place_of(const klv_bucket *bucket, uint64_t ticket) {
    return &bucket->places[ticket % (uint64_t)bucket->rate.steady];
}

static klv_time burst_end(const klv_bucket *bucket, const place *p) {
    (void)bucket;
    return p->burst_end;
}

/* What was answered before the end of the steady window does not count after it. */
static klv_time steady_end(const klv_bucket *bucket, const place *p) {
    klv_time edge = bucket->window_end;
    return p->done <= edge && edge < p->steady_end ? edge : p->steady_end;
}

static klv_time sooner(klv_time a, klv_time b) {
    return a < b ? a : b;
}

static int by_time(const void *a, const void *b) {
    klv_time x = *(const klv_time *)a, y = *(const klv_time *)b;
    return (x > y) - (x < y);
}

#define PLENTY 1e9

/* How many more may leave now, and when the next one may. */
typedef struct {
    double free;
    klv_time next;
} room;

/* The room in a window that takes `allowed` requests. What is under way may be answered at any
 * moment, and then counts for the window's length: `next` is the soonest time at which there can be
 * room. */
static room window_room(const klv_bucket *bucket, int allowed, klv_time window,
                        klv_time (*end_of)(const klv_bucket *, const place *), klv_time now) {
    uint64_t known = (uint64_t)bucket->rate.steady;
    if (known > bucket->tickets) {
        known = bucket->tickets;
    }
    klv_time
        live[64]; /* the soonest to expire; more than that is looked at again when these are gone */
    int count = 0, kept = 0;
    for (uint64_t i = 0; i < known; i++) {
        const place *p = &bucket->places[i]; /* of the last tickets, in whatever order */
        klv_time end = end_of(bucket, p);
        if (end <= now) {
            continue;
        }
        count++;
        if (p->done == KLV_NEVER) {
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

/* Our share of a burst window, less what the others took beyond theirs since the round began; but
 * one at least. */
static int burst_share(const klv_bucket *bucket) {
    double left = most(bucket) - (double)(bucket->foreign - bucket->round_foreign);
    double share = bucket->share < left ? bucket->share : left;
    return share < 1 ? 1 : (int)share;
}

/* Our part of what is left of the steady window, as far as we were told. One request stays back for
 * each who shares it: what they know of each other is never quite new. */
static room told_room(const klv_bucket *bucket, klv_time now) {
    if (bucket->remaining < 0 || now >= bucket->window_end) {
        return (room){PLENTY, now};
    }
    double left = (double)(bucket->remaining - bucket->flying);
    if (bucket->part < 1) {
        double rounds = (double)(now - bucket->told) / (double)bucket->rate.burst_window;
        left = (left - bucket->others * rounds) * bucket->part - 1;
    }
    return left >= 1 ? (room){left, now} : (room){0, bucket->window_end};
}

const char *klv_bucket_name(const klv_bucket *bucket) {
    return bucket->name;
}

klv_time klv_bucket_server_reported(const klv_bucket *bucket, klv_time now) {
    bool spent = bucket->remaining >= 0 && bucket->remaining <= bucket->flying;
    return spent && bucket->window_end > bucket->blocked ? bucket->window_end
           : bucket->blocked > now                       ? bucket->blocked
                                                         : now;
}

/* How many may leave now; if none, next_known says when. */
static double look(klv_bucket *bucket, klv_time now) {
    room all = {PLENTY, now};
    room rooms[] = {
        window_room(bucket, burst_share(bucket), bucket->rate.burst_window, burst_end, now),
        window_room(bucket, bucket->rate.steady, bucket->rate.steady_window, steady_end, now),
        told_room(bucket, now),
        bucket->blocked > now ? (room){0, bucket->blocked} : all,
    };
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        all.free = rooms[i].free < all.free ? rooms[i].free : all.free;
        all.next = rooms[i].next > all.next ? rooms[i].next : all.next;
    }
    bucket->next_known = all.next;
    return all.free;
}

/* The line. */

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

/* Whether as many as may leave stand before it, and come when they are called. */
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
    klv_time next = bucket->next_known; /* thousands may be waiting: one look serves all */
    if (next <= now) {
        double free = look(bucket, now);
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
    return bucket->flying > 0;
}

/* The service counts it at that time at the latest. */
static void set_place(klv_bucket *bucket, uint64_t ticket, klv_time counted) {
    *place_of(bucket, ticket) = (place){
        .burst_end = klv_time_add(counted, bucket->rate.burst_window),
        .steady_end = klv_time_add(counted, bucket->rate.steady_window),
        .done = counted,
    };
}

uint64_t klv_bucket_take(klv_bucket *bucket, klv_waiter *waiter, klv_time now) {
    uint64_t ticket = bucket->tickets++;
    klv_waiter_leave(waiter);
    changed(bucket);
    bucket->flying++;
    bucket->own++;
    set_place(bucket, ticket, klv_time_add(now, ARRIVAL_SLACK));
    place_of(bucket, ticket)->done = KLV_NEVER;
    return ticket;
}

void klv_bucket_release(klv_bucket *bucket, uint64_t ticket, klv_time now, bool counted) {
    changed(bucket);
    bucket->flying--;
    if (ticket + (uint64_t)bucket->rate.steady < bucket->tickets) {
        return; /* the ring has gone round */
    }
    if (counted) {
        set_place(bucket, ticket, now);
    } else {
        *place_of(bucket, ticket) = (place){0};
    }
}

/* Learning. */

static void begin_round(klv_bucket *bucket, klv_time now) {
    bucket->round = now;
    bucket->round_own = bucket->own;
    bucket->round_foreign = bucket->foreign;
}

/*
 * What all took in a burst window lately. Alone, we take more at once, up to `most`. With others,
 * one more each round while there is room, and a fifth less when there is none: whoever has more
 * gives up more, so that all come to have the same (additive increase, multiplicative decrease, as
 * TCP does).
 */
static void adapt(klv_bucket *bucket, double own, double foreign) {
    bucket->others = foreign;
    if (foreign < 0.05) {
        bucket->share *= 2;
        bucket->part = 1;
    } else if (own + foreign >= most(bucket) - 0.5) {
        bucket->share = 0.8 * (own < bucket->share ? own : bucket->share);
    } else if (own + 1 >= bucket->share) {
        bucket->share += 0.5;
    }
    if (foreign >= 0.05) {
        bucket->part = 0.5 * bucket->part + 0.5 * own / (own + foreign);
    }
    bucket->share = bucket->share < 1              ? 1
                    : bucket->share > most(bucket) ? most(bucket)
                                                   : bucket->share;
}

/* The account is busier than we knew: one goes ahead to find out, as at the beginning. */
static void learn_refusal(klv_bucket *bucket, klv_time retry_after, klv_time now) {
    klv_time until = klv_time_add(now, retry_after);
    bucket->own--; /* a refusal is not counted */
    bucket->scouted = false;
    bucket->share = 1;
    bucket->blocked = until > bucket->blocked ? until : bucket->blocked;
}

/* Ours that the service may have counted in a window that has just been seen: the one that told,
 * and those under way. */
static void begin_window(klv_bucket *bucket, klv_time end, klv_time now) {
    klv_time start = end - bucket->rate.steady_window;
    for (int i = 0; i < bucket->rate.steady; i++) {
        bucket->places[i].steady_end = steady_end(bucket, &bucket->places[i]);
    }
    bucket->window_end = end;
    bucket->remaining = INT64_MAX;
    bucket->own = 1 + bucket->flying;
    bucket->foreign = 0;
    begin_round(bucket, sooner(start, now));
    bucket->round_own = 0;
}

/* False: the answer is of a window that is over. */
static bool learn_window(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                         klv_time now) {
    klv_time window = bucket->rate.steady_window;
    klv_time pad = window / 60; /* seconds may have been cut or rounded */
    klv_time end = bucket->window_end;
    if (reset >= 0 || remaining > bucket->remaining) {
        end = now + (reset >= 0 && reset < window - pad ? reset + pad : window);
    }
    if (bucket->remaining < 0 || end > bucket->window_end + window / 2) {
        begin_window(bucket, end, now);
    } else if (end < bucket->window_end - window / 2) {
        return false;
    }
    int64_t foreign = (limit >= 0 ? limit : bucket->rate.steady) - remaining - bucket->own;
    bucket->foreign = foreign > bucket->foreign ? foreign : bucket->foreign;
    bucket->window_end = sooner(end, bucket->window_end);
    if (remaining <= bucket->remaining) {
        bucket->remaining = remaining;
        bucket->told = now;
    }
    return true;
}

void klv_bucket_observe(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                        klv_time retry_after, klv_time now) {
    changed(bucket);
    if (retry_after >= 0) {
        learn_refusal(bucket, retry_after, now);
        return;
    }
    if (remaining < 0) {
        bucket->share = most(bucket); /* nothing is told of others here */
        return;
    }
    if (!learn_window(bucket, limit, remaining, reset, now)) {
        return;
    }
    double rounds = (double)(now - bucket->round) / (double)bucket->rate.burst_window;
    if (!bucket->scouted && bucket->flying == 0) {
        bucket->scouted = true;
        if (bucket->foreign == 0) {
            bucket->share = most(bucket);
        } else {
            bucket->part = 0.5;
        }
        begin_round(bucket, now);
    } else if (bucket->scouted && rounds >= 1) {
        adapt(bucket, (double)(bucket->own - bucket->round_own) / rounds,
              (double)(bucket->foreign - bucket->round_foreign) / rounds);
        begin_round(bucket, now);
    }
}
