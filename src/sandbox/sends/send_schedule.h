/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_SEND_SCHEDULE_H
#define SBX_SENDS_SEND_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"
#include "base/zone.h"

SBX_HIDDEN_BEGIN

/* The times at which a message is sent, and to how many recipients at each. A pure function of its
 * request. Instants are microseconds since the epoch. */

typedef enum sbx_strategy {
    SBX_STRATEGY_STATIC,         /* to all recipients at send_time */
    SBX_STRATEGY_LOCAL_TIMEZONE, /* to each zone when its clocks show the local time that send_zone
                                    has at send_time */
    SBX_STRATEGY_THROTTLED, /* to `percentage` of all at send_time, and again every hour or minute
                               until nobody remains */
    SBX_STRATEGY_SMART_SEND_TIME /* over the local day `date`, hour by hour, more in hours when
                                    people read mail */
} sbx_strategy;

/* LOCAL_TIMEZONE: what happens to zones where that time has passed at `now`. */
typedef enum sbx_passed {
    SBX_PASSED_SKIP,
    SBX_PASSED_AT_ONCE, /* at `now` */
    SBX_PASSED_NEXT_DAY /* at the same local time of the first day on which it has not passed */
} sbx_passed;

typedef struct sbx_send_group {
    const sbx_zone *zone; /* borrowed for the call */
    int64_t profiles;     /* people in this zone, >= 0 */
    int64_t unconsented;  /* of them: without consent, not sent to; 0 <= unconsented <= profiles */
} sbx_send_group;

/* An A/B test: a share of the recipients gets the variations, in equal parts; so much later the
 * rest gets the one that did best. */
typedef struct sbx_ab_test {
    bool runs;
    double share; /* percent, 0 to 100 */
    int64_t wait; /* microseconds after the last send of the test, >= 0 */
} sbx_ab_test;

typedef struct sbx_send_request {
    sbx_strategy strategy;
    int64_t now;               /* when the message is scheduled */
    int64_t send_time;         /* not for SMART_SEND_TIME; if before now, it is now */
    const sbx_zone *send_zone; /* LOCAL_TIMEZONE: the campaign's send_timezone */
    sbx_passed passed;
    int percentage;  /* THROTTLED: 1 to 100 */
    bool per_minute; /* THROTTLED: every minute instead of every hour */
    int64_t date; /* SMART_SEND_TIME: local midnight, as from sbx_date_parse; hours that have passed
                     in a zone are sent at `now` */
    sbx_ab_test test;
    const sbx_send_group *groups;
    size_t group_count;
} sbx_send_request;

typedef struct sbx_send {
    int64_t at;
    size_t group;  /* index into the request's groups */
    int64_t count; /* > 0 */
    int64_t sent;  /* running sum of the counts, this one included */
} sbx_send;

/* Owned by the caller; free with sbx_send_schedule_free. */
typedef struct sbx_send_schedule {
    sbx_send *sends;     /* sorted by instant, then by group; no pair twice */
    size_t count;        /* 0: no recipients */
    int64_t total;       /* sum of the counts */
    int64_t skipped;     /* recipients with consent in zones that were skipped */
    int64_t unconsented; /* profiles without consent */
    int64_t tested;      /* recipients of the A/B test, before all others; total without one */
    int64_t decided;     /* when its winner is known; only if tested < total */
    int64_t first, last; /* of the first and last send; both send_time (or midnight UTC of the date)
                            when count is 0 */
} sbx_send_schedule;

#define SBX_SEND_PROFILES_MAX INT64_C(1000000000) /* of all groups together */
#define SBX_SEND_GROUPS_MAX   1000
#define SBX_AB_WAIT_MAX       (INT64_C(365) * 86400 * 1000000)

/* Computes *schedule. total + skipped + unconsented is always the sum of the profiles of all
 * groups. Returns NULL, or a phrase of static storage that says what is wrong with the request (or
 * "out of memory"), with *schedule empty. */
const char *sbx_send_schedule_make(const sbx_send_request *request, sbx_send_schedule *schedule);
void sbx_send_schedule_free(sbx_send_schedule *schedule);

/* Returns the recipients sent to at or before an instant. O(log n). */
int64_t sbx_send_schedule_sent_by(const sbx_send_schedule *schedule, int64_t instant);

/* Finds the first send after an instant: true and its instant in *at, or false. */
bool sbx_send_schedule_next(const sbx_send_schedule *schedule, int64_t instant, int64_t *at);

/* Counts recipients by hour of UTC. Fills at most `room` entries, ascending and without empty
 * hours; returns how many there are (call with room 0 to learn it). */
typedef struct sbx_send_hour {
    int64_t hour; /* its start */
    int64_t count;
} sbx_send_hour;
size_t sbx_send_schedule_by_hour(const sbx_send_schedule *schedule, sbx_send_hour *hours,
                                 size_t room);

SBX_HIDDEN_END
#endif
