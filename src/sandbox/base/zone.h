/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ZONE_H
#define SBX_BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* IANA time zones read from the system's TZif files, without setenv, tzset or localtime. */

typedef struct sbx_zone sbx_zone;   /* immutable; belongs to its sbx_zones */
typedef struct sbx_zones sbx_zones; /* the zones read so far; one thread at a time */

typedef enum sbx_zone_status {
    SBX_ZONE_OK,
    SBX_ZONE_BAD_NAME, /* not the form of a zone name: "../x", "", "posixrules" */
    SBX_ZONE_UNKNOWN,  /* well formed, and not on this system */
    SBX_ZONE_BROKEN,   /* the file is there and is no TZif file that can be used */
    SBX_ZONE_NO_MEMORY
} sbx_zone_status;

/* directory: NULL for the system's (TZDIR is not looked at), copied. NULL when memory is at its
 * end. The caller frees it, and every zone with it. */
sbx_zones *sbx_zones_new(const char *directory);
void sbx_zones_free(sbx_zones *zones);

/* Finds a zone by its name ("America/New_York"; case counts), reading it the first time. "UTC" is
 * always there. *out is set on SBX_ZONE_OK alone and lives as long as zones. Names that failed are
 * not kept. */
sbx_zone_status sbx_zones_find(sbx_zones *zones, const char *name, const sbx_zone **out);

const char *sbx_zone_name(const sbx_zone *zone);

/* Seconds east of UTC at an instant (microseconds since the epoch). Before the first transition of
 * the file its first type holds. */
int32_t sbx_zone_offset(const sbx_zone *zone, int64_t instant);

/* The instant at which the zone's clocks show `local` (see timestamp.h). A local time that the
 * clocks skip is read with the offset before the gap, so it comes out as much later as the gap is
 * wide (02:30 becomes 03:30); of a local time they show twice, the first is meant. */
int64_t sbx_zone_instant(const sbx_zone *zone, int64_t local);

/* What the zone's clocks show at an instant. */
int64_t sbx_zone_local(const sbx_zone *zone, int64_t instant);

/* Reads a TZif file from memory, for sbx_zones_find and for tests. name is copied. The zone is the
 * caller's, to be freed with sbx_zone_free. */
sbx_zone_status sbx_zone_parse(const char *name, const unsigned char *bytes, size_t length,
                               sbx_zone **out);
void sbx_zone_free(sbx_zone *zone);

SBX_HIDDEN_END
#endif
