/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_INSTANCE_H
#define SBX_STATE_INSTANCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "serve/certificate.h"
#include "base/clock.h"
#include "state/fault.h"
#include "state/journal.h"
#include "state/limits.h"
#include "store/store.h"
#include "base/zone.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* What a sandbox is started with. Strings are owned by it once started. */
typedef struct sbx_settings {
    char *host;
    int port; /* 0: any */
    char *db;
    bool openapi; /* speaks openapi for every revision */
    bool strict_lists;
    bool rate_limits;
    double rate_scale;       /* windows are this many times shorter */
    int64_t revert_margin;   /* microseconds before the send time in which revert is refused */
    int64_t request_timeout; /* microseconds that a request may take to come in */
    bool tls;
    char **keys; /* NULL: any key will do */
    size_t key_count;
    bool has_start; /* the clock starts at `start`, else at the system's time */
    int64_t start;
    bool has_rate;
    double rate;
} sbx_settings;

/* One sandbox. Made and freed by the Lua binding; `lock` guards everything below it, since the
 * server's thread and the Lua thread both come here. */
typedef struct sbx_box {
    sbx_settings settings; /* unchanged once started */
    char *origin;          /* "http://127.0.0.1:8080", unchanged once started */
    int port;
    struct sbx_server *server;
    sbx_certificate certificate; /* empty without TLS */

    pthread_mutex_t lock;
    sbx_store store;
    sbx_clock clock;
    sbx_zones *zones;
    int64_t next_event; /* of all messages; INT64_MAX: none */
    uint64_t answered;  /* requests so far */
    char **revoked;     /* keys and tokens that are no longer known */
    size_t revoked_count;
    sbx_faults faults;
    sbx_journal journal;
    sbx_limits limits;
    struct sbx_snapshot *snapshots;
} sbx_box;

/* Gives an answer its request id and the time. Under the lock. */
void sbx_box_stamp(sbx_box *box, sbx_answer *answer);

SBX_HIDDEN_END
#endif
