/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_REPORT_PERIOD_H
#define SBX_RESOURCES_REPORT_PERIOD_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* The time frame of a report, in the time zone of the account. What a report covers is what was
 * sent in it. */
typedef struct sbx_period {
    int64_t from, till; /* instants; till is not in it */
} sbx_period;

/* Reads the time frame of the body; false after adding an error. */
bool sbx_period_read(sbx_call *call, sbx_period *out);

SBX_HIDDEN_END
#endif
