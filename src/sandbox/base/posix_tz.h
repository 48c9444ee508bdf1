/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_POSIX_TZ_H
#define SBX_BASE_POSIX_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The rule in the footer of a TZif file: the offsets after its last transition. POSIX TZ syntax
 * with the hours of RFC 8536 (-167 to 167): "EST5EDT,M3.2.0,M11.1.0". */

typedef struct sbx_tz_day {
    char form; /* 'M' month.week.day, 'J' 1 to 365 without leap days, 'N' 0 to 365 */
    int month, week, day;
    int32_t time; /* seconds after midnight of that day; may be negative */
} sbx_tz_day;

typedef struct sbx_tz_rule {
    int32_t standard; /* seconds east of UTC */
    bool has_summer;
    int32_t summer;
    sbx_tz_day start, end; /* of daylight saving time */
} sbx_tz_rule;

/* False if text[0..length) is not such a rule. */
bool sbx_tz_parse(const char *text, size_t length, sbx_tz_rule *out);

/* Returns seconds east of UTC at an instant in seconds since the epoch. */
int32_t sbx_tz_offset(const sbx_tz_rule *rule, int64_t seconds);

SBX_HIDDEN_END
#endif
