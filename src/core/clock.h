/* SPDX-License-Identifier: MIT */
#ifndef KLV_CLOCK_H
#define KLV_CLOCK_H

#include "internal.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/* Times are microseconds. Decisions take the time as an argument; only the client reads a clock. */
typedef int64_t klv_time;

#define KLV_MILLISECOND ((klv_time)1000)
#define KLV_SECOND      ((klv_time)1000000)
#define KLV_NEVER       INT64_MAX

/* A clock that is never set; its zero is arbitrary. */
klv_time klv_clock_monotonic(void);

/* Microseconds since 1970-01-01T00:00:00Z. */
klv_time klv_clock_wall(void);

/* Converts seconds into a span: negative is 0, too large (or infinite) is KLV_NEVER. */
klv_time klv_time_of_seconds(double seconds);

/* A span in whole milliseconds, rounded up; at most INT32_MAX. */
int klv_time_milliseconds(klv_time span);

/* a + b; KLV_NEVER instead of an overflow. */
klv_time klv_time_add(klv_time a, klv_time b);

KLV_PRIVATE_END

#endif
