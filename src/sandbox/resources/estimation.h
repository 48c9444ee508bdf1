/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_ESTIMATION_H
#define SBX_RESOURCES_ESTIMATION_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* The estimation of a campaign's recipients: a job that is asked for, and polled, and its result.
 * All have the id of the campaign. */
void sbx_handle_estimation_create(sbx_call *call);
void sbx_handle_estimation_job(sbx_call *call);
void sbx_handle_estimation(sbx_call *call);

SBX_HIDDEN_END
#endif
