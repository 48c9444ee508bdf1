/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_SNAPSHOTS_H
#define SBX_STATE_SNAPSHOTS_H

#include "base/clock.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Named copies of the store and the clock, kept in memory. Zeroed by its owner, freed with
 * sbx_snapshots_free. */
typedef struct sbx_snapshots {
    struct sbx_snapshot *first;
} sbx_snapshots;

/* Replaces an older snapshot of that name. */
bool sbx_snapshots_take(sbx_snapshots *snapshots, const char *name, const sbx_store *store,
                        const sbx_clock *clock);
bool sbx_snapshots_has(const sbx_snapshots *snapshots, const char *name);
/* False when there is no snapshot of that name, or the store failed. */
bool sbx_snapshots_restore(const sbx_snapshots *snapshots, const char *name, sbx_store *store,
                           sbx_clock *clock);
void sbx_snapshots_free(sbx_snapshots *snapshots);

SBX_HIDDEN_END
#endif
