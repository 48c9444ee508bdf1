/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ARENA_H
#define SBX_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Memory that is freed all at once, at the end of a request. The caller owns the struct (usually on
 * the stack); one thread at a time. Zero it or call sbx_arena_init before the first use. */
typedef struct sbx_arena {
    struct sbx_arena_block *blocks; /* newest first */
    size_t used;                    /* bytes allocated so far */
    size_t limit;                   /* allocations beyond this fail; 0: no limit */
    bool failed;                    /* an allocation failed since init */
} sbx_arena;

/* limit: the most bytes the arena allocates before it is freed, 0 for no limit. */
void sbx_arena_init(sbx_arena *arena, size_t limit);

/* Frees every block; the arena is then empty and usable again (same limit). */
void sbx_arena_free(sbx_arena *arena);

/* Returns `size` zeroed bytes, aligned for any type; NULL when out of memory or beyond the limit.
 */
void *sbx_arena_alloc(sbx_arena *arena, size_t size);

/* Returns a copy of text[0..length), NUL-terminated; NULL as above. */
char *sbx_arena_copy(sbx_arena *arena, const char *text, size_t length);

/* Formats into the arena; NULL as above. */
char *sbx_arena_printf(sbx_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Quotes a value from a request for a message: at most 60 bytes (then "..."), control characters
 * and invalid UTF-8 as \xNN. Never NULL ("" when out of memory). */
const char *sbx_arena_quote(sbx_arena *arena, const char *text, size_t length);

/* Returns the length in bytes of the first character of text[0..length): 1 to 4, or 0 for invalid
 * UTF-8 or an empty text. */
size_t sbx_utf8_length(const char *text, size_t length);

SBX_HIDDEN_END
#endif
