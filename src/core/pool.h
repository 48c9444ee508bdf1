/* SPDX-License-Identifier: MIT */
#ifndef KLV_POOL_H
#define KLV_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "internal.h"

KLV_PRIVATE_BEGIN

/*
 * Keeps large blocks of memory from a client's responses for the next ones. The C library would
 * return them to the system, which hands them out again page by page and zeroed: with list pages
 * that costs as much as parsing them.
 *
 * The client and each of its documents share the ownership, and may be freed in any order. One
 * thread at a time.
 */
typedef struct klv_pool klv_pool;

/* The caller is the first owner. NULL: out of memory. */
klv_pool *klv_pool_new(void);

/* Adds an owner. NULL is allowed, and returned. */
klv_pool *klv_pool_retain(klv_pool *pool);

/* Removes an owner; the last one frees the pool. NULL is allowed. */
void klv_pool_release(klv_pool *pool);

/* Frees the kept blocks, and keeps none from now on. NULL is allowed. */
void klv_pool_close(klv_pool *pool);

/*
 * Returns a block of at least *size bytes, as from malloc, and sets *size to its size. NULL: out of
 * memory. `pool` NULL: malloc.
 */
void *klv_pool_take(klv_pool *pool, size_t *size);

/* Whether a block of that size would be kept: then shrinking it first saves nothing. */
bool klv_pool_keeps(const klv_pool *pool, size_t size);

/* Keeps or frees a block of `size` bytes from malloc. NULL is allowed for both. */
void klv_pool_give(klv_pool *pool, void *block, size_t size);

KLV_PRIVATE_END

#endif
