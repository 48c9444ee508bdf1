/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "content_coding.h"
#include "easy.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        return klv_fail(error, KLV_ERROR_VALIDATION,
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
    client->max_header_section = config->max_header_section;
    client->max_depth = config->max_depth;
    client->max_pending = config->max_pending;
    client->concurrency = config->concurrency;
    if (!complete) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (!klv_base_parse(&client->base, config->base_url, config->insecure, error)) {
        return false;
    }
    client->proxy_place = klv_proxy_find(client->proxy, client->base.tls);
    client->is_http1 = !client->base.tls; /* over TLS the server's choice is not known yet */
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
                   append_line(lists[i], "Accept: application/vnd.api+json") &&
                   append_line(lists[i], KLV_CODINGS_ACCEPTED);
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
    client->idle = calloc(KLV_IDLE_HANDLES, sizeof *client->idle);
    /* jitter needs numbers that differ between processes, not secrets */
    client->random =
        (uint64_t)klv_clock_wall() ^ ((uint64_t)getpid() << 40) ^ (uint64_t)(uintptr_t)client;
    if (!client->pool || !client->idle || !make_headers(client) ||
        !klv_client_ensure_multi(client)) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        klv_client_free(client);
        return NULL;
    }
    return client;
}

static void zeroize_list(struct curl_slist **list) {
    for (struct curl_slist *line = *list; line; line = line->next) {
        klv_zeroize(line->data, strlen(line->data));
    }
    curl_slist_free_all(*list);
    *list = NULL;
}

static void detach_requests(klv_client *client) {
    klv_list *lists[] = {&client->queued, &client->waiting, &client->sending, &client->attention,
                         &client->asking};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        while (lists[i]->first) {
            klv_request *request = (klv_request *)lists[i]->first;
            klv_request_cancel(request, "the client was closed");
            klv_request_detach(request);
        }
    }
}

static void free_events(klv_client *client) {
    klv_event event;
    while (klv_client_event(client, &event)) {
        klv_event_free(&event);
    }
}

static void close_connections(klv_client *client) {
    if (client->process == getpid()) { /* the parent of a fork goes on using these */
        klv_easy_free_idle(client);
        curl_multi_cleanup(client->multi);
    }
    client->idle_count = client->socket_count = 0;
    client->multi = NULL;
    client->curl_wake = KLV_NEVER;
}

bool klv_client_rest(klv_client *client) {
    if (klv_client_pending(client)) {
        return false;
    }
    close_connections(client);
    return true;
}

void klv_client_close(klv_client *client) {
    if (client->closed) {
        return;
    }
    detach_requests(client);
    client->closed = true;
    close_connections(client);
    zeroize_list(&client->headers);
    zeroize_list(&client->headers_body);
    klv_auth_zeroize(&client->auth);
    if (client->proxy) {
        klv_zeroize(client->proxy, strlen(client->proxy)); /* it may contain a password */
    }
    klv_pool_close(client->pool);
    free_events(client);
}

void klv_client_free(klv_client *client) {
    if (!client) {
        return;
    }
    klv_client_close(client);
    klv_limits_release(client->limits);
    klv_pool_release(client->pool);
    klv_base_free(&client->base);
    free(client->events);
    free(client->idle);
    free(client->sockets);
    free(client->opened);
    free(client->ca_file);
    free(client->proxy);
    free(client->user_agent);
    free(client->revision);
    free(client);
}

klv_request *klv_client_submit(klv_client *client, const klv_request_spec *spec, klv_error *error) {
    if (client->closed) {
        klv_fail(error, KLV_ERROR_CANCELLED, "cancelled: the client was closed");
        return NULL;
    }
    /* after a fork, what was pending belongs to the parent; without memory for a multi handle, the
     * request ends with that at the next tick */
    klv_client_ensure_multi(client);
    if (klv_client_pending(client) >= client->max_pending) {
        klv_fail(error, KLV_ERROR_BUSY, "%zu requests are pending already (max_pending)",
                 client->max_pending);
        return NULL;
    }
    klv_request *request = klv_request_new(client, spec, error);
    if (request) {
        request->id = ++client->last_id;
        klv_list_append(&client->queued, &request->link);
    }
    return request;
}
