/* SPDX-License-Identifier: MIT */
#ifndef KLV_CLIENT_H
#define KLV_CLIENT_H

#include "internal.h"
#include "auth.h"
#include "clock.h"
#include "driven.h"
#include "error.h"
#include "headers.h"
#include "limits.h"
#include "list.h"
#include "pool.h"
#include "proxy.h"
#include "url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

KLV_PRIVATE_BEGIN

typedef struct klv_request klv_request;
typedef struct klv_request_spec klv_request_spec;
typedef struct klv_client klv_client;

/* Idle easy handles that a client keeps. */
#define KLV_IDLE_HANDLES 64

/* The options of a client; klv_client_new copies them. The caller sets every field (the binding has
 * the defaults). */
typedef struct {
    const char *base_url, *revision, *user_agent; /* revision "": no such header */
    const char *proxy, *ca_file;                  /* NULL: libcurl's defaults */
    bool insecure;                                /* allow plain http to other machines */
    klv_auth_scheme scheme;
    const char *secret; /* NULL: ask for a token (KLV_TOKEN) */
    size_t secret_length;
    uint64_t account; /* hash that tells accounts apart where several share one store of budgets */
    bool permits;     /* ask for a permit before each attempt (KLV_PERMIT) */
    bool events;      /* collect klv_events */
    klv_time timeout, connect_timeout, attempt_timeout, stall_timeout;
    int max_attempts;
    size_t max_body, max_header_section, max_depth, max_pending, concurrency;
} klv_client_config;

typedef enum {
    KLV_EVENT_ATTEMPT,
    KLV_EVENT_WAIT,
    KLV_EVENT_RETRY,
    KLV_EVENT_RESPONSE
} klv_event_type;

/* An event of a request, for an observer; made only if the client's `events` is on. Owns its
 * strings. */
typedef struct {
    klv_event_type type;
    uint64_t request; /* the request's id */
    char method[8];
    char *url;
    char *headers; /* ATTEMPT: the header lines that are sent, the credential masked; else NULL */
    int attempt, status;
    klv_error_kind kind;
    klv_outcome outcome; /* RESPONSE: of all attempts so far */
    klv_time span; /* ATTEMPT: since the request was submitted; WAIT, RETRY: until it continues;
                      RESPONSE: since the attempt began */
    size_t bytes;  /* RESPONSE: length of the body */
} klv_event;

void klv_event_free(klv_event *event);

/*
 * A client owns its connections (one curl multi handle) and lists its pending requests, which it
 * does not free: their owner does. It has no loop and no thread; whoever owns it drives it with the
 * functions below. One thread.
 */
struct klv_client {
    klv_base base;
    char *revision, *user_agent, *proxy, *ca_file;
    klv_proxy proxy_place; /* what messages say of the proxy */
    bool asks_token, permits, events_on;
    bool names_urls; /* a proxy for plain http needs absolute URLs in the request line */
    bool is_http1;   /* the server speaks HTTP/1, as far as is known */
    bool closed;
    klv_time timeout, connect_timeout, attempt_timeout, stall_timeout;
    int max_attempts;
    size_t max_body, max_header_section, max_depth, max_pending, concurrency;

    klv_auth auth; /* of a client that asks for tokens: the last one that it was given */
    /* Header lines of requests without and with a body; they hold the credential unless
     * asks_token. */
    struct curl_slist *headers, *headers_body;
    klv_limits *limits; /* counted reference */
    uint64_t account;

    klv_pool *pool;     /* memory of the responses; counted reference */
    CURLM *multi;       /* NULL: klv_client_ensure_multi makes a new one */
    pid_t process;      /* which opened the connections: a fork must not use them */
    klv_time curl_wake; /* when libcurl wants to be called; KLV_NEVER: not at all */
    klv_socket *sockets;
    size_t socket_count, socket_capacity;
    uint32_t socket_serial;
    int *opened; /* descriptors that libcurl has opened; some are closed, or are others' by now */
    size_t opened_count, opened_capacity;
    CURL **idle; /* easy handles for reuse, see easy.h */
    size_t idle_count;

    char date[KLV_DATE_SIZE]; /* of the last response that had one; "": none yet */
    klv_time dated;           /* when that came */

    /* Lists of klv_request, see klv_state. */
    klv_error silence; /* of the last attempt, if it got no response; else its kind is NONE */
    klv_list queued, waiting, sending;
    klv_list attention; /* DONE, TOKEN or PERMIT, to be collected */
    klv_list asking;    /* TOKEN or PERMIT, collected, and not answered yet */
    uint64_t last_id;   /* of a request */
    uint64_t random;    /* state of klv_random_next */
    klv_event *events;
    size_t event_first, event_count, event_capacity;
};

/* Takes a reference on `limits`. NULL: `error` says why. */
klv_client *klv_client_new(const klv_client_config *config, klv_limits *limits, klv_error *error);

/* Closes idle connections; the next request makes new ones. False: something is pending, and
 * nothing was closed. */
bool klv_client_rest(klv_client *client);

/* Cancels what is pending, closes all connections and zeroizes the credential. The client stays
 * readable: nothing is pending, and nothing can be submitted. Requests are DONE and belong to no
 * client. Harmless when repeated. */
void klv_client_close(klv_client *client);

/* Closes and frees. NULL is allowed. */
void klv_client_free(klv_client *client);

/* 1. Submit: makes a request and puts it into the queue; the next tick starts it. NULL: `error`
 * says why. */
klv_request *klv_client_submit(klv_client *client, const klv_request_spec *spec, klv_error *error);

/* 2. What to wait for: the sockets (borrowed until the next call), and when klv_client_tick must be
 * called at the latest. */
size_t klv_client_sockets(const klv_client *client, const klv_socket **sockets);
klv_time klv_client_deadline(klv_client *client, klv_time now);

/* 3. What has happened: a descriptor is ready for POLLIN, POLLOUT or POLLERR; or the time has
 * come. */
void klv_client_ready(klv_client *client, curl_socket_t fd, short events);
void klv_client_tick(klv_client *client, klv_time now);

/* 4. What needs attention: the next request that is DONE or asks for something (TOKEN, PERMIT),
 * each once. NULL: none. A request that is DONE belongs to no client any more. */
klv_request *klv_client_collect(klv_client *client);

/* The number of requests that are not DONE, or DONE and not collected. */
size_t klv_client_pending(const klv_client *client);

/* The functions above, for what drives clients beside other things. */
extern const klv_driven_class klv_client_driven;

/* Takes the next event, which the caller frees with klv_event_free. False: there is none. */
bool klv_client_event(klv_client *client, klv_event *event);

/* Adds an event, if the client collects them. For the request. */
void klv_client_emit(klv_client *client, klv_event_type type, const klv_request *request,
                     klv_time span);

/* Makes sure that the multi handle belongs to this process. After a fork the child forgets the
 * parent's connections, and what was pending ends there. False: out of memory, or closed. */
bool klv_client_ensure_multi(klv_client *client);

KLV_PRIVATE_END

#endif
