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

/* The TLS of one connection. All zero: it has none. */
typedef struct {
    void *session; /* hiredis owns it, and frees it with the connection */
    void (*clear_errors)(void);
    unsigned long (*last_error)(void);
    const char *(*error_text)(unsigned long);
    long (*verify_result)(const void *);
    const char *(*verify_text)(long);
} klv_tls;

/* Begins TLS on a connection that is being made: the server's certificate must be valid for `host`.
 * ca_file NULL: the system's authorities. False: `why` says why not. */
bool klv_tls_begin(klv_tls *tls, struct redisContext *context, const char *host,
                   const char *ca_file, char *why, size_t size);

/* To be called before hiredis reads or writes: OpenSSL takes an error that somebody else has left
 * in this thread for one of this connection. */
void klv_tls_prepare(const klv_tls *tls);

/* Why TLS failed in the last call of hiredis, as OpenSSL has it: hiredis does not say. False: it
 * did not. */
bool klv_tls_why(const klv_tls *tls, char *why, size_t size);

KLV_PRIVATE_END

#endif
