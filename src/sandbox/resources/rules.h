/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RULES_H
#define SBX_RESOURCES_RULES_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Rules about request bodies that the documentation states in prose, so that no shape has them.
 * They run on every body that is JSON, also when its shape is wrong, so that one response reports
 * all errors: a value that is missing or of another type is skipped here. */
void sbx_check_campaign_create(sbx_call *call);
void sbx_check_campaign_update(sbx_call *call);
void sbx_check_audience(sbx_call *call);
void sbx_check_message(sbx_call *call);
void sbx_check_clone(sbx_call *call);
void sbx_check_schedule(sbx_call *call);

/* Adds that a message has one variation only. */
void sbx_reject_second_variation(sbx_call *call, const char *pointer);

/* Whether a campaign's send_strategy takes a throttle_percentage. NULL: no. */
bool sbx_is_throttled(const char *strategy);

SBX_HIDDEN_END
#endif
