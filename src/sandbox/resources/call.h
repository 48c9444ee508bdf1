/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_CALL_H
#define SBX_RESOURCES_CALL_H

#include <jansson.h>
#include "api/api.h"
#include "api/query.h"
#include "api/response.h"
#include "base/arena.h"
#include "base/errors.h"
#include "base/text.h"
#include "base/zone.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* A request as the server read it. Borrowed for the call; a header that was not sent is NULL. */
typedef struct sbx_request {
    const char *method;
    const char *path;  /* without the query, still percent-encoded */
    const char *query; /* everything after the "?"; "" for none */
    const char *body;
    size_t body_size;
    const char *authorization, *revision, *content_type, *accept, *host, *forwarded_proto;
    /* microseconds; a GET does not see resources created since: in lists and linkage, or by id */
    int64_t lag, lag_by_id;
    const char *by; /* static; who wrote it, for the effects; NULL: "request" */
} sbx_request;

typedef struct sbx_call sbx_call;

/* One row of the table of routes (route.c). */
typedef struct sbx_route {
    const char *method;
    const char *path; /* below /api/; "{id}" is a parameter */
    sbx_op op;
    void (*handle)(sbx_call *call);
    void (*check)(sbx_call *call); /* checks the body, see rules.h; NULL for none */
    sbx_type type;                 /* of the resource that the path names */
    sbx_type other;                /* related paths: the type at the other end */
    int column;                    /* to-one: the column of the row of `type` that holds its id */
    sbx_statement rows;            /* to-many, not paged: selects the related rows by parent */
    bool asks;                     /* a POST that changes nothing */
} sbx_route;

/* One request on its way through the pipeline (serve/pipeline.h), and all that its operation may
 * use. Operations run inside a transaction of the store. */
struct sbx_call {
    const sbx_request *request;
    sbx_response *response;
    sbx_store *store;
    sbx_zones *zones;
    bool strict_lists;      /* an unknown list is an error */
    int64_t revert_margin;  /* microseconds before the send time in which revert is rejected */
    bool short_message_ids; /* new messages get ids of six characters */
    sbx_arena arena;
    sbx_errors errors;
    sbx_dialect dialect;
    const sbx_route *route;
    const char *id; /* of the path, decoded; "" for none */
    sbx_query query;
    json_t *body; /* the whole JSON:API document */
    int64_t now;
    int64_t newest, newest_by_id; /* rows with greater keys are not seen, see lag */
    const char *origin;           /* of links: "http://127.0.0.1:8080" */
    sbx_text address;             /* scratch buffer of the serialiser */
};

/* Returns the key for a new row. */
sbx_key sbx_call_next_key(sbx_call *call);
/* The same for a message, whose id may be short. */
sbx_key sbx_call_next_message_key(sbx_call *call);

/* Returns the member at a path of object keys, "data/attributes/name"; NULL when any of them is
 * missing. Borrowed from `from`. */
json_t *sbx_call_at(json_t *from, const char *path);

SBX_HIDDEN_END
#endif
