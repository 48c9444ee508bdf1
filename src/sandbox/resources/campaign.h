/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_CAMPAIGN_H
#define SBX_RESOURCES_CAMPAIGN_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

void sbx_handle_campaign_create(sbx_call *call);
void sbx_handle_campaign_update(sbx_call *call);
void sbx_handle_campaign_delete(sbx_call *call);

SBX_HIDDEN_END
#endif
