/* SPDX-License-Identifier: MIT */
/* Events for observers of a client's requests. */
#include "client.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>

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

/* The header lines of the present attempt, each with a line feed, the credential masked. NULL: out
 * of memory. */
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
            return; /* observers miss an event; requests are not affected */
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
        .outcome = request->outcome,
        .span = span,
        .bytes = request->response_body.length,
    };
    memcpy(event.method, request->method, sizeof event.method);
    client->events[client->event_count++] = event;
}
