/* SPDX-License-Identifier: MIT */
#ifndef KLV_REQUEST_H
#define KLV_REQUEST_H

#include "internal.h"
#include "auth.h"
#include "buffer.h"
#include "client.h"
#include "clock.h"
#include "content_coding.h"
#include "document.h"
#include "error.h"
#include "headers.h"
#include "limits.h"
#include "list.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/*
 *             .-----------------------------------------------.
 *             v                                               |
 *   QUEUED -> (TOKEN) -> (PERMIT) -> WAITING -> SENDING -> [retry?] -> DONE
 *
 * In TOKEN and PERMIT a request waits until the loop has answered (klv_request_token,
 * klv_request_permit): only the surrounding program can answer these two. All other steps the
 * client takes by itself.
 */
typedef enum {
    KLV_QUEUED,  /* to be started at the next tick, or when fewer requests are being sent */
    KLV_TOKEN,   /* needs an access token */
    KLV_PERMIT,  /* needs a permit from a rate limiter outside this process */
    KLV_WAITING, /* for the account's rate limit, or for the end of a back-off */
    KLV_SENDING, /* libcurl has it */
    KLV_DONE     /* has a result: a document, an empty response, or an error */
} klv_state;

/* Why a response is not read any further. */
typedef enum {
    KLV_STOP_NONE,
    KLV_STOP_MEMORY,         /* out of memory */
    KLV_STOP_HEADER_SECTION, /* over max_header_section */
    KLV_STOP_BODY,           /* over max_body */
    KLV_STOP_EXPANDS,        /* a compressed body becomes too long */
    KLV_STOP_DAMAGED,        /* a compressed body is not of its coding */
    KLV_STOP_CUT,            /* a compressed body ended too early */
    KLV_STOP_CODING          /* a content coding that was not asked for */
} klv_stop;

/* The request to send; klv_request_new copies it. Zero means the client's default. */
struct klv_request_spec {
    const char *method; /* GET, POST, PATCH, DELETE, PUT or HEAD */
    const char *target; /* path with query, or an absolute URL of the same origin */
    size_t target_length;
    const char *body; /* NULL: none */
    size_t body_length;
    const char *conceal; /* further secrets in the request, a line each: masked in the response */
    size_t conceal_length;
    const char *revision;
    const char *const *headers; /* further "Name: value" lines, NULL-terminated; or NULL */
    const char *bucket;         /* name of the rate limit that it counts against; NULL: none */
    klv_rate rate;
    klv_time timeout, attempt_timeout;
    klv_time deadline; /* on the monotonic clock; the sooner of it and the timeout applies */
    int max_attempts;
    bool not_idempotent;  /* repeating it has a further effect, although the method is idempotent */
    bool repeat_on_guess; /* repeat it as if it were idempotent: for a test that this is harmful */
    bool raw;             /* do not read the response body as JSON */
};

/*
 * One call, with all its attempts. Made by klv_request_new for a client, which lists it while it is
 * pending; freed by its owner with klv_request_free, at any moment and in any state. One thread.
 */
struct klv_request {
    klv_link link;      /* in one of the client's lists; first, so that a link is a request */
    klv_client *client; /* borrowed; NULL once the client has nothing to do with it any more */
    uint64_t id;        /* unique in the client */
    uint64_t tag;       /* for the owner; not used here */

    klv_state state;
    char method[8];
    bool safe;           /* GET or HEAD: changes nothing (RFC 9110 9.2.1) */
    bool not_idempotent; /* repeating it has a further effect (RFC 9110 9.2.2) */
    bool raw;
    klv_buffer url, body;
    klv_buffer conceal;       /* see klv_request_spec; zeroized on free */
    struct curl_slist *extra; /* further header lines, owned */

    klv_bucket *bucket; /* borrowed from the client's limits; NULL: none */
    klv_waiter waiter;  /* in the bucket's queue while it waits */
    klv_rate rate;
    uint64_t ticket;
    bool has_ticket, has_token, has_permit;
    klv_time permit_ends; /* the attempt must begin before */
    bool refreshed;       /* the service rejected its token once, and it asked for another */

    klv_time submitted, deadline, attempt_timeout, wake, started, finished;
    int attempt, max_attempts;

    CURL *easy;                 /* while SENDING */
    struct curl_slist *headers; /* of this attempt */
    bool owns_headers;          /* else they are the client's; owned ones are zeroized on free */
    klv_auth token;             /* of a client that asks for tokens */
    bool may_have_arrived;      /* this attempt may have reached the service */
    bool connection_ended;      /* the kept connection for it had ended: it needs a new one */
    size_t body_read;           /* of the body, before libcurl 7.80 */
    klv_outcome outcome;        /* of all attempts so far */
    int proxy_status;           /* with which the proxy refused it; 0: it did not */
    bool error_document;        /* the response is a JSON:API error document */
    unsigned stream;            /* HTTP/2: the number of this attempt's stream; 0: not known */
    bool stream_refused;        /* HTTP/2: the server says that it has not processed this attempt */
    bool issued_enough;         /* libcurl must not issue it again by itself */
    klv_stop stopped;           /* why a callback of ours has ended this attempt */
    klv_decoder *decoder;       /* of a compressed body; NULL: it is not compressed */
    char detail[CURL_ERROR_SIZE]; /* libcurl's own description of a failure */

    klv_headers header_section;
    klv_buffer response_body;
    int status;
    klv_document
        *document;   /* of DONE; NULL: empty body, or error without JSON; owned until taken */
    klv_error error; /* kind NONE: success */
};

/* Validates and copies the spec. The client lists the request afterwards (klv_client_submit). NULL:
 * `error` says why. */
klv_request *klv_request_new(klv_client *client, const klv_request_spec *spec, klv_error *error);

/* Takes it out of its client and stops the transfer; zeroizes what it was to send. It stays
 * readable. Harmless when repeated. */
void klv_request_close(klv_request *request);

/* Closes and frees. NULL is allowed. */
void klv_request_free(klv_request *request);

/* Ends it with KLV_ERROR_CANCELLED, unless it is DONE. The outcome is unknown if it may have
 * reached the service and is not safe. */
void klv_request_cancel(klv_request *request, const char *why);

/* Answers TOKEN. A token with forbidden characters ends the request. */
void klv_request_token(klv_request *request, const char *token, size_t length);

/* Answers TOKEN with a failure. */
void klv_request_no_token(klv_request *request, const char *why);

/* Answers PERMIT: continue after `delay`; if it is not 0, the request asks again then. The permit
 * is good for an attempt that begins before `ends`; later the request asks again as well. */
void klv_request_permit(klv_request *request, klv_time delay, klv_time ends);

/* For the client: ends its tie to a request that is DONE. */
void klv_request_detach(klv_request *request);

/* For the client: takes the next step, if it is time for one. */
void klv_request_step(klv_request *request, klv_time now);

/* For the client: libcurl has finished the transfer. */
void klv_request_finish(klv_request *request, CURLcode code, klv_time now);

KLV_PRIVATE_END

#endif
