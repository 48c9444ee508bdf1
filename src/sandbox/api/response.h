/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_RESPONSE_H
#define SBX_API_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>
#include "api/media_type.h"
#include "base/errors.h"
#include "base/text.h"

SBX_HIDDEN_BEGIN

/* A response to a client. Zeroed by its owner, freed with sbx_response_free. */
typedef struct sbx_response {
    int status;
    sbx_text body;
    const char *content_type; /* static; NULL for no body */
    char id[32];              /* request id */
    const char *revision;     /* the revision of the response; NULL for none */
    char allow[64];           /* Allow header, of a 405 */
    char *location;           /* Location header, of a redirect */
    bool limited;             /* the RateLimit-* headers are sent, from the next three fields */
    int limit, remaining;
    int burst_limit;    /* 0: RateLimit-Limit is a number, else a list of both windows */
    double reset;       /* seconds */
    double retry_after; /* seconds; 0 for none */
    bool undated;       /* no Date header is sent */
    int64_t date;       /* by the sandbox's clock */
} sbx_response;

void sbx_response_free(sbx_response *response);

/* Sets the request id, from the number of the response, and the date. */
void sbx_response_stamp(sbx_response *response, uint64_t number, int64_t now);

/* Replaces the body by these errors. */
void sbx_response_errors(sbx_response *response, sbx_errors *errors);
/* Replaces the body by one error. */
void sbx_response_error(sbx_response *response, int status, const char *code, const char *title,
                        const char *detail);

/* Passes each header except Content-Length to the sink, in a fixed order. */
typedef void sbx_header_sink(void *context, const char *name, const char *value);
void sbx_response_headers(const sbx_response *response, sbx_header_sink *sink, void *context);

SBX_HIDDEN_END
#endif
