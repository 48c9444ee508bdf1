/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_SERIALISE_H
#define SBX_API_SERIALISE_H

#include "api/query.h"
#include "base/text.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Writes resources in a dialect, directly from rows of the store. Everything but `out` is borrowed
 * from the call. */
typedef struct sbx_writer {
    sbx_store *store;
    sbx_dialect dialect;
    int64_t newest;         /* rows with greater keys are left out of linkage */
    sbx_type primary;       /* of the primary resources of the document */
    const char *origin;     /* "http://127.0.0.1:8080" */
    const sbx_query *query; /* sparse fields and includes; NULL for none */
    sbx_text *out;
    sbx_text *address; /* scratch buffer for the start of the links of a resource */
} sbx_writer;

/* Writes one resource object; `row` stands on a row with the columns of the type. */
void sbx_write_resource(sbx_writer *writer, sbx_type type, sqlite3_stmt *row);

/* Writes {"type": ..., "id": ...}; with `name`, as the member `name`. */
void sbx_write_identifier(sbx_writer *writer, const char *name, sbx_type type, const char *id);

/* Writes an instant as a JSON string. */
void sbx_write_time(sbx_text *out, const char *name, int64_t instant);

SBX_HIDDEN_END
#endif
