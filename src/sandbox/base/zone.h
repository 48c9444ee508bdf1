/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ZONE_H
#define SBX_BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* IANA time zones, read from the TZif files of the system without setenv, tzset or localtime. */

typedef struct sbx_zone sbx_zone;   /* immutable; owned by its sbx_zones */
typedef struct sbx_zones sbx_zones; /* the zones read so far; one thread at a time */

typedef enum sbx_zone_status {
    SBX_ZONE_OK,
    SBX_ZONE_BAD_NAME, /* not in the form of a zone name: "../x", "", "posixrules" */
    SBX_ZONE_UNKNOWN,  /* well formed, and not on this system */
    SBX_ZONE_BROKEN,   /* the file exists and is not a usable TZif file */
    SBX_ZONE_NO_MEMORY
} sbx_zone_status;

/* directory: NULL for the system's (TZDIR is ignored); copied. NULL when out of memory. The caller
 * frees it, and every zone with it. */
sbx_zones *sbx_zones_new(const char *directory);
void sbx_zones_free(sbx_zones *zones);

/* Finds a zone by its name ("America/New_York", case-sensitive), reading its file the first time.
 * "UTC" always exists. Sets *out on SBX_ZONE_OK only; it lives as long as `zones`. Failures are not
 * cached. */
sbx_zone_status sbx_zones_find(sbx_zones *zones, const char *name, const sbx_zone **out);

const char *sbx_zone_name(const sbx_zone *zone);

/* Returns seconds east of UTC at an instant (microseconds since the epoch). Before the first
 * transition of the file, its first type applies. */
int32_t sbx_zone_offset(const sbx_zone *zone, int64_t instant);

/* Returns the instant at which the clocks of the zone show `local` (see timestamp.h). A skipped
 * local time is read with the offset before the gap, so it moves forward by the width of the gap
 * (02:30 becomes 03:30); of a local time that occurs twice, the first is returned. */
int64_t sbx_zone_instant(const sbx_zone *zone, int64_t local);

/* Returns the local time of the zone at an instant. */
int64_t sbx_zone_local(const sbx_zone *zone, int64_t instant);

/* Parses a TZif file in memory, for sbx_zones_find and for tests. name is copied. The caller owns
 * the zone and frees it with sbx_zone_free. */
sbx_zone_status sbx_zone_parse(const char *name, const unsigned char *bytes, size_t length,
                               sbx_zone **out);
void sbx_zone_free(sbx_zone *zone);

SBX_HIDDEN_END
#endif
