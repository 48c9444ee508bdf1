/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_SEED_CAMPAIGN_H
#define SBX_CONTROL_SEED_CAMPAIGN_H

#include "control/request.h"

SBX_HIDDEN_BEGIN

/* Seeds a campaign as the service shows those that were made before campaigns had several messages:
 * one message, whose id is short, and empty strings where the documents say null. */
void sbx_control_single_channel(sbx_control *control);

SBX_HIDDEN_END
#endif
