/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_PIPELINE_H
#define SBX_SERVE_PIPELINE_H

#include "resources/call.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* Runs one request to the API: credentials, revision, route, rate limit, media types, query, body,
 * and then its operation in one transaction of the store. Takes the instance's lock. */
void sbx_pipeline(sbx_instance *instance, const sbx_request *request, sbx_response *response);

SBX_HIDDEN_END
#endif
