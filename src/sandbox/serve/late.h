/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_LATE_H
#define SBX_SERVE_LATE_H

#include "resources/call.h"
#include "serve/fault_player.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* Executes a copy of the request after so many microseconds, on a thread of its own, whether or not
 * the client is still connected. The request is dropped when the server stops or the instance is
 * reset before. False when out of memory. */
bool sbx_late_start(sbx_fault_players *players, sbx_instance *instance, const sbx_request *request,
                    int64_t after);

SBX_HIDDEN_END
#endif
