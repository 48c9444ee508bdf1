/* SPDX-License-Identifier: MIT */
#ifndef KLV_ERROR_H
#define KLV_ERROR_H

#include "internal.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/*
 * The kinds of failure: err.kind of a Lua program (klv_error_kind_name). A kind tells the caller
 * what to do next, not which library failed.
 */
typedef enum {
    KLV_ERROR_NONE = 0,
    KLV_ERROR_MEMORY,       /* out of memory */
    KLV_ERROR_RESOLVE,      /* the host name has no address */
    KLV_ERROR_CONNECT,      /* nothing accepts connections there */
    KLV_ERROR_TLS,          /* the handshake failed or the certificate was rejected */
    KLV_ERROR_PROXY,        /* the proxy refused or failed; nothing went to the service */
    KLV_ERROR_TIMEOUT,      /* the deadline or the time of the last attempt ran out */
    KLV_ERROR_STALLED,      /* the response came too slowly */
    KLV_ERROR_DISCONNECTED, /* the connection was closed too early */
    KLV_ERROR_PROTOCOL,     /* the response was not valid HTTP */
    KLV_ERROR_CONTENT_TYPE, /* a response of another media type, e.g. HTML */
    KLV_ERROR_JSON,         /* a response that is not valid JSON, or is cut off */
    KLV_ERROR_TOO_LARGE,    /* header section, body or depth over the limit */
    KLV_ERROR_REDIRECT,     /* a redirect, which is never followed */
    KLV_ERROR_ORIGIN,       /* a URL of another origin, or one that would expose the credential */
    KLV_ERROR_LOOP,         /* pages that go round in a circle, or hold nothing without end */
    KLV_ERROR_SYSTEM,       /* the operating system refused a socket, a thread or a directory */
    KLV_ERROR_VALIDATION,   /* the input was refused before anything was sent; `errors` names each
                               path */
    KLV_ERROR_CANCELLED,    /* request:cancel(), or the client was closed */
    KLV_ERROR_BUSY,         /* too many requests pending */
    KLV_ERROR_AUTH,         /* the credential is malformed, or no token could be obtained */
    KLV_ERROR_BAD_REQUEST,  /* 400 */
    KLV_ERROR_UNAUTHORIZED, /* 401 */
    KLV_ERROR_FORBIDDEN,    /* 403 */
    KLV_ERROR_NOT_FOUND,    /* 404 */
    KLV_ERROR_CONFLICT,     /* 409 */
    KLV_ERROR_RATE_LIMITED, /* 429 */
    KLV_ERROR_HTTP,         /* any other 4xx */
    KLV_ERROR_SERVER        /* 5xx */
} klv_error_kind;

/* Whether the service has acted on a request that ended in an error. A later one replaces an
 * earlier one when the outcomes of several attempts are combined. */
typedef enum { KLV_OUTCOME_NONE, KLV_OUTCOME_UNKNOWN, KLV_OUTCOME_HAPPENED } klv_outcome;

/* An error by value; it owns nothing. The message never contains a credential: no caller passes
 * one. */
typedef struct {
    klv_error_kind kind;
    klv_outcome outcome;
    bool retryable;    /* the same call may succeed later, and repeating it is safe */
    int status;        /* HTTP status, 0 without a response */
    char message[352]; /* the longest: a service's detail and its pointer, both shortened */
} klv_error;

/* Sets kind and message (printf); the other fields become zero. Always returns false, for `return
 * klv_fail(...)`. */
bool klv_fail(klv_error *error, klv_error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "timeout", "rate_limited", ...: the value of err.kind. */
const char *klv_error_kind_name(klv_error_kind kind);

/* "none", "unknown" or "happened": the value of err.outcome. */
const char *klv_outcome_name(klv_outcome outcome);

/* The kind that an HTTP status outside 2xx stands for. */
klv_error_kind klv_error_of_status(int status);

KLV_PRIVATE_END

#endif
