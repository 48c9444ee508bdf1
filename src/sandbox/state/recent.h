/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_RECENT_H
#define SBX_STATE_RECENT_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* When the newest rows were created, in real time (the sandbox's clock may be frozen), so that a
 * list can be read as it was seconds ago. Keys ascend over all tables, so one key stands for all of
 * them. */
#define SBX_RECENT_MARKS 4096

typedef struct sbx_recent {
    struct {
        int64_t at;     /* monotonic microseconds */
        int64_t before; /* the newest key until then */
    } marks[SBX_RECENT_MARKS];
    size_t first, count;
} sbx_recent;

/* Records that rows with keys above `before` are created now. The oldest records are dropped when
 * there are too many: their rows are old enough for any list. */
void sbx_recent_add(sbx_recent *recent, int64_t before);

/* Returns the newest key that existed so many microseconds ago; INT64_MAX when no row is newer than
 * that. */
int64_t sbx_recent_key(const sbx_recent *recent, int64_t ago);

SBX_HIDDEN_END
#endif
