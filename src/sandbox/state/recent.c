/* SPDX-License-Identifier: MIT */
#include "state/recent.h"

#include "base/clock.h"

void sbx_recent_add(sbx_recent *recent, int64_t before) {
    if (recent->count == SBX_RECENT_MARKS) {
        recent->first = (recent->first + 1) % SBX_RECENT_MARKS;
        recent->count--;
    }
    size_t slot = (recent->first + recent->count++) % SBX_RECENT_MARKS;
    recent->marks[slot].at = sbx_clock_monotonic();
    recent->marks[slot].before = before;
}

int64_t sbx_recent_key(const sbx_recent *recent, int64_t ago) {
    int64_t instant = sbx_clock_monotonic() - ago, key = INT64_MAX;
    for (size_t i = recent->count; i-- > 0;) {
        size_t slot = (recent->first + i) % SBX_RECENT_MARKS;
        if (recent->marks[slot].at <= instant)
            break;
        key = recent->marks[slot].before;
    }
    return key;
}
