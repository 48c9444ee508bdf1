/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_CONTROL_H
#define SBX_CONTROL_CONTROL_H

#include <jansson.h>
#include "api/response.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* The control interface: how the owner of a sandbox sets its clock, injects faults, seeds data. The
 * HTTP endpoints below /_sandbox/ and the methods in Lua both come here, so both are validated by
 * the same rules. */

/* Runs `method path` (below /_sandbox/) with a body (NULL for none; borrowed) and fills the
 * response: 200 with JSON, or errors. Takes the lock. */
void sbx_control_run(sbx_instance *instance, const char *method, const char *path, json_t *body,
                     sbx_response *response);

/* The same, from the bytes of the body. */
void sbx_control_request(sbx_instance *instance, const char *method, const char *path,
                         const char *body, size_t size, sbx_response *response);

SBX_HIDDEN_END
#endif
