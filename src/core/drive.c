/* SPDX-License-Identifier: MIT */
/* How a loop drives a client: the four calls, and the loop of those who have none. libcurl's multi
 * handle behind them. */
#include "client.h"
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* So many requests are sent in one tick; the others are due at once, but a loop's host may have its
 * turn before. */
#define STARTS 2

/* libcurl's callbacks: they only take note. */

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
 * The child of a fork shares the parent's sockets: a word on them, even a TLS goodbye, would be
 * heard on the parent's connections. What libcurl keeps of them is left alone, once per fork. What
 * is pending is the parent's, who sees it through: a child that sent it too would do it twice.
 */
static void leave_to_parent(klv_client *client) {
    klv_list *lists[] = {&client->queued, &client->waiting, &client->sending, &client->asking,
                         &client->attention};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        klv_request *request = lists[i]->first;
        for (size_t left = lists[i]->count; left; left--) {
            klv_request *next = request->next;
            request->doubt = request->doubt || (request->state != KLV_DONE && !request->reads);
            klv_request_cancel(request, "the process forked: it is the parent's");
            request = next;
        }
    }
    client->process = getpid();
    client->idle_count = 0;
    client->socket_count = 0;
    client->multi = NULL;
}

bool klv_client_own(klv_client *client) {
    if (client->process != getpid()) {
        leave_to_parent(client);
    }
    return client->multi || open_multi(client);
}

static void take_messages(klv_client *client, klv_time now) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            char *request = NULL;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
            klv_request_finish((klv_request *)(void *)request, code, now);
        }
    }
}

/* libcurl ran out of memory outside of any one transfer: it may have lost sight of a socket, and
 * would wait for ever. What is under way ends, and what comes later finds a fresh handle. */
static void start_over(klv_client *client, klv_time now) {
    while (client->sending.first) {
        klv_request_finish(client->sending.first, CURLE_OUT_OF_MEMORY, now);
    }
    curl_multi_cleanup(client->multi);
    client->multi = NULL;
    client->socket_count = 0;
    client->curl_wake = KLV_NEVER;
}

static void drive(klv_client *client, curl_socket_t fd, int what, klv_time now) {
    int running;
    if (!client->multi) {
        return;
    }
    CURLMcode code = curl_multi_socket_action(client->multi, fd, what, &running);
    take_messages(client, now);
    if (code != CURLM_OK) {
        start_over(client, now);
    }
}

size_t klv_client_sockets(const klv_client *client, const klv_socket **sockets) {
    *sockets = client->sockets;
    return client->socket_count;
}

static void react(klv_client *client, curl_socket_t fd, short events, klv_time now) {
    int what = (events & POLLIN ? CURL_CSELECT_IN : 0) | (events & POLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & ~(POLLIN | POLLOUT) ? CURL_CSELECT_ERR : 0);
    drive(client, fd, what, now);
}

void klv_client_ready(klv_client *client, curl_socket_t fd, short events, klv_time now) {
    if (klv_client_own(client)) {
        react(client, fd, events, now);
    }
}

/* Steps each request of a list once, until so many are on the wire; a step may move it to another
 * list, or behind the others of the same one. */
static void step_all(klv_client *client, klv_list *list, size_t most, klv_time now) {
    klv_request *request = list->first;
    for (size_t left = list->count; request && left && client->sending.count < most; left--) {
        klv_request *next = request->next;
        klv_request_step(request, now);
        request = next;
    }
}

static void tick(klv_client *client, klv_time now) {
    size_t most = client->sending.count + STARTS;
    step_all(client, &client->asking, most, now);
    step_all(client, &client->waiting, most, now);
    step_all(client, &client->queued, most, now);
    /* what was started just now has set libcurl's timer to "at once", which is later than when we
     * began */
    now = klv_clock_monotonic();
    for (int rounds = 0; rounds < 8 && client->curl_wake <= now; rounds++) {
        client->curl_wake = KLV_NEVER;
        drive(client, CURL_SOCKET_TIMEOUT, 0, now);
        now = klv_clock_monotonic();
    }
    step_all(client, &client->sending, SIZE_MAX, now);
}

void klv_client_tick(klv_client *client, klv_time now) {
    klv_client_own(client); /* without a handle, for want of memory, each request ends with that */
    tick(client, now);
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
    for (klv_request *request = client->waiting.first; request; request = request->next) {
        bool stands = request->turn.bucket && !full; /* an answer may have made room for it */
        wake = sooner(wake,
                      stands ? sooner(request->wake, klv_turn_due(&request->turn)) : request->wake);
    }
    for (klv_request *request = client->sending.first; request; request = request->next) {
        wake = sooner(wake, request->wake);
    }
    for (klv_request *request = client->asking.first; request; request = request->next) {
        wake = sooner(wake, request->deadline);
    }
    for (klv_request *request = client->queued.first; request; request = request->next) {
        wake = sooner(wake, full ? request->deadline : now);
    }
    return wake;
}

size_t klv_client_pending(const klv_client *client) {
    return client->queued.count + client->waiting.count + client->sending.count +
           client->attention.count + client->asking.count;
}

klv_request *klv_client_collect(klv_client *client) {
    klv_request *request = client->attention.first;
    if (request) {
        klv_list_remove(request);
        if (request->state == KLV_DONE) {
            request->client = NULL;
        } else {
            klv_list_append(&client->asking, request);
        }
    }
    return request;
}

static klv_time earliest(klv_client *const *clients, size_t count, klv_time now, klv_time until) {
    for (size_t i = 0; i < count; i++) {
        until = sooner(until, klv_client_deadline(clients[i], now));
    }
    return until;
}

bool klv_client_wait(klv_client *const *clients, size_t count, klv_time timeout) {
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        klv_client_tick(clients[i], now); /* looks for a fork, once for all that follows */
    }
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += clients[i]->socket_count;
    }
    struct pollfd few[16], *fds = few;
    if (total > sizeof few / sizeof *few && !(fds = malloc(total * sizeof *fds))) {
        return false;
    }
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < clients[i]->socket_count; k++) {
            klv_socket *s = &clients[i]->sockets[k];
            fds[filled++] = (struct pollfd){.fd = s->fd, .events = s->events};
        }
    }
    now = klv_clock_monotonic();
    klv_time span = earliest(clients, count, now, klv_time_add(now, timeout)) - now;
    bool idle = !filled && span <= 0; /* nothing to look at, and no time to wait */
    int ready = idle ? 0 : poll(fds, filled, span <= 0 ? 0 : klv_time_milliseconds(span));
    bool complete = ready >= 0 || errno == EAGAIN;
    now = klv_clock_monotonic();
    for (size_t i = 0, k = 0; i < count && ready > 0; i++) {
        /* the client's own list changes under our hands; ours is a copy */
        for (size_t n = clients[i]->socket_count; n && k < filled; n--, k++) {
            if (fds[k].revents) {
                react(clients[i], fds[k].fd, fds[k].revents, now);
            }
        }
    }
    if (fds != few) {
        free(fds);
    }
    for (size_t i = 0; i < count; i++) {
        tick(clients[i], now);
    }
    return complete;
}
