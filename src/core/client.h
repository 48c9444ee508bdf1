/* SPDX-License-Identifier: MIT */
#ifndef KLV_CLIENT_H
#define KLV_CLIENT_H

#include "internal.h"
#include "auth.h"
#include "clock.h"
#include "error.h"
#include "limits.h"
#include "pool.h"
#include "url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

KLV_PRIVATE_BEGIN

typedef struct klv_request klv_request;
typedef struct klv_client klv_client;

/* Requests in the order they came. */
typedef struct {
    klv_request *first, *last;
    size_t count;
} klv_list;

void klv_list_append(klv_list *list, klv_request *request);
void klv_list_remove(klv_request *request);

/* Borrowed during klv_client_new, which copies. All fields are set by the caller (the binding has
 * the defaults). */
typedef struct {
    const char *base_url, *revision, *user_agent; /* revision "": no such header */
    const char *proxy, *ca_file;                  /* NULL: libcurl's defaults */
    bool insecure;                                /* allow plain http to other machines */
    klv_auth_scheme scheme;
    const char *secret; /* NULL: ask for a token (KLV_TOKEN) */
    size_t secret_length;
    uint64_t account; /* tells accounts apart where several share a place for their budgets */
    bool permits;     /* ask for a permit before each attempt (KLV_PERMIT) */
    bool events;      /* collect klv_events */
    klv_time timeout, connect_timeout, attempt_timeout, stall_timeout;
    int max_attempts;
    size_t max_body, max_head, max_depth, max_pending, concurrency;
} klv_client_config;

typedef enum {
    KLV_EVENT_ATTEMPT,
    KLV_EVENT_WAIT,
    KLV_EVENT_RETRY,
    KLV_EVENT_RESPONSE
} klv_event_type;

/* Something that an observer may want to know; made only if the client's `events` is on. Owns its
 * strings. */
typedef struct {
    klv_event_type type;
    uint64_t request; /* the request's id */
    char method[8];
    char *url;
    char *headers; /* ATTEMPT: the lines that go out, the credential masked; else NULL */
    int attempt, status;
    klv_error_kind kind;
    klv_time span; /* ATTEMPT: since submitted; WAIT, RETRY: until it goes on; RESPONSE: since the
                      attempt began */
    size_t bytes;  /* RESPONSE: of body */
} klv_event;

void klv_event_free(klv_event *event);

/* What to wait for on a descriptor: POLLIN, POLLOUT. A descriptor that libcurl closed may come back
 * as another socket before a loop has looked again; its serial tells the two apart. */
typedef struct {
    curl_socket_t fd;
    short events;
    uint32_t serial;
} klv_socket;

/*
 * A client owns its connections (one curl multi handle) and links its requests, which their own
 * userdata free. It owns no loop and no thread: it is driven by whoever does, with the four calls
 * below. One thread.
 */
struct klv_client {
    klv_base base;
    char *revision, *user_agent, *proxy, *ca_file;
    bool asks_token, permits, events_on;
    bool names_urls; /* a proxy of plain http is to be told whole URLs */
    klv_time timeout, connect_timeout, attempt_timeout, stall_timeout;
    int max_attempts;
    size_t max_body, max_head, max_depth, max_pending, concurrency;

    klv_auth auth;
    struct curl_slist
        *headers; /* of a request without body; holds the credential unless asks_token */
    struct curl_slist *headers_body; /* the same with Content-Type */
    klv_limits *limits;              /* counted */
    uint64_t account;

    klv_pool *pool;     /* of the answers' memory; counted */
    CURLM *multi;       /* NULL: to be made anew, see klv_client_own */
    pid_t process;      /* whose connections these are: a fork must not use them */
    klv_time curl_wake; /* when libcurl wants to be called, KLV_NEVER: it does not */
    klv_socket *sockets;
    size_t socket_count, socket_capacity;
    uint32_t socket_serial;
    CURL **idle; /* easy handles for reuse, with everything set that all requests share */
    size_t idle_count;

    klv_list queued, waiting, sending; /* see klv_state */
    klv_list attention;                /* DONE, TOKEN or PERMIT, to be collected */
    klv_list asking;                   /* TOKEN or PERMIT, collected and not answered yet */
    uint64_t last_id, random;
    klv_event *events;
    size_t event_first, event_count, event_capacity;
};

/* Takes a reference on `limits`. NULL: `error` says why. */
klv_client *klv_client_new(const klv_client_config *config, klv_limits *limits, klv_error *error);

/* Cancels what is pending, closes all connections, burns the credential, frees. Requests survive,
 * DONE. */
void klv_client_free(klv_client *client);

/* 1. Submit: klv_request_new. The next tick starts it. */

/* 2. What to wait for: the sockets (borrowed until the next call), and when to call klv_client_tick
 * at the latest. */
size_t klv_client_sockets(const klv_client *client, const klv_socket **sockets);
klv_time klv_client_deadline(klv_client *client, klv_time now);

/* 3. What is ready: a descriptor with POLLIN, POLLOUT, POLLERR; or the time has come. */
void klv_client_ready(klv_client *client, curl_socket_t fd, short events, klv_time now);
void klv_client_tick(klv_client *client, klv_time now);

/* 4. What needs attention: the next request that is DONE or asks something (TOKEN, PERMIT), each
 * once. NULL: none. A request that is DONE belongs to no client any more. */
klv_request *klv_client_collect(klv_client *client);

/* Requests that are not done, or done and not collected. */
size_t klv_client_pending(const klv_client *client);

/* Blocks until something is ready on one of the clients, for at most `timeout`, and drives them.
 * For loops that have nothing else to do. False: out of memory or interrupted by a signal; both may
 * be tried again. */
bool klv_client_wait(klv_client *const *clients, size_t count, klv_time timeout);

/* The next event, which the caller frees with klv_event_free; false: none. */
bool klv_client_event(klv_client *client, klv_event *event);

/* For the request: the handles, the present sending place, an event. */
CURL *klv_client_easy(klv_client *client);
void klv_client_easy_done(klv_client *client, CURL *easy);
void klv_client_emit(klv_client *client, klv_event_type type, const klv_request *request,
                     klv_time span);
double klv_client_random(klv_client *client);

/* Sees to it that the multi handle is this process's own. After a fork the child forgets the
 * parent's connections, and what was pending ends there. False: out of memory. */
bool klv_client_own(klv_client *client);

KLV_PRIVATE_END

#endif
