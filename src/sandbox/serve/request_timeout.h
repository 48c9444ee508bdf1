/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_REQUEST_TIMEOUT_H
#define SBX_SERVE_REQUEST_TIMEOUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Ends requests that take longer than settings.request_timeout to arrive: a 408, then the end of
 * the connection. libmicrohttpd's own time-out cannot do this: it counts whole seconds of silence,
 * so a client that sends a byte now and then never meets it, and it closes without a response. */

/* The deadline of one request. Embedded in its transaction; used under the lock. */
typedef struct sbx_request_deadline {
    int fd;
    bool tls;   /* no 408 is sent: the TLS session belongs to the server's thread */
    int64_t at; /* monotonic microseconds; 0: not in the list */
    struct sbx_request_deadline *previous, *next;
} sbx_request_deadline;

/* One thread for all requests of a server. */
typedef struct sbx_request_timeouts {
    pthread_mutex_t lock;
    pthread_cond_t change;
    pthread_t thread;
    bool stopping;
    int64_t timeout;             /* microseconds */
    sbx_request_deadline *first; /* of the requests that are still arriving */
} sbx_request_timeouts;

bool sbx_request_timeouts_start(sbx_request_timeouts *timeouts, int64_t timeout);
void sbx_request_timeouts_stop(sbx_request_timeouts *timeouts);

/* The deadline holds from add to remove; its fd must stay open until then. */
void sbx_request_timeouts_add(sbx_request_timeouts *timeouts, sbx_request_deadline *deadline);
void sbx_request_timeouts_remove(sbx_request_timeouts *timeouts, sbx_request_deadline *deadline);

SBX_HIDDEN_END
#endif
