/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_TAG_H
#define SBX_RESOURCES_TAG_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

void sbx_handle_tag_create(sbx_call *call);
void sbx_handle_tag_attach(sbx_call *call);
void sbx_handle_tag_detach(sbx_call *call);

SBX_HIDDEN_END
#endif
