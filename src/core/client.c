/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "curl_compat.h"
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_HANDLES 64

/* So many requests are sent in one tick; the others are due at once, but a loop's host may have its turn before. */
#define STARTS 2

void klv_list_append(klv_list *list, klv_request *request) {
    request->list = list;
    request->next = NULL;
    request->previous = list->last;
    if (list->last) {
        list->last->next = request;
    } else {
        list->first = request;
    }
    list->last = request;
    list->count++;
}

void klv_list_remove(klv_request *request) {
    klv_list *list = request->list;
    if (!list) {
        return;
    }
    *(request->previous ? &request->previous->next : &list->first) = request->next;
    *(request->next ? &request->next->previous : &list->last) = request->previous;
    list->count--;
    request->list = NULL;
    request->previous = request->next = NULL;
}

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
    client->curl_wake = milliseconds < 0 ? KLV_NEVER
                                         : klv_clock_monotonic() + milliseconds * KLV_MILLISECOND;
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

static bool append_line(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer) {
        *list = longer;
    }
    return longer != NULL;
}

static char *copy(const char *text, bool *complete) {
    char *fresh = text ? strdup(text) : NULL;
    *complete = *complete && (fresh || !text);
    return fresh;
}

static bool has_control_character(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    while (*c >= 0x20 && *c != 0x7f) {
        c++;
    }
    return *c != '\0';
}

static bool copy_config(klv_client *client, const klv_client_config *config, klv_error *error) {
    if (has_control_character(config->revision) || has_control_character(config->user_agent)) {
        return klv_fail(error, KLV_ERROR_ORIGIN, "revision or user_agent holds a control character");
    }
    bool complete = true;
    client->revision = copy(config->revision, &complete);
    client->user_agent = copy(config->user_agent, &complete);
    client->proxy = copy(config->proxy, &complete);
    client->ca_file = copy(config->ca_file, &complete);
    client->asks_token = config->secret == NULL;
    client->permits = config->permits;
    client->account = config->account;
    client->events_on = config->events;
    client->timeout = config->timeout;
    client->connect_timeout = config->connect_timeout;
    client->attempt_timeout = config->attempt_timeout;
    client->stall_timeout = config->stall_timeout;
    client->max_attempts = config->max_attempts;
    client->max_body = config->max_body;
    client->max_head = config->max_head;
    client->max_depth = config->max_depth;
    client->max_pending = config->max_pending;
    client->concurrency = config->concurrency;
    if (!complete) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (!klv_base_parse(&client->base, config->base_url, config->insecure, error)) {
        return false;
    }
    client->names_urls = client->proxy && client->proxy[0] && !client->base.tls;
    return (client->asks_token || klv_auth_set(&client->auth, config->scheme, config->secret,
                                               config->secret_length, error));
}

static bool make_headers(klv_client *client) {
    klv_buffer revision = {0};
    bool complete = klv_buffer_puts(&revision, "revision: ") &&
                    klv_buffer_puts(&revision, client->revision);
    struct curl_slist **lists[] = {&client->headers, &client->headers_body};
    for (size_t i = 0; i < 2 && complete; i++) {
        complete = (client->asks_token || append_line(lists[i], client->auth.line.data)) &&
                   (!client->revision[0] || append_line(lists[i], revision.data)) &&
                   append_line(lists[i], "Accept: application/vnd.api+json");
    }
    complete = complete && append_line(&client->headers_body, "Expect:") &&
               append_line(&client->headers_body, "Content-Type: application/vnd.api+json");
    klv_buffer_free(&revision);
    return complete;
}

klv_client *klv_client_new(const klv_client_config *config, klv_limits *limits, klv_error *error) {
    klv_client *client = calloc(1, sizeof *client);
    if (!client) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    client->limits = klv_limits_retain(limits);
    if (!copy_config(client, config, error)) {
        klv_client_free(client);
        return NULL;
    }
    client->process = getpid();
    client->pool = klv_pool_new();
    client->idle = calloc(IDLE_HANDLES, sizeof *client->idle);
    /* jitter wants different numbers in different processes, not secrets */
    client->random = (uint64_t)klv_clock_wall() ^ ((uint64_t)getpid() << 40) ^ (uint64_t)(uintptr_t)client;
    if (!client->pool || !client->idle || !make_headers(client) || !open_multi(client)) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        klv_client_free(client);
        return NULL;
    }
    return client;
}

static void burn_list(struct curl_slist *list) {
    for (struct curl_slist *line = list; line; line = line->next) {
        klv_burn(line->data, strlen(line->data));
    }
    curl_slist_free_all(list);
}

static void detach_all(klv_client *client) {
    klv_list *lists[] = {&client->queued, &client->waiting, &client->sending, &client->attention,
                         &client->asking};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        while (lists[i]->first) {
            klv_request *request = lists[i]->first;
            klv_request_cancel(request, "the client was closed");
            klv_list_remove(request);
            request->client = NULL;
        }
    }
}

void klv_client_free(klv_client *client) {
    if (!client) {
        return;
    }
    detach_all(client);
    bool own = client->process == getpid();
    for (size_t i = 0; i < client->idle_count && own; i++) {
        curl_easy_cleanup(client->idle[i]);
    }
    if (client->multi && own) {
        curl_multi_cleanup(client->multi);
    }
    burn_list(client->headers);
    burn_list(client->headers_body);
    klv_auth_burn(&client->auth);
    klv_limits_release(client->limits);
    klv_pool_close(client->pool);
    klv_pool_release(client->pool);
    klv_base_free(&client->base);
    klv_event event;
    while (klv_client_event(client, &event)) {
        klv_event_free(&event);
    }
    free(client->events);
    free(client->idle);
    free(client->sockets);
    free(client->ca_file);
    if (client->proxy) {
        klv_burn(client->proxy, strlen(client->proxy)); /* it may be named with a password */
    }
    free(client->proxy);
    free(client->user_agent);
    free(client->revision);
    free(client);
}

/*
 * The child of a fork shares the parent's sockets: a word on them, even a TLS goodbye, would be heard on the parent's
 * connections. What libcurl keeps of them is left alone, once per fork. What is pending is the parent's, who sees it
 * through: a child that sent it too would do it twice.
 */
static void leave_to_parent(klv_client *client) {
    klv_list *lists[] = {&client->queued, &client->waiting, &client->sending, &client->asking, &client->attention};
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

/* Easy handles: what all requests of the client share is set once. */

/* False: out of memory. None of these may be missing: one decides whom to trust, another who reads the key. */
static bool set_common(klv_client *client, CURL *easy) {
    /* a proxy named by the environment would read the key of a plain http request */
    const char *proxy = client->proxy || client->base.tls ? client->proxy : "";
    const CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L),
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L),
        client->names_urls ? CURLE_OK : curl_easy_setopt(easy, CURLOPT_CURLU, client->base.url),
        curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED),
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024),
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip"),
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)klv_time_milliseconds(client->connect_timeout)),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 64L),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (klv_time_milliseconds(client->stall_timeout) - 1L) / 1000 + 1),
        curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent),
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L),
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L),
        client->ca_file ? curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) : CURLE_OK,
        proxy ? curl_easy_setopt(easy, CURLOPT_PROXY, proxy) : CURLE_OK,
        klv_compat_http_only(easy),
        klv_compat_leave_resolver(easy),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] != CURLE_OK) {
            return false;
        }
    }
    return true;
}

CURL *klv_client_easy(klv_client *client) {
    if (client->idle_count) {
        return client->idle[--client->idle_count];
    }
    CURL *easy = curl_easy_init();
    if (easy && !set_common(client, easy)) {
        curl_easy_cleanup(easy);
        easy = NULL;
    }
    return easy;
}

void klv_client_easy_done(klv_client *client, CURL *easy) {
    if (client->idle_count < IDLE_HANDLES) {
        client->idle[client->idle_count++] = easy;
    } else {
        curl_easy_cleanup(easy);
    }
}

double klv_client_random(klv_client *client) {
    /* splitmix64 */
    uint64_t z = client->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Driving. */

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

/* libcurl ran out of memory outside of any one transfer: it may have lost sight of a socket, and would wait for ever.
 * What is under way ends, and what comes later finds a fresh handle. */
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

/* Steps each request of a list once, until so many are on the wire; a step may move it to another list, or behind the
 * others of the same one. */
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
    /* what was started just now has set libcurl's timer to "at once", which is later than when we began */
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
        wake = sooner(wake, stands ? sooner(request->wake, klv_turn_due(&request->turn)) : request->wake);
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

/* Events. */

void klv_event_free(klv_event *event) {
    free(event->url);
    free(event->headers);
    *event = (klv_event){0};
}

bool klv_client_event(klv_client *client, klv_event *event) {
    if (client->event_first == client->event_count) {
        client->event_first = client->event_count = 0;
        return false;
    }
    *event = client->events[client->event_first++];
    return true;
}

/* The header lines of the present attempt, one a line, the credential masked. NULL: out of memory. */
static char *masked_headers(const klv_request *request) {
    static const char authorization[] = "Authorization: ";
    klv_buffer text = {0};
    bool complete = true;
    for (struct curl_slist *line = request->headers; line && complete; line = line->next) {
        if (strncmp(line->data, authorization, sizeof authorization - 1) == 0) {
            const char *scheme = line->data + sizeof authorization - 1;
            complete = klv_buffer_puts(&text, authorization) &&
                       klv_buffer_append(&text, scheme, strcspn(scheme, " ")) &&
                       klv_buffer_puts(&text, " ***\n");
        } else {
            complete = klv_buffer_puts(&text, line->data) && klv_buffer_puts(&text, "\n");
        }
    }
    if (!complete) {
        klv_buffer_free(&text);
    }
    return klv_buffer_take(&text);
}

void klv_client_emit(klv_client *client, klv_event_type type, const klv_request *request,
                     klv_time span) {
    if (!client->events_on) {
        return;
    }
    if (client->event_count == client->event_capacity) {
        size_t capacity = client->event_capacity ? client->event_capacity * 2 : 16;
        klv_event *events = realloc(client->events, capacity * sizeof *events);
        if (!events) {
            return; /* an observer misses something; nothing else does */
        }
        client->events = events;
        client->event_capacity = capacity;
    }
    klv_event event = {
        .type = type,
        .request = request->id,
        .url = strdup(request->url.data),
        .headers = type == KLV_EVENT_ATTEMPT ? masked_headers(request) : NULL,
        .attempt = request->attempt,
        .status = request->status,
        .kind = request->error.kind,
        .span = span,
        .bytes = request->answer.length,
    };
    memcpy(event.method, request->method, sizeof event.method);
    client->events[client->event_count++] = event;
}
