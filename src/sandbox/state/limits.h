/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_LIMITS_H
#define SBX_STATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "api/response.h"

SBX_HIDDEN_BEGIN

/* The rate limits of the service: per account and operation, two fixed windows, burst (a second)
 * and steady (a minute), and for reports a third, of a day. They run in real time, not by the
 * sandbox's clock: they limit how fast a client sends. */
typedef struct sbx_limits {
    struct sbx_window *windows; /* a hash table with open addressing */
    uint32_t room, used;
} sbx_limits;

void sbx_limits_free(sbx_limits *limits);

/* Counts one request and sets the rate limits of the response; false when it is one too many (the
 * caller then adds a 429). `counts`: the request asks for the number of profiles, which has limits
 * of its own. `scale`: the windows are this many times shorter. `now`: monotonic
 * microseconds. Allows every request when out of memory. */
bool sbx_limits_count(sbx_limits *limits, uint64_t account, sbx_op op, sbx_dialect dialect,
                      bool counts, double scale, int64_t now, sbx_response *response);

SBX_HIDDEN_END
#endif
