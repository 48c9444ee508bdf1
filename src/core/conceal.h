/* SPDX-License-Identifier: MIT */
#ifndef KLV_CONCEAL_H
#define KLV_CONCEAL_H

#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

/* Overwrites every secret of the request and its client in a text from the service, see klv_mask.
 * True: there was one. */
bool klv_conceal(const klv_request *request, char *text, size_t length);

KLV_PRIVATE_END

#endif
