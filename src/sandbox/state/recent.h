/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_RECENT_H
#define SBX_STATE_RECENT_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* When the newest rows were made, in real time (the sandbox's clock may stand still): a list can
 * then be shown as it was seconds ago. Keys ascend over all tables, so one key says it for all. */
#define SBX_RECENT_MARKS 4096

typedef struct sbx_recent {
    struct {
        int64_t at;     /* monotonic microseconds */
        int64_t before; /* the newest key until then */
    } marks[SBX_RECENT_MARKS];
    size_t first, count;
} sbx_recent;

/* Notes that rows with keys above `before` were made now. The oldest notes go when there are too
 * many: what they were about is old enough for any list. */
void sbx_recent_note(sbx_recent *recent, int64_t before);

/* The newest key that existed so many microseconds ago; INT64_MAX: all of today's did. */
int64_t sbx_recent_key(const sbx_recent *recent, int64_t ago);

SBX_HIDDEN_END
#endif
