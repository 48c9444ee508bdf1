/* SPDX-License-Identifier: MIT */
#include "state/snapshots.h"

#include <stdlib.h>
#include <string.h>

struct sbx_snapshot {
    char *name;
    sqlite3 *db;
    sbx_clock clock;
    struct sbx_snapshot *next;
};

static struct sbx_snapshot *find(const sbx_snapshots *snapshots, const char *name) {
    struct sbx_snapshot *snapshot = snapshots->first;
    while (snapshot && strcmp(snapshot->name, name))
        snapshot = snapshot->next;
    return snapshot;
}

static void free_snapshot(struct sbx_snapshot *snapshot) {
    sqlite3_close(snapshot->db);
    free(snapshot->name);
    free(snapshot);
}

static void drop(sbx_snapshots *snapshots, const char *name) {
    for (struct sbx_snapshot **link = &snapshots->first; *link; link = &(*link)->next) {
        struct sbx_snapshot *snapshot = *link;
        if (strcmp(snapshot->name, name))
            continue;
        *link = snapshot->next;
        free_snapshot(snapshot);
        return;
    }
}

bool sbx_snapshots_take(sbx_snapshots *snapshots, const char *name, const sbx_store *store,
                        const sbx_clock *clock) {
    struct sbx_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return false;
    snapshot->name = strdup(name);
    sbx_clock_start(&snapshot->clock, sbx_clock_now(clock), clock->rate);
    if (!snapshot->name || sqlite3_open(":memory:", &snapshot->db) != SQLITE_OK ||
        !sbx_store_copy(snapshot->db, store->db)) {
        free_snapshot(snapshot);
        return false;
    }
    drop(snapshots, name);
    snapshot->next = snapshots->first;
    snapshots->first = snapshot;
    return true;
}

bool sbx_snapshots_has(const sbx_snapshots *snapshots, const char *name) {
    return find(snapshots, name) != NULL;
}

bool sbx_snapshots_restore(const sbx_snapshots *snapshots, const char *name, sbx_store *store,
                           sbx_clock *clock) {
    const struct sbx_snapshot *snapshot = find(snapshots, name);
    sbx_store_finish_readers(store);
    if (!snapshot || !sbx_store_copy(store->db, snapshot->db) || !sbx_store_resume(store))
        return false;
    sbx_clock_start(clock, snapshot->clock.base, snapshot->clock.rate);
    return true;
}

void sbx_snapshots_free(sbx_snapshots *snapshots) {
    while (snapshots->first) {
        struct sbx_snapshot *snapshot = snapshots->first;
        snapshots->first = snapshot->next;
        free_snapshot(snapshot);
    }
}
