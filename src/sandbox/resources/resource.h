/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RESOURCE_H
#define SBX_RESOURCES_RESOURCE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Steps that several operations share: UPDATE statements, and whether a resource may be changed.
 * All of them run inside the transaction of a call and add what is wrong to its errors. */

/* Builds an UPDATE of one row: begin (which sets the time of change), assignments, end (which runs
 * it). */
void sbx_assign_begin(sbx_call *call, sbx_sql *sql, const char *table);
/* A member that is absent (NULL) assigns nothing, null assigns NULL. */
void sbx_assign(sbx_sql *sql, const char *column, json_t *value);
/* Borrowed until the end; NULL assigns NULL. */
void sbx_assign_text(sbx_sql *sql, const char *column, const char *value);
/* A name that is null is stored as "" with `named` 0. */
void sbx_assign_name(sbx_sql *sql, json_t *name);
void sbx_assign_end(sbx_call *call, sbx_sql *sql, int64_t pk);

/* Whether the campaign may be changed; a 409 when it is archived. */
bool sbx_campaign_changeable(sbx_call *call, int64_t campaign);

/* Whether the message may be changed: its campaign may and it is a DRAFT; else a 409. Resets the
 * row, which is the message's. */
bool sbx_message_changeable(sbx_call *call, sqlite3_stmt *row, const char *verb);

SBX_HIDDEN_END
#endif
