/* SPDX-License-Identifier: MIT */
#ifndef SBX_ULID_H
#define SBX_ULID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "visibility.h"

SBX_HIDDEN_BEGIN

#define SBX_ULID_LENGTH 26
#define SBX_ULID_SIZE   27

/* Where the identifiers of one store come from. The caller owns it; one thread at a time. */
typedef struct sbx_ulid_source {
    uint64_t rng;     /* state of splitmix64 */
    uint64_t last_ms; /* of the newest identifier */
    uint64_t low;     /* its 80 random bits: these 64 ... */
    uint16_t high;    /* ... under these 16 */
    bool started;
} sbx_ulid_source;

/* The same seed and the same instants give the same identifiers. */
void sbx_ulid_init(sbx_ulid_source *source, uint64_t seed);

/* Makes what follows sort after `newest`, an identifier of an earlier run (of a file that is opened
 * again). False, and nothing changed, if newest is no ULID. */
bool sbx_ulid_resume(sbx_ulid_source *source, const char *newest);

/* Writes the next identifier: 26 characters of Crockford's base 32 and a NUL. now: microseconds
 * since the epoch. Each sorts after all before it from this source, within one millisecond and when
 * the clock was set back as well (it then counts on from the newest). Before 1970 counts as 1970.
 */
void sbx_ulid_next(sbx_ulid_source *source, int64_t now, char out[SBX_ULID_SIZE]);

/* Whether text is a canonical ULID (upper case, not above 7ZZZ...). */
bool sbx_ulid_valid(const char *text, size_t length);

SBX_HIDDEN_END
#endif
