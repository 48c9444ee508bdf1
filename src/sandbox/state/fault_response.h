/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_FAULT_RESPONSE_H
#define SBX_STATE_FAULT_RESPONSE_H

#include "api/response.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Responses that a JSON:API service does not send. */

/* The replacements of the body of a 2xx response whose request was executed. */
typedef enum sbx_broken {
    SBX_BROKEN_NOT,
    SBX_BROKEN_EMPTY,
    SBX_BROKEN_CUT, /* the first half of it; Content-Length agrees */
    SBX_BROKEN_HTML,
    SBX_BROKEN_NULL,
    SBX_BROKEN_STRING,
    SBX_BROKEN_OBJECT, /* {} */
    SBX_BROKEN_LIST,
    SBX_BROKEN_TYPE,  /* a resource of another type */
    SBX_BROKEN_NO_ID, /* a resource without an id */
    SBX_BROKEN_ERRORS /* a document of errors */
} sbx_broken;

/* The bodies of a gateway in front of the service. */
typedef enum sbx_gateway {
    SBX_GATEWAY_NOT,
    SBX_GATEWAY_HTML,
    SBX_GATEWAY_EMPTY,
    SBX_GATEWAY_TEXT,
    SBX_GATEWAY_JSON /* JSON that is not JSON:API */
} sbx_gateway;

/* The page of a web server that cannot reach the service. */
extern const char sbx_fault_html[];

/* Turns the response into one of a gateway: its body, and no headers of the service. */
void sbx_fault_put_gateway(sbx_gateway gateway, sbx_response *response);

/* Breaks the body of a 2xx response. */
void sbx_fault_break_body(sbx_broken broken, sbx_response *response);

SBX_HIDDEN_END
#endif
