/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"

static int64_t read_clock(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * SBX_SECOND + now.tv_nsec / 1000;
}

int64_t sbx_clock_real(void) {
    return read_clock(CLOCK_REALTIME);
}

int64_t sbx_clock_monotonic(void) {
    return read_clock(CLOCK_MONOTONIC);
}

void sbx_clock_start(sbx_clock *clock, int64_t now, double rate) {
    clock->base = now < SBX_TIME_MIN ? SBX_TIME_MIN : now > SBX_TIME_MAX ? SBX_TIME_MAX : now;
    clock->since = sbx_clock_monotonic();
    clock->rate = rate;
}

int64_t sbx_clock_now(const sbx_clock *clock) {
    if (clock->rate == 0)
        return clock->base;
    double passed = (double)(sbx_clock_monotonic() - clock->since) * clock->rate;
    /* the product may overflow: the rate may be large, and the clock may run for long */
    if (passed >= (double)(SBX_TIME_MAX - clock->base))
        return SBX_TIME_MAX;
    return clock->base + (int64_t)passed;
}

void sbx_clock_set(sbx_clock *clock, int64_t now) {
    sbx_clock_start(clock, now, clock->rate);
}

void sbx_clock_set_rate(sbx_clock *clock, double rate) {
    sbx_clock_start(clock, sbx_clock_now(clock), rate);
}

const char *sbx_duration_parse(const char *text, int64_t *out) {
    static const struct {
        const char *name;
        double size;
    } units[] = {{"", 1e6}, {"ms", 1e3}, {"s", 1e6}, {"m", 6e7}, {"h", 3.6e9}, {"d", 8.64e10}};
    if (!((*text >= '0' && *text <= '9') || *text == '.'))
        return "start it with a number, such as 90s, 30m, 2h or 1d";
    size_t digits = strspn(text, "0123456789.");
    char number[32];
    if (digits >= sizeof number)
        return "the number is too long";
    memcpy(number, text, digits);
    number[digits] = '\0';
    char *end;
    double value = strtod(number, &end);
    if (*end)
        return "the number is malformed";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + digits, units[i].name))
            continue;
        if (value * units[i].size > (double)(SBX_TIME_MAX / 2))
            return "it is too long";
        *out = (int64_t)llround(value * units[i].size);
        return NULL;
    }
    return "the unit must be ms, s, m, h or d";
}
