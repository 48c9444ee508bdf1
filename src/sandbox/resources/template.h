/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_TEMPLATE_H
#define SBX_RESOURCES_TEMPLATE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Gives a message a clone of a template. */
void sbx_handle_template_assign(sbx_call *call);

/* Responds with a template whose variables are filled in. */
void sbx_handle_template_render(sbx_call *call);

SBX_HIDDEN_END
#endif
