/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_CLONE_H
#define SBX_RESOURCES_CLONE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Complete copies with new ids, as drafts. */
void sbx_handle_campaign_clone(sbx_call *call);
void sbx_handle_audience_clone(sbx_call *call);
void sbx_handle_message_clone(sbx_call *call);

SBX_HIDDEN_END
#endif
