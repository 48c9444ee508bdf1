/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_CALL_H
#define SBX_RESOURCES_CALL_H

#include <jansson.h>
#include "api/response.h"
#include "base/arena.h"
#include "base/errors.h"
#include "api/query.h"
#include "state/instance.h"
#include "api/serialise.h"
#include "base/text.h"

SBX_HIDDEN_BEGIN

/* A request as the server read it. Borrowed for the call; strings may be NULL where a header was
 * not sent. */
typedef struct sbx_request {
    const char *method;
    const char *path;  /* as it came, without the query, still percent-encoded */
    const char *query; /* what stands behind the "?", "" for none */
    const char *body;
    size_t body_size;
    const char *authorization, *revision, *content_type, *accept, *host, *forwarded_proto;
} sbx_request;

struct sbx_route;

/* One request on its way through the pipeline. */
typedef struct sbx_call {
    sbx_box *box;
    const sbx_request *request;
    sbx_answer *answer;
    sbx_arena arena;
    sbx_errors errors;
    sbx_dialect dialect;
    const struct sbx_route *route;
    const char *id; /* of the path, decoded; "" for none */
    sbx_query query;
    json_t *body; /* the whole document */
    int64_t now;
    const char *origin; /* that links begin with */
    sbx_text address;   /* scratch of the writer */
} sbx_call;

/* Answers one request; takes the box's lock. */
void sbx_pipeline(sbx_box *box, const sbx_request *request, sbx_answer *answer);

/* --- for the operations, which run inside a transaction --- */

/* The key of a row that is made now. */
sbx_key sbx_call_key(sbx_call *call);

/* body/a/b/c: borrowed, NULL when a part of the way is missing. */
json_t *sbx_call_at(json_t *from, const char *path);

/* A row by the id, or NULL after adding a 404: for the resource of the path (pointer NULL), or for
 * one that a body points at. The row stands on the statement and must be read before it is used
 * again. */
sqlite3_stmt *sbx_call_find(sbx_call *call, sbx_type type, const char *id, const char *pointer);

/* Answers with one resource of `type` (the row with this id), with what it includes. */
void sbx_call_answer_one(sbx_call *call, int status, sbx_type type, const char *id);

/* Answers 201 with a resource that was just made, unless it could not be (pk 0). */
void sbx_call_answer_new(sbx_call *call, sbx_type type, int64_t pk);

SBX_HIDDEN_END
#endif
