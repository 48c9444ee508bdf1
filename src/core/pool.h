/* SPDX-License-Identifier: MIT */
#ifndef KLV_POOL_H
#define KLV_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "internal.h"

KLV_PRIVATE_BEGIN

/*
 * Large blocks that a client's answers are done with, kept for its next ones. The C library gives
 * such blocks back to the system, which hands them out again page by page and cleared: on a walk
 * over list pages that costs as much as reading them.
 *
 * The client and each of its documents own the pool together, in whatever order they go; one thread
 * at a time uses them.
 */
typedef struct klv_pool klv_pool;

/* NULL: out of memory. The caller is the first owner. */
klv_pool *klv_pool_new(void);

/* One owner more. NULL is allowed, and given back. */
klv_pool *klv_pool_retain(klv_pool *pool);

/* One owner less; the last one frees it. NULL is allowed. */
void klv_pool_release(klv_pool *pool);

/* Frees what is kept; nothing is kept any more. NULL is allowed. */
void klv_pool_close(klv_pool *pool);

/*
 * A block of at least *size bytes, as from malloc; *size is then what it holds. NULL: out of
 * memory. Without a pool it is malloc's alone.
 */
void *klv_pool_take(klv_pool *pool, size_t *size);

/* Whether a block of that size would be kept, so that making it smaller saves nothing. */
bool klv_pool_keeps(const klv_pool *pool, size_t size);

/* Takes a block of malloc's that holds `size` bytes, to keep or to free. NULL is allowed for
 * either. */
void klv_pool_give(klv_pool *pool, void *block, size_t size);

KLV_PRIVATE_END

#endif
