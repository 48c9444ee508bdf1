/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_REPORT_H
#define SBX_RESOURCES_REPORT_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* campaign-values-reports: the simulated results of what was sent in a time frame. */

/* Checks what the shape of the body cannot say. */
void sbx_check_values_report(sbx_call *call);
void sbx_handle_values_report(sbx_call *call);

SBX_HIDDEN_END
#endif
