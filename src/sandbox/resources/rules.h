/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RULES_H
#define SBX_RESOURCES_RULES_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* What only prose says about bodies, as far as the body alone (and the clock, and the lists there
 * are) can tell. These run on every body that is JSON, also on one whose shape is wrong, so that
 * everything is told at once: they look away where a value is missing or of another type. */
void sbx_check_campaign_create(sbx_call *call);
void sbx_check_campaign_update(sbx_call *call);
void sbx_check_audience(sbx_call *call);
void sbx_check_message(sbx_call *call);
void sbx_check_clone(sbx_call *call);
void sbx_check_schedule(sbx_call *call);

/* Adds that a message has one variation, at the second one or at the message. */
void sbx_check_one_only(sbx_call *call, const char *pointer);

/* Whether a throttle_percentage can be with this strategy (NULL: none is known). */
bool sbx_is_throttled(const char *strategy);

SBX_HIDDEN_END
#endif
