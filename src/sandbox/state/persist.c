/* SPDX-License-Identifier: MIT */
#include "state/persist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sends/lifecycle.h"

struct sbx_snapshot {
    char *name;
    sqlite3 *db;
    sbx_clock clock;
    struct sbx_snapshot *next;
};

static void put_meta(sbx_box *box, const char *key, int64_t value) {
    sbx_store_run(&box->store, SBX_SQL_META_SET, "ti", key, value);
}

void sbx_persist_clock(sbx_box *box) {
    put_meta(box, "clock", sbx_clock_now(&box->clock));
    put_meta(box, "clock_real", sbx_clock_real());
    put_meta(box, "clock_rate", (int64_t)(box->clock.rate * 1000));
}

/* A clock that was running went on while nobody looked. */
static bool remembered(sbx_box *box, sbx_clock *clock) {
    int64_t real = sbx_store_int(&box->store, SBX_SQL_META_GET, "t", "clock_real");
    if (!real)
        return false;
    double rate = (double)sbx_store_int(&box->store, SBX_SQL_META_GET, "t", "clock_rate") / 1000;
    int64_t then = sbx_store_int(&box->store, SBX_SQL_META_GET, "t", "clock");
    int64_t passed = sbx_clock_real() - real;
    sbx_clock_start(clock, then + (int64_t)((double)(passed > 0 ? passed : 0) * rate), rate);
    return true;
}

void sbx_persist_start_clock(sbx_box *box) {
    const sbx_settings *settings = &box->settings;
    sbx_clock old;
    bool known = remembered(box, &old);
    if (known && !settings->has_start && !settings->has_rate) {
        box->clock = old;
        return;
    }
    int64_t now = settings->has_start ? settings->start
                  : known             ? sbx_clock_now(&old)
                                      : sbx_clock_real();
    sbx_clock_start(&box->clock, now, settings->has_rate ? settings->rate : 1);
}

bool sbx_persist_reset(sbx_box *box) {
    bool good = sbx_store_clear(&box->store);
    sbx_faults_clear(&box->faults);
    sbx_journal_clear(&box->journal);
    sbx_limits_free(&box->limits);
    while (box->revoked_count)
        free(box->revoked[--box->revoked_count]);
    sbx_persist_start_clock(box);
    sbx_lifecycle_refresh(box);
    return good;
}

static struct sbx_snapshot *find(const sbx_box *box, const char *name) {
    struct sbx_snapshot *snapshot = box->snapshots;
    while (snapshot && strcmp(snapshot->name, name))
        snapshot = snapshot->next;
    return snapshot;
}

static void free_snapshot(struct sbx_snapshot *snapshot) {
    sqlite3_close(snapshot->db);
    free(snapshot->name);
    free(snapshot);
}

static void drop(sbx_box *box, const char *name) {
    for (struct sbx_snapshot **link = &box->snapshots; *link; link = &(*link)->next) {
        struct sbx_snapshot *snapshot = *link;
        if (strcmp(snapshot->name, name))
            continue;
        *link = snapshot->next;
        free_snapshot(snapshot);
        return;
    }
}

bool sbx_persist_snapshot(sbx_box *box, const char *name) {
    struct sbx_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return false;
    snapshot->name = strdup(name);
    sbx_clock_start(&snapshot->clock, sbx_clock_now(&box->clock), box->clock.rate);
    if (!snapshot->name || sqlite3_open(":memory:", &snapshot->db) != SQLITE_OK ||
        !sbx_store_copy(snapshot->db, box->store.db)) {
        free_snapshot(snapshot);
        return false;
    }
    drop(box, name);
    snapshot->next = box->snapshots;
    box->snapshots = snapshot;
    return true;
}

bool sbx_persist_has(const sbx_box *box, const char *name) {
    return find(box, name) != NULL;
}

bool sbx_persist_restore(sbx_box *box, const char *name) {
    struct sbx_snapshot *snapshot = find(box, name);
    sbx_store_settle(&box->store);
    if (!snapshot || !sbx_store_copy(box->store.db, snapshot->db))
        return false;
    if (!sbx_store_resume(&box->store))
        return false;
    sbx_clock_start(&box->clock, snapshot->clock.base, snapshot->clock.rate);
    sbx_lifecycle_refresh(box);
    return true;
}

void sbx_persist_forget(sbx_box *box) {
    while (box->snapshots) {
        struct sbx_snapshot *snapshot = box->snapshots;
        box->snapshots = snapshot->next;
        free_snapshot(snapshot);
    }
}
