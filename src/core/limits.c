/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A request without an answer yet is taken to have been counted within this time of leaving. */
#define ARRIVAL_SLACK KLV_SECOND

/* Before the first answer nothing is known of the others on this account: three keep out of their way. */
#define FIRST_FLIGHT 3

typedef struct {
    klv_time left;
    klv_time done; /* KLV_NEVER while under way */
} place;

struct klv_bucket {
    klv_bucket *next;
    char *name;
    klv_rate rate;
    place *places;        /* ring of the last rate.steady requests, by ticket; a place given back has done = -1 */
    uint64_t tickets;     /* how many were ever taken */
    klv_time blocked;     /* Retry-After */
    bool answered;        /* an answer was seen */
    int64_t remaining;    /* as last told, -1: never */
    klv_time told;        /* when */
    klv_time window_end;  /* of the steady window, as told */
    double own, foreign;  /* requests lately, decaying: ours, and of others on the same account */
    klv_time next_known;  /* klv_bucket_next's last answer, good until it comes or something changes */
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

static klv_bucket *make_bucket(const char *name, const klv_rate *rate) {
    klv_bucket *bucket = calloc(1, sizeof *bucket);
    if (!bucket) {
        return NULL;
    }
    bucket->name = strdup(name);
    bucket->places = calloc((size_t)rate->steady, sizeof *bucket->places);
    bucket->rate = *rate;
    bucket->remaining = -1;
    if (!bucket->name || !bucket->places) {
        free(bucket->places);
        free(bucket->name);
        free(bucket);
        return NULL;
    }
    return bucket;
}

/* Another rate for a known bucket (another client's revision or options). What was sent before stays counted as far
 * as the new ring reaches. */
static bool change_rate(klv_bucket *bucket, const klv_rate *rate) {
    if (rate->steady != bucket->rate.steady) {
        place *places = calloc((size_t)rate->steady, sizeof *places);
        if (!places) {
            return false;
        }
        uint64_t keep = (uint64_t)(rate->steady < bucket->rate.steady ? rate->steady : bucket->rate.steady);
        for (uint64_t i = 1; i <= keep && i <= bucket->tickets; i++) {
            uint64_t ticket = bucket->tickets - i;
            places[ticket % (uint64_t)rate->steady] = bucket->places[ticket % (uint64_t)bucket->rate.steady];
        }
        free(bucket->places);
        bucket->places = places;
    }
    bucket->rate = *rate;
    bucket->next_known = 0;
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

/* When a place stops counting against a window of that length. */
static klv_time expiry(const place *p, klv_time window) {
    if (p->done < 0) {
        return 0;
    }
    klv_time counted = p->done == KLV_NEVER ? p->left + ARRIVAL_SLACK : p->done;
    return klv_time_add(counted, window);
}

static int by_time(const void *a, const void *b) {
    klv_time x = *(const klv_time *)a, y = *(const klv_time *)b;
    return (x > y) - (x < y);
}

/* When fewer than `allowed` of the last requests still count against a window. */
static klv_time window_next(const klv_bucket *bucket, int allowed, klv_time window, klv_time now) {
    uint64_t known = (uint64_t)bucket->rate.steady;
    if (known > bucket->tickets) {
        known = bucket->tickets;
    }
    if ((uint64_t)allowed > known) {
        return now;
    }
    klv_time live[64]; /* the soonest to expire; more than that is looked at again when these are gone */
    size_t count = 0, kept = 0;
    for (uint64_t i = 1; i <= known; i++) {
        klv_time end = expiry(place_of(bucket, bucket->tickets - i), window);
        if (end <= now) {
            continue;
        }
        count++;
        if (kept < sizeof live / sizeof *live) {
            live[kept++] = end;
        } else {
            size_t latest = 0;
            for (size_t k = 1; k < kept; k++) {
                latest = live[k] > live[latest] ? k : latest;
            }
            live[latest] = end < live[latest] ? end : live[latest];
        }
    }
    if (count < (size_t)allowed) {
        return now;
    }
    qsort(live, kept, sizeof *live, by_time);
    size_t wait_for = count - (size_t)allowed;
    return live[wait_for < kept ? wait_for : kept - 1];
}

static double decay(const klv_bucket *bucket, klv_time now) {
    double lifetime = 3.0 * (double)bucket->rate.burst_window;
    return exp(-(double)(now - bucket->told) / lifetime);
}

/* Our part of the burst: all of it alone, in proportion to what each spends otherwise, with a tenth left to chance. */
static int burst_share(const klv_bucket *bucket, klv_time now) {
    int burst = bucket->rate.burst;
    if (!bucket->answered) {
        return burst < FIRST_FLIGHT ? burst : FIRST_FLIGHT;
    }
    double foreign = bucket->foreign * decay(bucket, now);
    if (foreign < 0.5) {
        return burst;
    }
    double own = bucket->own * decay(bucket, now);
    int share = (int)(0.9 * burst * own / (own + foreign));
    return share < 1 ? 1 : share;
}

/* Requests under way, that the last answer did not count yet. */
static int64_t under_way(const klv_bucket *bucket) {
    int64_t count = 0;
    for (uint64_t i = 1; i <= bucket->tickets && i <= (uint64_t)bucket->rate.steady; i++) {
        const place *p = place_of(bucket, bucket->tickets - i);
        count += p->done == KLV_NEVER;
    }
    return count;
}

/* The end of the steady window, once it is spent as far as we were told; else `now`. */
static klv_time told_next(const klv_bucket *bucket, klv_time now) {
    if (bucket->remaining < 0 || now >= bucket->window_end) {
        return now;
    }
    double foreign = bucket->foreign * decay(bucket, now);
    double left = (double)(bucket->remaining - under_way(bucket));
    if (foreign >= 0.5) {
        double per_window = bucket->foreign / 3.0;
        left -= 1.0 + per_window * (double)(now - bucket->told) / (double)bucket->rate.burst_window;
    }
    return left >= 1.0 ? now : bucket->window_end;
}

const char *klv_bucket_name(const klv_bucket *bucket) {
    return bucket->name;
}

klv_time klv_bucket_told(const klv_bucket *bucket, klv_time now) {
    klv_time told = told_next(bucket, now);
    return bucket->blocked > told ? bucket->blocked : told;
}

klv_time klv_bucket_next(klv_bucket *bucket, klv_time now) {
    if (bucket->next_known > now) {
        return bucket->next_known; /* thousands may be waiting: one look serves all */
    }
    klv_time next = klv_bucket_told(bucket, now);
    klv_time candidates[] = {
        window_next(bucket, burst_share(bucket, now), bucket->rate.burst_window, now),
        window_next(bucket, bucket->rate.steady, bucket->rate.steady_window, now),
    };
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        next = candidates[i] > next ? candidates[i] : next;
    }
    bucket->next_known = next;
    return next;
}

uint64_t klv_bucket_take(klv_bucket *bucket, klv_time now) {
    uint64_t ticket = bucket->tickets++;
    bucket->next_known = 0;
    *place_of(bucket, ticket) = (place){.left = now, .done = KLV_NEVER};
    return ticket;
}

void klv_bucket_settle(klv_bucket *bucket, uint64_t ticket, klv_time now, bool counted) {
    bucket->next_known = 0;
    if (ticket + (uint64_t)bucket->rate.steady >= bucket->tickets) {
        place_of(bucket, ticket)->done = counted ? now : -1;
    }
}

static void age(klv_bucket *bucket, klv_time now) {
    double factor = decay(bucket, now);
    bucket->own *= factor;
    bucket->foreign *= factor;
    bucket->told = now;
}

void klv_bucket_observe(klv_bucket *bucket, int64_t limit, int64_t remaining, klv_time reset,
                        klv_time retry_after, klv_time now) {
    bucket->next_known = 0;
    age(bucket, now);
    if (retry_after >= 0) {
        klv_time until = klv_time_add(now, retry_after);
        bucket->blocked = until > bucket->blocked ? until : bucket->blocked;
        if (bucket->answered) {
            bucket->foreign += bucket->rate.burst / 2.0;
        }
        return;
    }
    bucket->own += 1;
    if (remaining >= 0) {
        /* answers overtake each other by a few; a larger rise is a new window */
        bool fresh = bucket->remaining < 0 || remaining > bucket->remaining + bucket->rate.burst;
        int64_t before = fresh ? limit : bucket->remaining;
        if (before >= 0 && bucket->answered) {
            bucket->foreign += (double)(before - remaining - 1);
        }
        if (bucket->foreign < 0) {
            bucket->foreign = 0;
        }
        bucket->remaining = remaining;
        bucket->window_end = klv_time_add(now, reset >= 0 ? reset : 0);
    }
    bucket->answered = true;
}
