/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_AUDIENCE_H
#define SBX_RESOURCES_AUDIENCE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Inserts an audience; name NULL: "Audience N". Returns its key, 0 on failure. */
int64_t sbx_audience_insert(sbx_call *call, int64_t campaign, json_t *name, json_t *priority,
                            json_t *included, json_t *excluded);

/* Returns the key of the audience that the body of a new message or of a clone refers to, and its
 * campaign's; 0 after adding a 404. */
int64_t sbx_audience_of_body(sbx_call *call, int64_t *campaign);

void sbx_handle_audience_create(sbx_call *call);
void sbx_handle_audience_update(sbx_call *call);
void sbx_handle_audience_delete(sbx_call *call);

SBX_HIDDEN_END
#endif
