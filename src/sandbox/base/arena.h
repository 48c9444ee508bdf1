/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ARENA_H
#define SBX_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Memory that is given back all at once, at the end of a request. The caller owns the struct (on
 * the stack as a rule); one thread at a time. Zero it or call sbx_arena_init before the first use.
 */
typedef struct sbx_arena {
    struct sbx_arena_block *blocks; /* newest first */
    size_t used;                    /* bytes handed out */
    size_t limit;                   /* refuse beyond this; 0: no limit */
    bool failed;                    /* an allocation was refused since init */
} sbx_arena;

/* limit: the most bytes the arena hands out in its life, 0 for no limit. */
void sbx_arena_init(sbx_arena *arena, size_t limit);

/* Frees every block; the arena is then empty and usable again (same limit). */
void sbx_arena_free(sbx_arena *arena);

/* size zeroed bytes, aligned for any type; NULL when memory or the limit is at its end. */
void *sbx_arena_alloc(sbx_arena *arena, size_t size);

/* Copy of text[0..length) with a NUL behind it; NULL as above. */
char *sbx_arena_copy(sbx_arena *arena, const char *text, size_t length);

/* printf into the arena; NULL as above. */
char *sbx_arena_printf(sbx_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A value from outside made fit for a message: in quotes, at most 60 bytes (then "..."), control
 * characters and broken UTF-8 as \xNN. Never NULL ("" when memory is at its end). */
const char *sbx_arena_quote(sbx_arena *arena, const char *text, size_t length);

/* The bytes of the first character of text[0..length): 1 to 4, or 0 if it is no well-formed UTF-8
 * or length is 0. */
size_t sbx_utf8_length(const char *text, size_t length);

SBX_HIDDEN_END
#endif
