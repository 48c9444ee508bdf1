/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_CONNECTION_H
#define KLV_REDIS_CONNECTION_H

#include "../core/clock.h"
#include "../core/driven.h"
#include "../core/internal.h"
#include "queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/* Where Redis is; klv_redis_new copies it. NULL: not given. */
typedef struct {
    const char *host, *path; /* one of the two; path: of a unix socket */
    const char *user, *password;
    const char *ca_file;
    int port, database;
    bool tls;
    klv_time connect_timeout, reply_timeout;
} klv_redis_config;

typedef enum {
    KLV_REDIS_IDLE,       /* nobody has asked for it */
    KLV_REDIS_RESOLVING,  /* the name, in a thread of its own */
    KLV_REDIS_CONNECTING, /* until Redis has accepted the password and the database */
    KLV_REDIS_READY,
    KLV_REDIS_WAITING, /* it failed, and is tried again at a certain time */
    KLV_REDIS_CLOSED
} klv_redis_state;

/*
 * One connection to Redis over hiredis' asynchronous interface. It has no loop: whoever owns it
 * drives it with klv_redis_driven, as a klv_client. Nothing here blocks. hiredis calls back only
 * from inside of the functions below, and the callbacks only record. When the connection fails it
 * is made again, after a pause that doubles up to a bound; no command is sent twice. One thread.
 */
typedef struct klv_redis klv_redis;

extern const klv_driven_class klv_redis_driven;

/* NULL: out of memory. */
klv_redis *klv_redis_new(const klv_redis_config *config);

/* Has the connection made, if nobody has asked for it yet; tried again now, if it failed. */
void klv_redis_connect(klv_redis *redis);

/* Has it show that this process is there, from the next connection on: as long as it is, Redis
 * counts a subscriber of that channel, if its user may subscribe. NULL: no more. False: out of
 * memory. */
bool klv_redis_appear(klv_redis *redis, const char *name);

klv_redis_state klv_redis_state_of(const klv_redis *redis);

/* Why it failed last; "" if it has not failed since it was ready. Holds no credential. */
const char *klv_redis_why(const klv_redis *redis);

/* Sends a command. `id` is for its reply. False: not ready, or out of memory. */
bool klv_redis_command(klv_redis *redis, uint64_t id, int count, const char **arguments,
                       const size_t *lengths);

/* Takes the next reply, which the caller frees. False: there is none. */
bool klv_redis_take(klv_redis *redis, klv_reply *out);

/* Commands without a reply, and replies that were not taken. */
size_t klv_redis_pending(const klv_redis *redis);

/* Has the loop come back at that time at the latest, until another time is set: a tick alone does
 * not do what is due then. KLV_NEVER: no more. */
void klv_redis_alarm(klv_redis *redis, klv_time at);

/* Whether the process has forked since the last call: the connection is the parent's then, and was
 * given up here. */
bool klv_redis_forked(klv_redis *redis);

/* Whether hiredis can speak TLS here. */
bool klv_redis_has_tls(void);

/* Closes. What is pending gets no reply. Harmless when repeated. */
void klv_redis_close(klv_redis *redis);

/* Closes and frees. NULL is allowed. */
void klv_redis_free(klv_redis *redis);

KLV_PRIVATE_END

#endif
