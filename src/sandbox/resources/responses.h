/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RESPONSES_H
#define SBX_RESOURCES_RESPONSES_H

#include "api/serialise.h"
#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Responses with a JSON:API document of one resource. */

/* Responds with the resource that `row` stands on, and with what it includes. Resets the row. */
void sbx_respond_row(sbx_call *call, int status, sbx_type type, sqlite3_stmt *row);

/* Responds with the resource that has this id, or adds a 404. */
void sbx_respond_one(sbx_call *call, int status, sbx_type type, const char *id);

/* Responds with 201 and a new resource, unless the operation found something wrong (pk 0). */
void sbx_respond_created(sbx_call *call, sbx_type type, int64_t pk);

/* The serialiser for the resources of this response. */
sbx_writer sbx_writer_of(sbx_call *call);

/* Writes the member "links" of a document with one resource; the guide shows none. */
void sbx_write_document_links(sbx_call *call);

/* Writes a link to the URL of this request; cursor: its page[cursor], NULL for none. */
void sbx_write_request_link(sbx_call *call, const char *name, const char *cursor);

/* The same where another parameter has the cursor. */
void sbx_write_cursor_link(sbx_call *call, const char *name, const char *parameter,
                           const char *cursor);

SBX_HIDDEN_END
#endif
