/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_SCHEDULE_H
#define SBX_RESOURCES_SCHEDULE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Scheduling a message, cancelling it, and reverting it to a draft. */
void sbx_handle_schedule_create(sbx_call *call);
void sbx_handle_schedule_update(sbx_call *call);

SBX_HIDDEN_END
#endif
