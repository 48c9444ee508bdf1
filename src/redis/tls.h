/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_TLS_H
#define KLV_REDIS_TLS_H

#include "../core/internal.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

struct redisContext;

/* Whether this hiredis was built with TLS: 1.0 and later may be, 0.14 has none. */
bool klv_tls_available(void);

/* Begins TLS on a connection that is being made: the server's certificate must be valid for `host`.
 * ca_file NULL: the system's authorities. False: `why` says why not. */
bool klv_tls_begin(struct redisContext *context, const char *host, const char *ca_file, char *why,
                   size_t size);

KLV_PRIVATE_END

#endif
