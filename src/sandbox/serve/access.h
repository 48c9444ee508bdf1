/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_ACCESS_H
#define SBX_SERVE_ACCESS_H

#include <stdbool.h>
#include "base/errors.h"
#include "base/visibility.h"
#include "state/settings.h"

SBX_HIDDEN_BEGIN

/* Keeps web pages of other sites away from a sandbox on the same machine. A browser sends their
 * requests to any address that they name: the Origin header tells them from others. A page can also
 * let the name of its own site resolve to 127.0.0.1 (DNS rebinding), and is then of the same origin
 * as the sandbox: the Host header tells. */

/* The origin that a request claims; a header that was not sent is NULL. */
typedef struct sbx_access {
    const char *host, *origin, *content_type;
    bool writes_control; /* a POST below /_sandbox/ */
} sbx_access;

/* True, or false after adding the error that says what to do. */
bool sbx_access_check(const sbx_settings *settings, const sbx_access *access, sbx_errors *errors);

SBX_HIDDEN_END
#endif
