/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_RESOLVE_H
#define KLV_REDIS_RESOLVE_H

#include "../core/internal.h"

#include <stdbool.h>

KLV_PRIVATE_BEGIN

/* Numeric addresses of a host, in the order in which they are to be tried. */
enum { KLV_ADDRESSES = 8, KLV_ADDRESS_SIZE = 64 };

typedef struct {
    char address[KLV_ADDRESSES][KLV_ADDRESS_SIZE];
    int count;
    char why[128]; /* count 0: the reason */
} klv_addresses;

/*
 * A name that is being resolved in a thread of its own: getaddrinfo may take seconds, and the
 * loop's thread must not wait for it. The thread knows this object alone; the last of the two to
 * leave frees it.
 */
typedef struct klv_resolve klv_resolve;

/* Whether it is a numeric address already, which needs no resolving. */
bool klv_resolve_is_numeric(const char *host);

/* Begins. NULL: no thread or no memory. */
klv_resolve *klv_resolve_begin(const char *host);

/* The descriptor that is readable once it has ended. */
int klv_resolve_fd(const klv_resolve *resolve);

/* The result. False: it has not ended. */
bool klv_resolve_result(const klv_resolve *resolve, klv_addresses *out);

/* Gives it up, ended or not. NULL is allowed. */
void klv_resolve_free(klv_resolve *resolve);

/* The same in the child of a fork, where the thread does not exist. */
void klv_resolve_abandon(klv_resolve *resolve);

KLV_PRIVATE_END

#endif
