/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_CLOCK_H
#define SBX_BASE_CLOCK_H

#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* A clock that can stand still, run, or run `rate` times as fast. Instants are microseconds since
 * the epoch. Plain values: copying the struct copies the clock. */
typedef struct sbx_clock {
    int64_t base;  /* what it showed at `since` */
    int64_t since; /* monotonic microseconds */
    double rate;   /* 0: frozen, 1: as fast as time */
} sbx_clock;

#define SBX_RATE_MAX 1000000.0

/* The system's wall clock and its monotonic one. */
int64_t sbx_clock_real(void);
int64_t sbx_clock_monotonic(void);

void sbx_clock_start(sbx_clock *clock, int64_t now, double rate);
int64_t sbx_clock_now(const sbx_clock *clock);
/* Keeps the rate. */
void sbx_clock_set(sbx_clock *clock, int64_t now);
/* Keeps the time it shows. */
void sbx_clock_set_rate(sbx_clock *clock, double rate);

/* Reads "90", "90s", "1.5h", "2d", "30m" or "250ms" as microseconds, not negative; NULL, or what is
 * wrong in a phrase of static storage. */
const char *sbx_duration_parse(const char *text, int64_t *out);

SBX_HIDDEN_END
#endif
