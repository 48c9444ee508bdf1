/* SPDX-License-Identifier: MIT */
#include "transfer.h"
#include "conceal.h"
#include "curl_compat.h"
#include "easy.h"
#include "issue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Callbacks of libcurl. */

/* Allocates one block for the whole body; a compressed body grows as it is decoded. */
static bool make_room(klv_request *request, size_t announced) {
    klv_buffer *body = &request->response_body;
    if (!body->data) {
        size_t size = announced + KLV_DOCUMENT_PADDING;
        body->data = klv_pool_take(request->client->pool, &size);
        body->capacity = body->data ? size : 0;
    }
    return body->data && klv_buffer_reserve(body, announced);
}

/* How much of its length JSON keeps when it is compressed, about. */
#define USUAL_RATIO 8

/* The header section has ended: prepares for the body. Returns why not. */
static klv_stop expect_body(klv_request *request) {
    const klv_headers *headers = &request->header_section;
    size_t most = request->client->max_body;
    size_t announced = headers->content_length > 0 ? (size_t)headers->content_length : 0;
    if (announced > most) {
        return KLV_STOP_BODY;
    }
    if (headers->coding == KLV_CODING_GZIP || headers->coding == KLV_CODING_DEFLATE) {
        request->decoder = klv_decoder_new(headers->coding);
        announced = announced > most / USUAL_RATIO ? most : announced * USUAL_RATIO;
        if (!request->decoder) {
            return KLV_STOP_MEMORY;
        }
    }
    return !announced || make_room(request, announced) ? KLV_STOP_NONE : KLV_STOP_MEMORY;
}

static void mask_line(const void *request, char *line, size_t length) {
    klv_conceal(request, line, length);
}

static size_t on_header(char *line, size_t size, size_t count, void *data) {
    klv_request *request = data;
    size_t length = size * count;
    const klv_client *client = request->client;
    klv_time wall = length <= 2 ? klv_clock_wall() : 0;
    if (!klv_headers_line(&request->header_section, line, length, client->max_header_section, wall,
                          mask_line, request)) {
        request->stopped = KLV_STOP_HEADER_SECTION;
    } else if (length <= 2 && !request->decoder && strcmp(request->method, "HEAD") != 0) {
        request->stopped = expect_body(request);
    }
    return request->stopped ? 0 : length;
}

static klv_stop keep_body(klv_request *request, const char *bytes, size_t length) {
    static const klv_stop stops[] = {
        [KLV_DECODED] = KLV_STOP_NONE,           [KLV_DECODE_TOO_LARGE] = KLV_STOP_BODY,
        [KLV_DECODE_EXPANDS] = KLV_STOP_EXPANDS, [KLV_DECODE_DAMAGED] = KLV_STOP_DAMAGED,
        [KLV_DECODE_MEMORY] = KLV_STOP_MEMORY,
    };
    klv_buffer *body = &request->response_body;
    size_t most = request->client->max_body;
    if (request->decoder) {
        return stops[klv_decoder_feed(request->decoder, bytes, length, most, body)];
    }
    if (request->header_section.coding != KLV_CODING_NONE) {
        return KLV_STOP_CODING;
    }
    if (body->length + length > most) {
        return KLV_STOP_BODY;
    }
    return klv_buffer_append(body, bytes, length) ? KLV_STOP_NONE : KLV_STOP_MEMORY;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
    klv_request *request = data;
    size_t length = size * count;
    request->stopped = keep_body(request, bytes, length);
    return request->stopped ? 0 : length;
}

/* Starting. */

static bool append_line(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer) {
        *list = longer;
    }
    return longer != NULL;
}

static bool has_field(const struct curl_slist *list, const char *line) {
    size_t length = strcspn(line, ":") + 1;
    while (list && strncasecmp(list->data, line, length) != 0) {
        list = list->next;
    }
    return list != NULL;
}

/* Makes a header list for this request alone: the client's lines, the token, and the request's
 * further lines, which replace the client's of the same name. False: out of memory. */
static bool copy_lines(klv_request *request, const struct curl_slist *shared) {
    bool complete = true;
    for (const struct curl_slist *line = shared; line && complete; line = line->next) {
        complete =
            has_field(request->extra, line->data) || append_line(&request->headers, line->data);
    }
    if (complete && request->has_token) {
        complete = append_line(&request->headers, request->token.line.data);
    }
    for (struct curl_slist *line = request->extra; line && complete; line = line->next) {
        complete = append_line(&request->headers, line->data);
    }
    return complete;
}

static bool set_headers(klv_request *request) {
    klv_client *client = request->client;
    struct curl_slist *shared = request->body.data ? client->headers_body : client->headers;
    request->owns_headers = request->has_token || request->extra;
    if (!request->owns_headers) {
        request->headers = shared;
        return true;
    }
    return copy_lines(request, shared);
}

static void set_method(const klv_request *request, CURL *easy) {
    bool post = strcmp(request->method, "POST") == 0;
    curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
    if (request->body.data || post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                         klv_issue_reads_body(request) ? NULL
                         : request->body.data          ? request->body.data
                                                       : "");
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    bool plain = post || request->safe;
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plain ? NULL : request->method);
}

/* All transfers share the parsed URL of the origin; each sets its own request target. */
static CURLcode set_target(const klv_request *request, CURL *easy) {
    const klv_client *client = request->client;
    return client->names_urls ? curl_easy_setopt(easy, CURLOPT_URL, request->url.data)
                              : curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET,
                                                 request->url.data + strlen(client->base.origin));
}

static void set_callbacks(klv_request *request, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->detail);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
}

static bool start(klv_request *request, klv_time now) {
    klv_client *client = request->client;
    request->may_have_arrived = request->error_document = false;
    request->stopped = KLV_STOP_NONE;
    request->proxy_status = 0;
    request->detail[0] = '\0';
    request->response_body.length = 0;
    klv_headers_reset(&request->header_section);
    request->easy = klv_easy_take(client);
    if (!request->easy || !set_headers(request)) {
        return false;
    }
    CURL *easy = request->easy;
    klv_time time_left = request->deadline - now;
    klv_time span = request->attempt_timeout < time_left ? request->attempt_timeout : time_left;
    set_method(request, easy);
    set_callbacks(request, easy);
    klv_issue_begin(request, easy);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)klv_time_milliseconds(span) + 1);
    return set_target(request, easy) == CURLE_OK &&
           curl_multi_add_handle(client->multi, easy) == CURLM_OK;
}

bool klv_transfer_start(klv_request *request, klv_time now) {
    request->connection_ended = false;
    return start(request, now);
}

bool klv_transfer_restart(klv_request *request, klv_time now) {
    if (!request->easy || !request->connection_ended || request->may_have_arrived) {
        return false;
    }
    klv_transfer_end(request);
    return start(request, now);
}

bool klv_transfer_succeeds(const klv_request *request) {
    long status = 0;
    if (request->easy && request->client->process == getpid()) {
        curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    }
    return status >= 200 && status < 300;
}

bool klv_transfer_stop(klv_request *request) {
    bool may_have_arrived = request->easy && request->may_have_arrived;
    if (request->easy && request->client->process != getpid()) {
        request->easy = NULL; /* belongs to the parent of a fork, see klv_client_ensure_multi */
    }
    klv_transfer_end(request);
    return may_have_arrived;
}

void klv_transfer_end(klv_request *request) {
    klv_client *client = request->client;
    if (request->easy) {
        curl_multi_remove_handle(client->multi, request->easy);
        /* an idle handle must not point into this request */
        curl_easy_setopt(request->easy, CURLOPT_ERRORBUFFER, NULL);
        curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, NULL);
        curl_easy_setopt(request->easy, CURLOPT_VERBOSE, 0L);
        klv_easy_give(client, request->easy);
        request->easy = NULL;
    }
    if (request->owns_headers) {
        for (struct curl_slist *line = request->headers; line; line = line->next) {
            klv_zeroize(line->data, strlen(line->data));
        }
        curl_slist_free_all(request->headers);
    }
    request->headers = NULL;
    request->owns_headers = false;
    klv_decoder_free(request->decoder);
    request->decoder = NULL;
}
