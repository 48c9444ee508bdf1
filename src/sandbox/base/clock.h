/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_CLOCK_H
#define SBX_BASE_CLOCK_H

#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* A clock that is frozen, runs, or runs `rate` times as fast as real time. Instants are
 * microseconds since the epoch. Copying the struct copies the clock. */
typedef struct sbx_clock {
    int64_t base;  /* its time at `since` */
    int64_t since; /* monotonic microseconds */
    double rate;   /* 0: frozen, 1: real time */
} sbx_clock;

#define SBX_RATE_MAX 1000000.0

/* The system's wall clock and its monotonic clock. */
int64_t sbx_clock_real(void);
int64_t sbx_clock_monotonic(void);

void sbx_clock_start(sbx_clock *clock, int64_t now, double rate);
int64_t sbx_clock_now(const sbx_clock *clock);
/* Keeps the rate. */
void sbx_clock_set(sbx_clock *clock, int64_t now);
/* Keeps the current time. */
void sbx_clock_set_rate(sbx_clock *clock, double rate);

/* Parses "90", "90s", "1.5h", "2d", "30m" or "250ms" as microseconds. Returns NULL, or a phrase of
 * static storage that says what is wrong. */
const char *sbx_duration_parse(const char *text, int64_t *out);

SBX_HIDDEN_END
#endif
