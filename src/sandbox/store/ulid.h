/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_ULID_H
#define SBX_STORE_ULID_H

#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Ids are ULIDs: 48 bits of time, 40 bits of the key of the row, 40 bits of a digest of both and of
 * the secret of the store. They are computed and not stored, so that looking up an id is looking up
 * a primary key: no table and no index holds its 26 characters, and sorting by id is sorting by
 * key, which cursors and the indexes for lists build on. */

#define SBX_ULID_LENGTH 26
#define SBX_ULID_SIZE   27

/* Messages can have ids of six characters instead, as live ones do beside ULIDs: a permutation of
 * the key. They sort in no order. */
#define SBX_SHORT_ID_LENGTH 6
#define SBX_AHEAD_SHORT     (-1) /* `ahead` of a row with a short id */

/* The source of the keys of one store. The caller owns it; one thread at a time. */
typedef struct sbx_ulid_source {
    uint64_t secret;  /* makes ids of one store unknown to others; not confidential */
    int64_t last_key; /* the newest key; keys ascend over all tables */
    int64_t last_ms;  /* time of the newest id */
} sbx_ulid_source;

/* The key of a new row, and by how many milliseconds the time of its id is ahead of its creation:
 * ids keep ascending when the clock was set back. */
typedef struct sbx_key {
    int64_t pk, ahead;
} sbx_key;

/* Returns the next key. now: microseconds since the epoch, when the row is created; before 1970
 * counts as 1970. */
sbx_key sbx_ulid_next(sbx_ulid_source *source, int64_t now);

/* Returns the key with a short id; the same key when it is too large for one. */
sbx_key sbx_key_shortened(sbx_key key);

/* Writes the id of a row: 26 characters of Crockford's base 32 and a NUL, or a short id. ULIDs
 * sort like their keys. */
void sbx_ulid_write(uint64_t secret, int64_t pk, int64_t created, int64_t ahead,
                    char out[SBX_ULID_SIZE]);

/* Returns the key in an id; 0 for a text that is not an id of this store. */
int64_t sbx_ulid_key(uint64_t secret, const char *text, size_t length);

SBX_HIDDEN_END
#endif
