/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>

/* Text and index of two documents: the current page and the prefetched one. */
#define SLOTS 4

/* The C library itself keeps smaller blocks; larger ones are too much memory for an idle client. */
#define SMALLEST ((size_t)32 << 10)
#define LARGEST  ((size_t)1 << 20)

/* Sizes are multiples of this, so that pages of similar size can use each other's blocks. */
#define GRAIN ((size_t)16 << 10)

typedef struct {
    void *data; /* NULL: an empty slot */
    size_t size;
} block;

struct klv_pool {
    block kept[SLOTS];
    size_t owners;
    bool closed;
};

klv_pool *klv_pool_new(void) {
    klv_pool *pool = calloc(1, sizeof *pool);
    if (pool) {
        pool->owners = 1;
    }
    return pool;
}

klv_pool *klv_pool_retain(klv_pool *pool) {
    if (pool) {
        pool->owners++;
    }
    return pool;
}

void klv_pool_close(klv_pool *pool) {
    if (pool) {
        pool->closed = true;
        for (int i = 0; i < SLOTS; i++) {
            free(pool->kept[i].data);
            pool->kept[i] = (block){NULL, 0};
        }
    }
}

void klv_pool_release(klv_pool *pool) {
    if (pool && --pool->owners == 0) {
        klv_pool_close(pool);
        free(pool);
    }
}

/* The slot of the smallest block that is large enough and less than twice as large; NULL: none. */
static block *best_fit(klv_pool *pool, size_t size) {
    block *best = NULL;
    for (int i = 0; i < SLOTS; i++) {
        block *one = &pool->kept[i];
        if (one->size >= size && one->size / 2 < size && (!best || one->size < best->size)) {
            best = one;
        }
    }
    return best;
}

bool klv_pool_keeps(const klv_pool *pool, size_t size) {
    return pool && !pool->closed && size >= SMALLEST && size <= LARGEST;
}

void *klv_pool_take(klv_pool *pool, size_t *size) {
    if (!klv_pool_keeps(pool, *size)) {
        return malloc(*size);
    }
    block *found = best_fit(pool, *size);
    if (found) {
        block taken = *found;
        *found = (block){NULL, 0};
        *size = taken.size;
        return taken.data;
    }
    *size = (*size + GRAIN - 1) / GRAIN * GRAIN;
    return malloc(*size);
}

void klv_pool_give(klv_pool *pool, void *data, size_t size) {
    if (data && klv_pool_keeps(pool, size)) {
        for (int i = 0; i < SLOTS; i++) {
            if (!pool->kept[i].data) {
                pool->kept[i] = (block){data, size};
                return;
            }
        }
    }
    free(data);
}
