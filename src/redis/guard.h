/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_GUARD_H
#define KLV_REDIS_GUARD_H

#include "../core/internal.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/*
 * What hiredis may make of the bytes of a server. By itself it ends the process (assert) when a
 * reply comes that nobody has asked for, or whose callback it had no memory for (0.14 says nothing
 * then), or a strange one to SUBSCRIBE, allocates an array for as
 * many elements as the server announces, and keeps as many bytes as it sends. The guard has it
 * report an error instead.
 */
typedef struct {
    redisReplyObjectFunctions functions; /* those of hiredis, each behind a check */
    const redisReplyObjectFunctions *original;
    const size_t *expected;          /* how many replies are to come */
    redisCallback *const *callbacks; /* what hiredis has noted of them, but for SUBSCRIBE */
    bool subscribes;                 /* the last of them is that to SUBSCRIBE */
    const char *problem;             /* why a reply was refused; NULL: none was */
} klv_guard;

/* Watches what a connection reads. `guard` and `expected` must outlive the connection.
 * `subscribes`: it sends SUBSCRIBE after its login, and nothing else. */
void klv_guard_install(klv_guard *guard, redisAsyncContext *context, const size_t *expected,
                       bool subscribes);

/* Whether the connection holds no more bytes of an incomplete reply than one of ours may have. */
bool klv_guard_fits(klv_guard *guard, const redisContext *context);

KLV_PRIVATE_END

#endif
