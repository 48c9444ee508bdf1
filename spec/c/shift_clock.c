/* SPDX-License-Identifier: MIT */
/* A library to preload: the time of day is CLOCK_SHIFT seconds later, in a program and in all that
 * it starts. The monotonic clock, and with it every wait, is as it was. For .ci/clock. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t shift;

__attribute__((constructor)) static void read_shift(void) {
    const char *text = getenv("CLOCK_SHIFT");
    shift = text ? strtoll(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int code = (int)syscall(SYS_clock_gettime, clock, now);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += shift;
    return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    (void)zone; /* obsolete, and NULL everywhere */
    int code = clock_gettime(CLOCK_REALTIME, &precise);
    if (code == 0)
        *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
    return code;
}

time_t time(time_t *out) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
