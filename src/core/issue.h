/* SPDX-License-Identifier: MIT */
#ifndef KLV_ISSUE_H
#define KLV_ISSUE_H

#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

/*
 * When libcurl issues a request, on which connection, and how often: what tells whether an attempt
 * may have arrived, and keeps a request that is not idempotent from being sent twice.
 */

/* Of a new attempt, before its transfer starts; may_have_arrived is false then. */
void klv_issue_begin(klv_request *request, CURL *easy);

/* Whether libcurl reads the body by a callback of ours, so that it must not have it itself. */
bool klv_issue_reads_body(const klv_request *request);

/* Of a transfer that has ended, with the status of its response, or 0. */
void klv_issue_end(klv_request *request, CURLcode code, long status);

KLV_PRIVATE_END

#endif
