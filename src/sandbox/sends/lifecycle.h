/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_LIFECYCLE_H
#define SBX_SENDS_LIFECYCLE_H

#include "base/zone.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Moves messages from SCHEDULED through SENDING to SENT, as their send schedules say. Nothing runs
 * in the background: before anybody reads the store, it is advanced to the clock's time. */
typedef struct sbx_lifecycle {
    sbx_store *store; /* both borrowed */
    sbx_zones *zones;
    int64_t next_event; /* the earliest of all messages; INT64_MAX: none */
} sbx_lifecycle;

/* Advances every message to `now`, in a transaction of its own when there is anything to do. False
 * when the store failed. */
bool sbx_lifecycle_catch_up(sbx_lifecycle *lifecycle, int64_t now);

/* The same within the caller's transaction. */
bool sbx_lifecycle_advance(sbx_lifecycle *lifecycle, int64_t now);

/* Reads next_event from the store, after any change to it. */
void sbx_lifecycle_refresh(sbx_lifecycle *lifecycle);

SBX_HIDDEN_END
#endif
