/* SPDX-License-Identifier: MIT */
/* How a loop drives a client with its libcurl multi handle. */
#include "client.h"
#include "request.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* Requests that one tick sends. More are due at once, but the host of the loop runs in between. */
#define STARTS 2

/* Callbacks of libcurl; they only record. */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *slot) {
    klv_client *client = data;
    (void)easy;
    (void)slot;
    size_t i = 0;
    while (i < client->socket_count && client->sockets[i].fd != fd) {
        i++;
    }
    if (what == CURL_POLL_REMOVE) {
        if (i < client->socket_count) {
            client->sockets[i] = client->sockets[--client->socket_count];
        }
        return 0;
    }
    if (i == client->socket_capacity) {
        size_t capacity = i ? i * 2 : 8;
        klv_socket *sockets = realloc(client->sockets, capacity * sizeof *sockets);
        if (!sockets) {
            return -1; /* libcurl fails the transfer */
        }
        client->sockets = sockets;
        client->socket_capacity = capacity;
    }
    if (i == client->socket_count) {
        client->socket_count++;
        client->sockets[i] = (klv_socket){.fd = fd, .serial = ++client->socket_serial};
    }
    client->sockets[i].events =
        (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *data) {
    klv_client *client = data;
    (void)multi;
    client->curl_wake =
        milliseconds < 0 ? KLV_NEVER : klv_clock_monotonic() + milliseconds * KLV_MILLISECOND;
    return 0;
}

static bool open_multi(klv_client *client) {
    client->multi = curl_multi_init();
    if (!client->multi) {
        return false;
    }
    client->curl_wake = KLV_NEVER;
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->concurrency);
    return true;
}

/*
 * The child of a fork shares the parent's sockets: whatever it sent, even a TLS close_notify, would
 * go out on the parent's connections. So libcurl's memory for them is abandoned, once per fork.
 * Pending requests belong to the parent, which completes them: the child would send them twice.
 */
static void leave_to_parent(klv_client *client) {
    klv_list *lists[] = {&client->queued, &client->waiting, &client->sending, &client->asking,
                         &client->attention};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        klv_link *link = lists[i]->first;
        for (size_t count = lists[i]->count; count; count--) {
            klv_link *next = link->next;
            klv_request *request = (klv_request *)link;
            if (request->state != KLV_DONE && !request->safe &&
                request->outcome < KLV_OUTCOME_UNKNOWN) {
                request->outcome = KLV_OUTCOME_UNKNOWN;
            }
            klv_request_cancel(request, "the process forked: the request is the parent's");
            link = next;
        }
    }
    client->process = getpid();
    client->idle_count = 0;
    client->socket_count = 0;
    client->multi = NULL;
}

bool klv_client_ensure_multi(klv_client *client) {
    if (client->process != getpid()) {
        leave_to_parent(client);
    }
    return client->multi || (!client->closed && open_multi(client));
}

/* Ends the transfers that are complete, at the present: a request may have been sent, and its
 * response read, after its caller looked at the clock, and a slot that is free too soon makes one
 * request too many. */
static void take_messages(klv_client *client) {
    CURLMsg *message;
    int more;
    while ((message = curl_multi_info_read(client->multi, &more))) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            char *request = NULL;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
            klv_request_finish((klv_request *)(void *)request, code, klv_clock_monotonic());
        }
    }
}

/* libcurl ran out of memory outside of any one transfer: it may have lost track of a socket and
 * would wait forever. Ends what is being sent; later requests get a new handle. */
static void start_over(klv_client *client) {
    klv_time now = klv_clock_monotonic();
    while (client->sending.first) {
        klv_request_finish((klv_request *)client->sending.first, CURLE_OUT_OF_MEMORY, now);
    }
    curl_multi_cleanup(client->multi);
    client->multi = NULL;
    client->socket_count = 0;
    client->curl_wake = KLV_NEVER;
}

static void drive(klv_client *client, curl_socket_t fd, int what) {
    int running;
    if (!client->multi) {
        return;
    }
    CURLMcode code = curl_multi_socket_action(client->multi, fd, what, &running);
    take_messages(client);
    if (code != CURLM_OK) {
        start_over(client);
    }
}

size_t klv_client_sockets(const klv_client *client, const klv_socket **sockets) {
    *sockets = client->sockets;
    return client->socket_count;
}

static void use_socket(klv_client *client, curl_socket_t fd, short events) {
    int what = (events & POLLIN ? CURL_CSELECT_IN : 0) | (events & POLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & ~(POLLIN | POLLOUT) ? CURL_CSELECT_ERR : 0);
    drive(client, fd, what);
}

void klv_client_ready(klv_client *client, curl_socket_t fd, short events) {
    if (klv_client_ensure_multi(client)) {
        use_socket(client, fd, events);
    }
}

/* Steps each request of a list once, until `most` are being sent. A step may move the request to
 * another list, or to the end of the same one. */
static void step_all(klv_client *client, klv_list *list, size_t most, klv_time now) {
    klv_link *link = list->first;
    for (size_t count = list->count; link && count && client->sending.count < most; count--) {
        klv_link *next = link->next;
        klv_request_step((klv_request *)link, now);
        link = next;
    }
}

void klv_client_tick(klv_client *client, klv_time now) {
    klv_client_ensure_multi(client); /* without a handle, each request ends with "out of memory" */
    size_t most = client->sending.count + STARTS;
    step_all(client, &client->asking, most, now);
    step_all(client, &client->waiting, most, now);
    step_all(client, &client->queued, most, now);
    /* the requests that were just started have set libcurl's timer to the present, which is later
     * than `now` */
    now = klv_clock_monotonic();
    for (int rounds = 0; rounds < 8 && client->curl_wake <= now; rounds++) {
        client->curl_wake = KLV_NEVER;
        drive(client, CURL_SOCKET_TIMEOUT, 0);
        now = klv_clock_monotonic();
    }
    step_all(client, &client->sending, SIZE_MAX, now);
}

static klv_time sooner(klv_time a, klv_time b) {
    return a < b ? a : b;
}

klv_time klv_client_deadline(klv_client *client, klv_time now) {
    if (client->attention.first) {
        return now;
    }
    bool full = client->sending.count >= client->concurrency;
    klv_time wake = client->curl_wake;
    for (klv_link *link = client->waiting.first; link; link = link->next) {
        const klv_request *request = (klv_request *)link;
        bool queues = request->waiter.bucket && !full; /* a response may have made room for it */
        wake = sooner(wake, queues ? sooner(request->wake, klv_waiter_due(&request->waiter))
                                   : request->wake);
    }
    for (klv_link *link = client->sending.first; link; link = link->next) {
        wake = sooner(wake, ((klv_request *)link)->wake);
    }
    for (klv_link *link = client->asking.first; link; link = link->next) {
        wake = sooner(wake, ((klv_request *)link)->deadline);
    }
    for (klv_link *link = client->queued.first; link; link = link->next) {
        wake = sooner(wake, full ? ((klv_request *)link)->deadline : now);
    }
    return wake;
}

size_t klv_client_pending(const klv_client *client) {
    return client->queued.count + client->waiting.count + client->sending.count +
           client->attention.count + client->asking.count;
}

klv_request *klv_client_collect(klv_client *client) {
    klv_request *request = (klv_request *)client->attention.first;
    if (request && request->state == KLV_DONE) {
        klv_request_detach(request);
    } else if (request) {
        klv_list_remove(&request->link);
        klv_list_append(&client->asking, &request->link);
    }
    return request;
}

static size_t driven_sockets(const void *client, const klv_socket **sockets) {
    return klv_client_sockets(client, sockets);
}

static klv_time driven_deadline(void *client, klv_time now) {
    return klv_client_deadline(client, now);
}

/* Before it, `tick` has noticed a fork. */
static void driven_ready(void *client, int fd, short events, klv_time now) {
    (void)now;
    use_socket(client, fd, events);
}

static void driven_tick(void *client, klv_time now) {
    klv_client_tick(client, now);
}

const klv_driven_class klv_client_driven = {
    .sockets = driven_sockets,
    .deadline = driven_deadline,
    .ready = driven_ready,
    .tick = driven_tick,
};
