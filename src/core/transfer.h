/* SPDX-License-Identifier: MIT */
#ifndef KLV_TRANSFER_H
#define KLV_TRANSFER_H

#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

/*
 * One attempt of a request as a libcurl transfer: everything between the state machine (request.c)
 * and libcurl. The callbacks only record what happened; nothing in here calls Lua, frees a request
 * or changes a list.
 */

/* Adds the transfer to the client's multi handle. False: out of memory. */
bool klv_transfer_start(klv_request *request, klv_time now);

/* After a transfer: if nothing was sent because its kept connection had ended, starts it again on a
 * new one. This is the same attempt. False: there is a result, or no memory. */
bool klv_transfer_restart(klv_request *request, klv_time now);

/* Removes a finished transfer, which libcurl has just reported in this process. */
void klv_transfer_end(klv_request *request);

/* Whether a transfer under way has received a 2xx status line. */
bool klv_transfer_succeeds(const klv_request *request);

/* Removes the transfer, finished or not. True: there was one, and it may have reached the
 * service. */
bool klv_transfer_stop(klv_request *request);

KLV_PRIVATE_END

#endif
