/* SPDX-License-Identifier: MIT */
#include "state/saved_clock.h"

static void write_value(sbx_store *store, const char *key, int64_t value) {
    sbx_store_run(store, SBX_SQL_META_SET, "ti", key, value);
}

static int64_t read_value(sbx_store *store, const char *key) {
    return sbx_store_int(store, SBX_SQL_META_GET, "t", key);
}

void sbx_saved_clock_write(sbx_store *store, const sbx_clock *clock) {
    write_value(store, "clock", sbx_clock_now(clock));
    write_value(store, "clock_real", sbx_clock_real());
    write_value(store, "clock_rate", (int64_t)(clock->rate * 1000));
}

/* A clock that was running went on while the database was closed. */
static bool read_clock(sbx_store *store, sbx_clock *clock) {
    int64_t real = read_value(store, "clock_real");
    if (!real)
        return false;
    double rate = (double)read_value(store, "clock_rate") / 1000;
    int64_t passed = sbx_clock_real() - real;
    int64_t now = read_value(store, "clock") + (int64_t)((double)(passed > 0 ? passed : 0) * rate);
    sbx_clock_start(clock, now, rate);
    return true;
}

void sbx_saved_clock_start(sbx_store *store, const sbx_settings *settings, sbx_clock *clock) {
    sbx_clock saved;
    bool known = read_clock(store, &saved);
    if (known && !settings->has_start && !settings->has_rate) {
        *clock = saved;
        return;
    }
    int64_t now = settings->has_start ? settings->start
                  : known             ? sbx_clock_now(&saved)
                                      : sbx_clock_real();
    sbx_clock_start(clock, now, settings->has_rate ? settings->rate : 1);
}
