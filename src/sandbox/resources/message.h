/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_MESSAGE_H
#define SBX_RESOURCES_MESSAGE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* The values a message is created or updated from, whatever the dialect; NULL where absent.
 * Borrowed from the body. */
typedef struct sbx_message_input {
    json_t *name, *track_opens, *track_clicks, *add_utm, *throttling, *ignoring, *recipients;
    json_t *ab_test, *tracking_params;
    json_t *variations;
} sbx_message_input;

/* Reads the definition of a message that is created or updated by itself (attributes.definition).
 */
sbx_message_input sbx_message_read(sbx_dialect dialect, json_t *definition);
/* Reads a message that is created with its campaign. */
sbx_message_input sbx_message_read_inline(sbx_dialect dialect, json_t *message);

/* Returns the key, 0 on failure. */
int64_t sbx_message_insert(sbx_call *call, int64_t campaign, int64_t audience,
                           const sbx_message_input *input);

void sbx_handle_message_create(sbx_call *call);
void sbx_handle_message_update(sbx_call *call);
void sbx_handle_message_delete(sbx_call *call);

SBX_HIDDEN_END
#endif
