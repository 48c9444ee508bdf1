/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_WATCH_H
#define SBX_SERVE_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

struct sbx_transaction;

/* Ends requests that take too long to come in: a 408, then the end of the connection. The HTTP
 * library has a time-out of its own for connections on which nothing happens; this is for those on
 * which too little does. */
typedef struct sbx_watch {
    pthread_mutex_t lock;
    pthread_cond_t change;
    pthread_t thread;
    bool stopping;
    int64_t patience;              /* microseconds that a request may take to come in */
    struct sbx_transaction *first; /* requests that are still coming in */
} sbx_watch;

bool sbx_watch_start(sbx_watch *watch, int64_t patience);
void sbx_watch_stop(sbx_watch *watch);

/* The exchange is watched from the one call to the other. Its fd must stay open until then. */
void sbx_watch_add(sbx_watch *watch, struct sbx_transaction *transaction);
void sbx_watch_remove(sbx_watch *watch, struct sbx_transaction *transaction);

SBX_HIDDEN_END
#endif
