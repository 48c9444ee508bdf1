/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "curl_compat.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_HANDLES 64

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
        return klv_fail(error, KLV_ERROR_ORIGIN,
                        "revision or user_agent holds a control character");
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
    bool complete =
        klv_buffer_puts(&revision, "revision: ") && klv_buffer_puts(&revision, client->revision);
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
    client->random =
        (uint64_t)klv_clock_wall() ^ ((uint64_t)getpid() << 40) ^ (uint64_t)(uintptr_t)client;
    if (!client->pool || !client->idle || !make_headers(client) || !klv_client_own(client)) {
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

/* Easy handles: what all requests of the client share is set once. */

/* False: out of memory. None of these may be missing: one decides whom to trust, another who reads
 * the key. */
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
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         (long)klv_time_milliseconds(client->connect_timeout)),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 64L),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                         (klv_time_milliseconds(client->stall_timeout) - 1L) / 1000 + 1),
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
