/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_VARIATION_H
#define SBX_RESOURCES_VARIATION_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Inserts the variations of a message; in the OpenAPI dialects a default one when there are none.
 */
void sbx_variations_insert(sbx_call *call, int64_t message, json_t *variations);

void sbx_handle_variation_create(sbx_call *call);
void sbx_handle_variation_update(sbx_call *call);
void sbx_handle_variation_delete(sbx_call *call);

SBX_HIDDEN_END
#endif
