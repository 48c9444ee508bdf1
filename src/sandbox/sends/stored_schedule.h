/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_STORED_SCHEDULE_H
#define SBX_SENDS_STORED_SCHEDULE_H

#include "sends/send_schedule.h"

SBX_HIDDEN_BEGIN

/* The form in which the store keeps a send schedule: the request it is computed from, as JSON. */

/* NULL when out of memory; free with free(). */
char *sbx_send_request_to_json(const sbx_send_request *request);

/* Computes the schedule of a stored request. False when the text is not one, or out of memory. */
bool sbx_send_schedule_from_json(sbx_zones *zones, const char *stored, sbx_send_schedule *schedule);

SBX_HIDDEN_END
#endif
