/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_ULID_H
#define SBX_STORE_ULID_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Identifiers are ULIDs that are reckoned from their row and never stored: 48 bits of time, 40 bits
 * of the row's key, 40 bits of a digest of both and of a secret of the store. An id found in a
 * request leads straight to its row, and no table and no index holds its 26 characters. */

#define SBX_ULID_LENGTH 26
#define SBX_ULID_SIZE   27

/* Where the keys of one store come from. The caller owns it; one thread at a time. */
typedef struct sbx_ulid_source {
    uint64_t secret;  /* makes the ids of one store unknown to another; nothing to be kept secret */
    int64_t last_key; /* handed out; keys ascend over all tables */
    int64_t last_ms;  /* of the newest id */
} sbx_ulid_source;

/* A new row's key, and by how many milliseconds the time of its id is ahead of its creation: not 0
 * when the clock was set back, as ids go on ascending then. */
typedef struct sbx_key {
    int64_t pk, ahead;
} sbx_key;

/* The next key. now: microseconds since the epoch, the row's time of creation; before 1970 counts
 * as 1970. */
sbx_key sbx_ulid_next(sbx_ulid_source *source, int64_t now);

/* Writes the id of a row: 26 characters of Crockford's base 32 and a NUL. Ids sort as their keys.
 */
void sbx_ulid_write(uint64_t secret, int64_t pk, int64_t created, int64_t ahead,
                    char out[SBX_ULID_SIZE]);

/* The key in an id; 0 for a text that is no id of this store. */
int64_t sbx_ulid_key(uint64_t secret, const char *text, size_t length);

SBX_HIDDEN_END
#endif
