/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RESOURCE_H
#define SBX_RESOURCES_RESOURCE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* What the operations on campaigns, audiences, messages and variations share. All of them run
 * inside the transaction of a call and report what is wrong to its errors. */

/* An UPDATE of one row: begin (which moves its time of change), assignments, end (which runs it).
 */
void sbx_assign_begin(sbx_call *call, sbx_sql *sql, const char *table);
/* NULL (the member was absent) assigns nothing, null assigns NULL. */
void sbx_assign(sbx_sql *sql, const char *column, json_t *value);
void sbx_assign_int(sbx_sql *sql, const char *column, int64_t value);
/* Borrowed until the end; NULL assigns NULL. */
void sbx_assign_text(sbx_sql *sql, const char *column, const char *value);
/* A name that is null is kept as "" with `named` 0. */
void sbx_assign_name(sbx_sql *sql, json_t *name);
void sbx_assign_end(sbx_call *call, sbx_sql *sql, int64_t pk);

/* Whether the campaign can be changed; a 409 when it is archived. */
bool sbx_campaign_open(sbx_call *call, int64_t campaign);

/* Archives it with everything below; what was scheduled or being sent is cancelled. */
void sbx_campaign_archive(sbx_call *call, int64_t campaign);

/* Adds an audience; name NULL: "Audience N". Returns its key, 0 on failure. */
int64_t sbx_audience_insert(sbx_call *call, int64_t campaign, json_t *name, json_t *priority,
                            json_t *included, json_t *excluded);

/* What a message is made or changed from, whatever the dialect; NULL where absent. Borrowed from
 * the body. */
typedef struct sbx_message_input {
    json_t *name, *track_opens, *track_clicks, *add_utm, *throttling, *ignoring, *recipients;
    json_t *variations;
} sbx_message_input;

/* Reads the definition of a message (attributes.definition), respectively an inline message. */
sbx_message_input sbx_message_read(sbx_dialect dialect, json_t *definition);
sbx_message_input sbx_message_read_inline(sbx_dialect dialect, json_t *message);

/* How the store has a throttling type, whichever way it was spelled; NULL for null. */
const char *sbx_throttling_stored(json_t *throttling);

int64_t sbx_message_insert(sbx_call *call, int64_t campaign, int64_t audience,
                           const sbx_message_input *input);

/* Adds the variations of a message; in openapi a default one when there are none. */
void sbx_variations_insert(sbx_call *call, int64_t message, json_t *variations);
/* `details` may be NULL. */
int64_t sbx_variation_insert(sbx_call *call, int64_t message, json_t *name, json_t *details);

/* The audience that the body of a new message or of a clone points at: its key, and its campaign's;
 * 0 after adding a 404. */
int64_t sbx_call_audience(sbx_call *call, int64_t *campaign);

/* Whether a message can be changed: its campaign is open and it is DRAFT; a 409 if not. The row is
 * that of the message. */
bool sbx_message_changeable(sbx_call *call, sqlite3_stmt *row, const char *verb);

SBX_HIDDEN_END
#endif
