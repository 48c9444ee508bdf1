/* SPDX-License-Identifier: MIT */
#ifndef KLV_REQUEST_H
#define KLV_REQUEST_H

#include "internal.h"
#include "auth.h"
#include "buffer.h"
#include "client.h"
#include "clock.h"
#include "document.h"
#include "error.h"
#include "headers.h"
#include "limits.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/*
 *             .-----------------------------------------------.
 *             v                                               |
 *   QUEUED -> (TOKEN) -> (PERMIT) -> WAITING -> SENDING -> [retry?] -> DONE
 *
 * TOKEN and PERMIT stop until the loop has answered (klv_request_token, klv_request_permit): the
 * two questions that only the program around can answer. Every other step the client takes by
 * itself.
 */
typedef enum {
    KLV_QUEUED,  /* to be started at the next tick, or when a sending place is free */
    KLV_TOKEN,   /* needs an access token */
    KLV_PERMIT,  /* needs a permit from a limiter outside this process */
    KLV_WAITING, /* until the account's budget, or a back-off, lets it go */
    KLV_SENDING, /* libcurl has it */
    KLV_DONE     /* has a result: a document, an empty answer, or an error */
} klv_state;

/* What to send. Borrowed during klv_request_new, which copies. Zero means the client's default. */
typedef struct {
    const char *method; /* GET, POST, PATCH, DELETE, PUT or HEAD */
    const char *target; /* path with query, or an absolute URL of the same origin */
    size_t target_length;
    const char *body; /* NULL: none */
    size_t body_length;
    const char *revision;
    const char *const *headers; /* further "Name: value" lines, NULL-terminated, or NULL */
    const char *bucket;         /* name of the budget it counts against, NULL: none */
    klv_rate rate;
    klv_time timeout, attempt_timeout;
    klv_time
        deadline; /* an instant on the monotonic clock; the sooner of it and the timeout counts */
    int max_attempts;
    bool once; /* a repeat would change something though the method says otherwise */
    bool raw;  /* do not read the body as JSON */
} klv_request_spec;

/*
 * One call, with all its attempts. Made by klv_request_new for a client, which links it; freed by
 * the binding's userdata with klv_request_free, at any moment and in any state. One thread.
 */
struct klv_request {
    klv_client *client; /* borrowed; NULL once the client was closed */
    klv_request *previous, *next;
    klv_list *list; /* the client's list it stands in, NULL: none */
    uint64_t id;    /* unique in the client */
    uint64_t tag;   /* the binding's, not looked at */

    klv_state state;
    char method[8];
    bool reads, once, raw;
    klv_buffer url, body;
    struct curl_slist *extra; /* further header lines, owned */

    klv_bucket *bucket; /* borrowed from the client's limits, NULL: none */
    klv_turn turn;      /* in the bucket's line while it waits */
    klv_rate rate;
    uint64_t ticket;
    bool has_ticket, has_token, has_permit, refreshed;

    klv_time submitted, deadline, attempt_timeout, wake, started, finished;
    int attempt, max_attempts;

    CURL *easy; /* while SENDING */
    struct curl_slist
        *headers; /* of this attempt: the client's shared list, or its own, which it burns */
    bool own_headers;
    klv_auth token; /* of a client that asks for tokens */
    bool left;      /* this attempt may have reached the service */
    bool doubt;     /* the service may have acted on one of the attempts, though none succeeded */
    bool issued_twice; /* libcurl was about to send a POST again, and was stopped */
    bool body_refused, head_refused, no_memory;
    char detail[CURL_ERROR_SIZE]; /* libcurl's words on a failure */

    klv_headers head;
    klv_buffer answer;
    int status;
    klv_document *document; /* of DONE, NULL: empty body or error without JSON; owned until taken */
    klv_error error;        /* kind NONE: success */
};

/* Validates, copies, and puts it into the client's queue. NULL: `error` says why. */
klv_request *klv_request_new(klv_client *client, const klv_request_spec *spec, klv_error *error);

/* Unlinks it from its client, stops the transfer, frees. */
void klv_request_free(klv_request *request);

/* Ends it with KLV_ERROR_CANCELLED, unless DONE. The outcome is unknown if it had left and was not
 * a read. */
void klv_request_cancel(klv_request *request, const char *why);

/* Answers TOKEN. A refused token (bad characters) ends the request. */
void klv_request_token(klv_request *request, const char *token, size_t length);

/* Answers TOKEN with a failure. */
void klv_request_no_token(klv_request *request, const char *why);

/* Answers PERMIT: go after `delay`; the loop asks again after a delay that is not 0. */
void klv_request_permit(klv_request *request, klv_time delay);

/* The client's: one step of the machine. True: the request is elsewhere now and should not be
 * stepped again. */
void klv_request_step(klv_request *request, klv_time now);

/* The client's: libcurl is done with the transfer. */
void klv_request_finish(klv_request *request, CURLcode code, klv_time now);

KLV_PRIVATE_END

#endif
