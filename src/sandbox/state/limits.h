/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_LIMITS_H
#define SBX_STATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "api/response.h"

SBX_HIDDEN_BEGIN

/* The service's rate limits: per account and operation two fixed windows, burst (a second) and
 * steady (a minute). They run on real time, not on the sandbox's clock: what is limited is how fast
 * a client asks. */
typedef struct sbx_limits {
    struct sbx_window *windows; /* an open hash table */
    uint32_t room, used;
} sbx_limits;

void sbx_limits_free(sbx_limits *limits);

/* Counts one request and sets what the answer says about it; false when it is one too many (the
 * answer is then a 429). `scale`: the windows are this many times shorter. `now`: monotonic
 * microseconds. When memory is at its end requests are let pass. */
bool sbx_limits_count(sbx_limits *limits, uint64_t account, sbx_op op, sbx_dialect dialect,
                      double scale, int64_t now, sbx_response *response);

SBX_HIDDEN_END
#endif
