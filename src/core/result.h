/* SPDX-License-Identifier: MIT */
#ifndef KLV_RESULT_H
#define KLV_RESULT_H

#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

/* Reads a finished transfer into the request: status, document, error (without outcome), and
 * whether it may have arrived. */
void klv_result_read(klv_request *request, CURLcode code);

KLV_PRIVATE_END

#endif
