/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_SETTINGS_H
#define SBX_STATE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The options a sandbox is started with. Owns its strings; freed with sbx_settings_free. */
typedef struct sbx_settings {
    char *host;
    int port; /* 0: any */
    char *db;
    bool openapi; /* every revision speaks an OpenAPI dialect */
    bool strict_lists;
    bool short_message_ids;
    bool rate_limits;
    double rate_scale;       /* windows are this many times shorter */
    int64_t revert_margin;   /* microseconds before the send time in which revert is rejected */
    int64_t request_timeout; /* microseconds that a client may take to send a request */
    bool tls;
    char **keys; /* NULL: any key is accepted */
    size_t key_count;
    char **allowed_hosts; /* besides loopback and `host`, see serve/access.h */
    size_t allowed_host_count;
    bool has_start; /* the clock starts at `start`, else at the system's time */
    int64_t start;
    bool has_rate;
    double rate;
} sbx_settings;

/* Leaves it empty. */
void sbx_settings_free(sbx_settings *settings);

SBX_HIDDEN_END
#endif
