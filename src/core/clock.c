/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

static klv_time read_clock(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (klv_time)now.tv_sec * KLV_SECOND + now.tv_nsec / 1000;
}

/* The time that the machine sleeps counts: limits, deadlines and leases go on meanwhile. Linux
 * leaves it out of CLOCK_MONOTONIC; other systems do not. */
#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

klv_time klv_clock_monotonic(void) {
    return read_clock(STEADY_CLOCK);
}

klv_time klv_clock_wall(void) {
    return read_clock(CLOCK_REALTIME);
}

klv_time klv_time_of_seconds(double seconds) {
    if (!(seconds > 0)) {
        return 0;
    }
    return seconds > 9e12 ? KLV_NEVER : (klv_time)(seconds * (double)KLV_SECOND);
}

int klv_time_milliseconds(klv_time span) {
    klv_time milliseconds = span / KLV_MILLISECOND + (span % KLV_MILLISECOND > 0);
    return milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds;
}

klv_time klv_time_add(klv_time a, klv_time b) {
    return a > KLV_NEVER - b ? KLV_NEVER : a + b;
}
