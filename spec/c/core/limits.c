/* SPDX-License-Identifier: MIT */
/* The rate limits against a model of the service, on a virtual clock. */
#include "units.h"

#include "../../../src/core/limits.h"

#include <stdlib.h>

#define START (1000000 * KLV_SECOND)

/* The service: two windows with fixed edges; a rejected request is not counted. */
typedef struct {
    int burst, steady; /* allowed */
    klv_time burst_window, steady_window, burst_start, steady_start;
    int in_burst, in_steady;
    bool whole_seconds; /* the service reports spans so */
} service;

/* One process: limits of its own, and calls to make, at most `most` of them at once. */
typedef struct {
    klv_limits *limits;
    klv_bucket *bucket;
    klv_waiter waiter;
    int todo, most, in_flight, done, failed, rejected, waiting;
    klv_time begins, wake, last;
} process;

enum { WAKE, ARRIVAL, RESPONSE };

typedef struct {
    klv_time at;
    int what, process, attempt;
    uint64_t ticket;
    bool accepted;
    int64_t remaining;
    klv_time span; /* Retry-After or RateLimit-Reset */
} event;

typedef struct {
    service service;
    process processes[8];
    int count;
    klv_time round_trip, now;
    event events[4096];
    int pending;
    uint64_t random;
    int retries[8][4096]; /* attempts of the calls that wait for another, by process */
} world;

static double chance(world *w) {
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(w->random >> 11) / 9007199254740992.0;
}

static void happens(world *w, event e) {
    w->events[w->pending++] = e;
}

static event next_event(world *w) {
    int soonest = 0;
    for (int i = 1; i < w->pending; i++) {
        soonest = w->events[i].at < w->events[soonest].at ? i : soonest;
    }
    event e = w->events[soonest];
    w->events[soonest] = w->events[--w->pending];
    return e;
}

static klv_time reported(const service *s, klv_time span) {
    return s->whole_seconds ? (span + KLV_SECOND - 1) / KLV_SECOND * KLV_SECOND : span;
}

static void roll(klv_time *start, int *count, klv_time window, klv_time now) {
    if (now - *start >= window) {
        *start = now - (now - *start) % window;
        *count = 0;
    }
}

static void serve(service *s, event *e, klv_time now) {
    roll(&s->burst_start, &s->in_burst, s->burst_window, now);
    roll(&s->steady_start, &s->in_steady, s->steady_window, now);
    klv_time burst_left = s->burst_start + s->burst_window - now;
    klv_time steady_left = s->steady_start + s->steady_window - now;
    e->accepted = s->in_burst < s->burst && s->in_steady < s->steady;
    if (e->accepted) {
        s->in_burst++;
        e->remaining = s->steady - ++s->in_steady;
        e->span = reported(s, steady_left);
    } else {
        e->span = reported(s, s->in_steady >= s->steady ? steady_left : burst_left);
    }
}

static void wake(world *w, int index, klv_time at) {
    process *p = &w->processes[index];
    if (!p->wake || at < p->wake) {
        p->wake = at;
        happens(w, (event){.at = at, .what = WAKE, .process = index});
    }
}

/* Sends what the limits allow. */
static void go(world *w, int index) {
    process *p = &w->processes[index];
    while (p->in_flight < p->most && (p->todo || p->waiting)) {
        klv_time next =
            w->now < p->begins ? p->begins : klv_bucket_next(p->bucket, &p->waiter, w->now);
        if (next > w->now) {
            wake(w, index, next);
            return;
        }
        int attempt = p->waiting ? w->retries[index][--p->waiting] + 1 : 1;
        p->todo -= attempt == 1;
        p->in_flight++;
        klv_time travel = (klv_time)((0.3 + 0.4 * chance(w)) * (double)w->round_trip);
        happens(w, (event){.at = w->now + travel,
                           .what = ARRIVAL,
                           .process = index,
                           .attempt = attempt,
                           .ticket = klv_bucket_take(p->bucket, &p->waiter, w->now)});
    }
}

static void respond(world *w, const event *e) {
    process *p = &w->processes[e->process];
    p->in_flight--;
    klv_bucket_release(p->bucket, e->ticket, w->now, true);
    if (e->accepted) {
        p->done++;
        p->last = w->now;
        klv_bucket_observe(p->bucket, w->service.steady, e->remaining, e->span, -1, w->now);
    } else {
        p->rejected++;
        klv_bucket_observe(p->bucket, -1, -1, -1, e->span, w->now);
        if (e->attempt == 4) {
            p->failed++;
        } else {
            w->retries[e->process][p->waiting++] = e->attempt;
        }
    }
    go(w, e->process);
}

static void run_until(world *w, klv_time until) {
    while (w->pending && w->now < until) {
        event e = next_event(w);
        w->now = e.at;
        if (e.what == WAKE) {
            if (w->processes[e.process].wake == e.at) { /* else it was superseded */
                w->processes[e.process].wake = 0;
                go(w, e.process);
            }
        } else if (e.what == ARRIVAL) {
            serve(&w->service, &e, w->now);
            e.what = RESPONSE;
            e.at += (klv_time)((0.3 + 0.4 * chance(w)) * (double)w->round_trip);
            happens(w, e);
        } else {
            respond(w, &e);
        }
    }
}

static void run(world *w) {
    run_until(w, KLV_NEVER);
}

/* A world with `count` processes of `calls` each. phase: how much of the service's windows has
 * passed at the start. */
static world *make_with(bool urgent, int count, int calls, double phase, klv_time round_trip,
                        uint64_t seed) {
    world *w = calloc(1, sizeof *w);
    w->service = (service){
        .burst = 10, .steady = 150, .burst_window = KLV_SECOND, .steady_window = 60 * KLV_SECOND};
    w->service.whole_seconds = true;
    w->service.burst_start = START - (klv_time)(phase * (double)KLV_SECOND);
    w->service.steady_start = START - (klv_time)(phase * 60 * (double)KLV_SECOND);
    w->round_trip = round_trip;
    w->random = seed;
    w->count = count;
    w->now = START;
    klv_rate rate = {10, KLV_SECOND, 150, 60 * KLV_SECOND, urgent};
    for (int i = 0; i < count; i++) {
        process *p = &w->processes[i];
        p->limits = klv_limits_new();
        p->bucket = klv_limits_bucket(p->limits, "get_campaigns", &rate);
        p->todo = calls;
        p->most = 32;
        p->begins = START;
        wake(w, i, START);
    }
    return w;
}

static world *make(int count, int calls, double phase, klv_time round_trip, uint64_t seed) {
    return make_with(false, count, calls, phase, round_trip, seed);
}

static void destroy(world *w) {
    for (int i = 0; i < w->count; i++) {
        klv_waiter_leave(&w->processes[i].waiter);
        klv_limits_release(w->processes[i].limits);
    }
    free(w);
}

static int sum(const world *w, int process_member) {
    int total = 0;
    for (int i = 0; i < w->count; i++) {
        const process *p = &w->processes[i];
        total += process_member == 0 ? p->done : process_member == 1 ? p->rejected : p->failed;
    }
    return total;
}
#define DONE(w)     sum(w, 0)
#define REJECTED(w) sum(w, 1)
#define FAILED(w)   sum(w, 2)

/* The least time in which that many calls can be made, if `phase` of the windows' length has
 * passed at the start. */
static double least(int calls, double phase) {
    int windows = (calls - 1) / 150;
    double first = windows ? 60 * (1 - phase) + 60 * (windows - 1) : 0;
    return first + ((calls - 1) % 150) / 10; /* whole bursts */
}

/* Alone on the account: no request is rejected, wherever the edges are and however long the way;
 * and hardly any time is wasted. */
static void alone(void) {
    double worst = 0;
    for (int i = 0; i < 20; i++) {
        double phase = i / 20.0;
        world *w = make(1, 300, phase, (1 + i % 5 * 5) * KLV_MILLISECOND, (uint64_t)i + 1);
        run(w);
        CHECK_INT(REJECTED(w), 0);
        CHECK_INT(DONE(w), 300);
        /* a window that has nearly passed is worth less than the time it takes to use it */
        double shortest = phase < 0.75 ? least(300, phase) : least(300, 0);
        double taken = (double)(w->processes[0].last - START) / (double)KLV_SECOND;
        double waste = (taken - shortest) / 74;
        worst = waste > worst ? waste : worst;
        destroy(w);
    }
    printf("limits: 300 calls alone, at most %.1f %% over the least possible time\n", 100 * worst);
    CHECK(worst < 0.05);
}

/* Urgent calls of a program that is alone take every burst whole, the first one too: 60 of them
 * have left after five windows, each longer by a round trip. */
static void urgent_alone(void) {
    for (int i = 0; i < 20; i++) {
        world *w = make_with(true, 1, 60, i / 20.0, 100 * KLV_MILLISECOND, (uint64_t)i + 1);
        run(w);
        CHECK_INT(REJECTED(w), 0);
        CHECK_INT(DONE(w), 60);
        double taken = (double)(w->processes[0].last - START) / (double)KLV_SECOND;
        CHECK(taken < 5 * 1.14 + 0.14); /* a round trip takes 140 ms at most */
        destroy(w);
    }
}

/* Beside other programs they are rejected at first, and all done in the end. */
static void urgent_beside_others(void) {
    for (int i = 0; i < 20; i++) {
        world *w = make_with(true, 3, 40, i / 20.0, 100 * KLV_MILLISECOND, (uint64_t)i + 1);
        run(w);
        CHECK_INT(DONE(w), 120);
        CHECK_INT(FAILED(w), 0);
        destroy(w);
    }
}

/* The round trip may take any time, and responses overtake each other. */
static void alone_far_away(void) {
    for (int i = 0; i < 40; i++) {
        world *w = make(1, 400, i / 40.0, (50 + i * 60) * KLV_MILLISECOND, (uint64_t)i);
        run(w);
        CHECK_INT(REJECTED(w), 0);
        CHECK_INT(DONE(w), 400);
        destroy(w);
    }
}

static void three_processes(void) {
    int rejected = 0, done = 0, failed = 0;
    for (int i = 0; i < 60; i++) {
        world *w = make(3, 100, i % 10 / 10.0, (2 + i % 3 * 49) * KLV_MILLISECOND, (uint64_t)i);
        for (int k = 0; k < 3; k++) {
            w->processes[k].begins += (klv_time)(chance(w) * 0.5 * (double)KLV_SECOND);
        }
        run(w);
        rejected += REJECTED(w);
        done += DONE(w);
        failed += FAILED(w);
        destroy(w);
    }
    printf("limits: three processes, %d calls, %.2f %% rejected, %d failed\n", done,
           100.0 * rejected / (done + rejected), failed);
    CHECK_INT(failed, 0);
    CHECK_INT(done, 60 * 300);
    CHECK(rejected * 100 < done);
}

/* A process that was alone gives way to those that start later: after a while all have the same. */
static void newcomers(void) {
    double least_fraction = 1;
    int failed = 0;
    for (int i = 0; i < 20; i++) {
        world *w = make(3, 1200, i / 20.0, 20 * KLV_MILLISECOND, (uint64_t)i);
        for (int k = 0; k < 3; k++) {
            w->processes[k].begins += k * 7 * KLV_SECOND;
        }
        run_until(w, START + 1200 * KLV_SECOND);
        for (int k = 0; k < 3; k++) {
            double part = (double)w->processes[k].done / DONE(w);
            least_fraction = part < least_fraction ? part : least_fraction;
        }
        failed += FAILED(w);
        destroy(w);
    }
    printf("limits: of three processes the worst off gets %.0f %% of the calls\n",
           100 * least_fraction);
    CHECK(least_fraction > 0.2);
    CHECK_INT(failed, 0);
}

/* Several clients of a process share one queue. */

static klv_bucket *bucket_of(klv_limits *limits, int burst, int steady) {
    klv_rate rate = {burst, KLV_SECOND, steady, 60 * KLV_SECOND, false};
    return klv_limits_bucket(limits, "x", &rate);
}

/* Completes the first request, which shows that nobody else uses the account. */
static klv_time warm(klv_bucket *bucket, int steady) {
    klv_waiter waiter = {0};
    klv_time now = START;
    CHECK(klv_bucket_next(bucket, &waiter, now) <= now);
    uint64_t ticket = klv_bucket_take(bucket, &waiter, now);
    klv_bucket_release(bucket, ticket, now, true);
    klv_bucket_observe(bucket, steady, steady - 1, 60 * KLV_SECOND, -1, now);
    return now + 2 * KLV_SECOND;
}

static void the_line(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 3, 100);
    klv_time now = warm(bucket, 100);
    klv_waiter waiters[8] = {{0}};
    uint64_t tickets[3];
    for (int i = 0; i < 3; i++) {
        CHECK(klv_bucket_next(bucket, &waiters[0], now) <= now);
        tickets[i] = klv_bucket_take(bucket, &waiters[0], now);
    }
    for (int i = 0; i < 8; i++) {
        CHECK(klv_bucket_next(bucket, &waiters[i], now) > now);
    }
    for (int i = 0; i < 3; i++) {
        klv_bucket_release(bucket, tickets[i], now, true);
    }
    now = klv_bucket_next(bucket, &waiters[0], now);
    CHECK_INT(now, START + 3 * KLV_SECOND);
    /* the fourth asks first, and has to wait for the three before it */
    CHECK(klv_bucket_next(bucket, &waiters[3], now) > now);
    CHECK(klv_bucket_next(bucket, &waiters[2], now) <= now);
    klv_bucket_take(bucket, &waiters[2], now);
    CHECK(klv_bucket_next(bucket, &waiters[3], now) > now);
    CHECK(klv_bucket_next(bucket, &waiters[1], now) <= now);
    klv_bucket_take(bucket, &waiters[1], now);
    /* the first does not ask: after a moment its slot goes to the next, not to a newcomer */
    now += 20 * KLV_MILLISECOND;
    CHECK(klv_bucket_next(bucket, &waiters[3], now) <= now);
    klv_waiter newcomer = {0};
    CHECK(klv_bucket_next(bucket, &newcomer, now) > now);
    klv_bucket_take(bucket, &waiters[3], now);
    CHECK(klv_bucket_next(bucket, &waiters[0], now) > now);
    /* nobody waits for those that have left */
    for (int i = 0; i < 8; i++) {
        klv_waiter_leave(&waiters[i]);
    }
    klv_waiter_leave(&newcomer);
    klv_waiter_leave(&newcomer);
    klv_limits_release(limits);
}

/* A waiter that has not asked yet is in the queue, and delays nobody. */
static void not_asked_yet(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 3, 100);
    klv_time now = warm(bucket, 100);
    klv_waiter waiters[6] = {{0}};
    for (int i = 0; i < 6; i++) {
        klv_waiter_join(bucket, &waiters[i]);
        klv_waiter_join(bucket, &waiters[i]);
    }
    CHECK(klv_bucket_next(bucket, &waiters[5], now) <= now);
    for (int i = 0; i < 3; i++) {
        klv_waiter other = {0};
        klv_bucket_take(bucket, &other, now);
    }
    /* once it has asked, it is served before those behind it */
    klv_time next = klv_bucket_next(bucket, &waiters[1], now);
    CHECK_INT(next, now + KLV_SECOND); /* those in flight may end at once */
    klv_bucket_next(bucket, &waiters[3], now);
    for (uint64_t ticket = 1; ticket < 4; ticket++) {
        klv_bucket_release(bucket, ticket, now, ticket != 1);
    }
    CHECK(klv_bucket_next(bucket, &waiters[3], now) > now);
    CHECK(klv_bucket_next(bucket, &waiters[1], now) <= now);
    for (int i = 0; i < 6; i++) {
        klv_waiter_leave(&waiters[i]);
    }
    klv_limits_release(limits);
}

/* A waiter asks again at once when something has changed, whoever changed it. */
static void changed(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 3, 100);
    klv_time now = START;
    klv_waiter first = {0}, second = {0};
    CHECK(klv_bucket_next(bucket, &first, now) <= now);
    uint64_t ticket = klv_bucket_take(bucket, &first, now);
    CHECK(klv_bucket_in_flight(bucket));
    CHECK_INT(klv_bucket_next(bucket, &second, now), now + KLV_SECOND);
    CHECK_INT(klv_waiter_due(&second), now + KLV_SECOND);
    klv_bucket_release(bucket, ticket, now, true);
    klv_bucket_observe(bucket, 100, 99, 60 * KLV_SECOND, -1, now);
    CHECK(!klv_bucket_in_flight(bucket));
    CHECK_INT(klv_waiter_due(&second), 0);
    /* although others have asked meanwhile */
    CHECK(klv_bucket_next(bucket, &first, now) <= now);
    CHECK_INT(klv_waiter_due(&second), 0);
    CHECK(klv_bucket_next(bucket, &second, now) <= now);
    CHECK_INT(klv_waiter_due(&second), now);
    klv_waiter_leave(&first);
    klv_waiter_leave(&second);
    klv_limits_release(limits);
}

static void slots(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 2, 100);
    klv_time now = warm(bucket, 100);
    klv_waiter waiter = {0};
    uint64_t a = klv_bucket_take(bucket, &waiter, now), b = klv_bucket_take(bucket, &waiter, now);
    CHECK(klv_bucket_next(bucket, &waiter, now) > now);
    /* a request that was never sent does not count */
    klv_bucket_release(bucket, a, now, false);
    CHECK(klv_bucket_next(bucket, &waiter, now) <= now);
    a = klv_bucket_take(bucket, &waiter, now);
    /* a request in flight counts until it must have arrived, and then for a window */
    CHECK(klv_bucket_next(bucket, &waiter, now) >= now + KLV_SECOND);
    /* a request with a response counts for a window from then on */
    klv_bucket_release(bucket, a, now + 100 * KLV_MILLISECOND, true);
    CHECK_INT(klv_bucket_next(bucket, &waiter, now + 100 * KLV_MILLISECOND),
              now + 1100 * KLV_MILLISECOND);
    klv_bucket_release(bucket, b, now + 200 * KLV_MILLISECOND, true);
    klv_waiter_leave(&waiter);
    klv_limits_release(limits);
}

static void rejections(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 10, 150);
    klv_waiter waiter = {0};
    klv_time now = warm(bucket, 150);
    uint64_t ticket = klv_bucket_take(bucket, &waiter, now);
    klv_bucket_release(bucket, ticket, now, true);
    klv_bucket_observe(bucket, -1, -1, -1, 7 * KLV_SECOND, now);
    CHECK_INT(klv_bucket_next(bucket, &waiter, now), now + 7 * KLV_SECOND);
    CHECK_INT(klv_bucket_server_reported(bucket, now), now + 7 * KLV_SECOND);
    /* a shorter one changes nothing */
    klv_bucket_observe(bucket, -1, -1, -1, KLV_SECOND, now);
    CHECK_INT(klv_bucket_server_reported(bucket, now), now + 7 * KLV_SECOND);
    CHECK(klv_bucket_next(bucket, &waiter, now + 7 * KLV_SECOND) <= now + 7 * KLV_SECOND);
    klv_waiter_leave(&waiter);
    klv_limits_release(limits);
}

/* A window that others have used up is waited for, though this process sent next to nothing. */
static void spent_by_others(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 10, 150);
    klv_waiter waiter = {0};
    uint64_t ticket = klv_bucket_take(bucket, &waiter, START);
    klv_bucket_release(bucket, ticket, START, true);
    klv_bucket_observe(bucket, 150, 0, 30 * KLV_SECOND, -1, START);
    klv_time next = klv_bucket_next(bucket, &waiter, START);
    CHECK_BETWEEN(next, START + 30 * KLV_SECOND, START + 31 * KLV_SECOND);
    CHECK_BETWEEN(klv_bucket_server_reported(bucket, START), START + 30 * KLV_SECOND,
                  START + 31 * KLV_SECOND);
    CHECK(klv_bucket_next(bucket, &waiter, next) <= next);
    klv_waiter_leave(&waiter);
    klv_limits_release(limits);
}

/* Another client's revision or options: the ring grows and shrinks, and what was sent stays
 * counted. */
static void other_rates(void) {
    klv_limits *limits = klv_limits_new();
    klv_bucket *bucket = bucket_of(limits, 10, 150);
    klv_waiter waiter = {0};
    klv_time now = warm(bucket, 150);
    uint64_t tickets[9];
    for (int i = 0; i < 9; i++) {
        tickets[i] = klv_bucket_take(bucket, &waiter, now);
    }
    CHECK(bucket_of(limits, 3, 7) == bucket);
    CHECK(klv_bucket_next(bucket, &waiter, now) > now);
    CHECK(bucket_of(limits, 75, 700) == bucket);
    for (int i = 0; i < 9; i++) {
        klv_bucket_release(bucket, tickets[i], now, true);
    }
    CHECK(bucket_of(limits, 1, 1) == bucket);
    CHECK(klv_bucket_next(bucket, &waiter, now) > now);
    CHECK_TEXT(klv_bucket_name(bucket), "x");
    klv_waiter_leave(&waiter);
    klv_limits_release(limits);
}

/* A rejection for years is asked about again. */
static void years(void) {
    klv_limits *limits = klv_limits_new();
    klv_rate rate = {10, KLV_SECOND, 150, 60 * KLV_SECOND, false};
    klv_bucket *bucket = klv_limits_bucket(limits, "x", &rate);
    klv_waiter waiter = {0};
    klv_time now = START;
    CHECK(klv_bucket_next(bucket, &waiter, now) <= now);
    uint64_t ticket = klv_bucket_take(bucket, &waiter, now);
    klv_bucket_release(bucket, ticket, now, true);
    klv_bucket_observe(bucket, -1, -1, -1, 366 * 86400 * KLV_SECOND, now);
    CHECK_INT(klv_bucket_server_reported(bucket, now), now + 600 * KLV_SECOND);
    CHECK_INT(klv_bucket_next(bucket, &waiter, now), now + 600 * KLV_SECOND);
    klv_waiter_leave(&waiter);
    klv_limits_release(limits);
}

void test_limits(void) {
    years();
    alone();
    urgent_alone();
    urgent_beside_others();
    alone_far_away();
    three_processes();
    newcomers();
    the_line();
    not_asked_yet();
    changed();
    slots();
    rejections();
    spent_by_others();
    other_rates();
}
