/* SPDX-License-Identifier: MIT */
/* A machine whose clock jumps: preloaded, it sets the system's clock an hour forth and back every
 * few seconds, for this process alone. Monotonic clocks are left alone, as by a jump of a real
 * clock. */
#include <dlfcn.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

static long jump(time_t now) {
    return now % 10 < 5 ? 3600 : -3600;
}

int clock_gettime(clockid_t id, struct timespec *out) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) {
        *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = next(id, out);
    if (result == 0 && id == CLOCK_REALTIME) {
        out->tv_sec += jump(out->tv_sec);
    }
    return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}
