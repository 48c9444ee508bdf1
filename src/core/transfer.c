/* SPDX-License-Identifier: MIT */
#include "transfer.h"
#include "curl_compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* libcurl's callbacks. */

/* One block for the whole body; a compressed one grows as it comes. */
static bool make_room(klv_request *request, size_t announced) {
    klv_buffer *answer = &request->answer;
    if (!answer->data) {
        size_t size = announced + KLV_DOCUMENT_PADDING;
        answer->data = klv_pool_take(request->client->pool, &size);
        answer->capacity = answer->data ? size : 0;
    }
    return answer->data && klv_buffer_reserve(answer, announced);
}

static size_t on_header(char *line, size_t size, size_t count, void *data) {
    klv_request *request = data;
    size_t length = size * count;
    const klv_client *client = request->client;
    klv_time wall = length <= 2 ? klv_clock_wall() : 0;
    if (!klv_headers_line(&request->head, line, length, client->max_head, wall)) {
        request->head_refused = true;
        return 0;
    }
    bool has_body = strcmp(request->method, "HEAD") != 0;
    if (has_body && request->head.content_length > 0 && length <= 2) {
        size_t announced = (size_t)request->head.content_length;
        request->body_refused = announced > client->max_body;
        if (!request->body_refused && !make_room(request, announced)) {
            request->no_memory = true;
        }
    }
    return request->body_refused || request->no_memory ? 0 : length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
    klv_request *request = data;
    size_t length = size * count;
    if (request->answer.length + length > request->client->max_body) {
        request->body_refused = true;
        return 0;
    }
    if (!klv_buffer_append(&request->answer, bytes, length)) {
        request->no_memory = true;
        return 0;
    }
    return length;
}

#if KLV_CURL_HAS_PREREQ
/*
 * Called each time libcurl is about to issue the request on a connection. When a kept connection
 * dies without an answer, libcurl issues the same request again on a new one by itself, a POST like
 * a GET: but the service may have acted on the first. So the second issue of what must not happen
 * twice is stopped here.
 */
static int on_issue(void *data, char *remote_ip, char *local_ip, int remote_port, int local_port) {
    klv_request *request = data;
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (request->left && request->once) {
        request->issued_twice = true;
        return CURL_PREREQFUNC_ABORT;
    }
    request->left = true;
    return CURL_PREREQFUNC_OK;
}
#endif

/* Starting. */

static bool append_line(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer) {
        *list = longer;
    }
    return longer != NULL;
}

static bool names(const struct curl_slist *list, const char *line) {
    size_t length = strcspn(line, ":") + 1;
    while (list && strncasecmp(list->data, line, length) != 0) {
        list = list->next;
    }
    return list != NULL;
}

/* A list of this request's own: a token, and further lines, which take the place of the client's of
 * the same name. */
static bool own_lines(klv_request *request, const struct curl_slist *shared) {
    bool complete = true;
    for (const struct curl_slist *line = shared; line && complete; line = line->next) {
        complete = names(request->extra, line->data) || append_line(&request->headers, line->data);
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
    request->own_headers = request->has_token || request->extra;
    if (!request->own_headers) {
        request->headers = shared;
        return true;
    }
    return own_lines(request, shared);
}

static void set_method(const klv_request *request, CURL *easy) {
    bool post = strcmp(request->method, "POST") == 0;
    curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
    if (request->body.data || post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data ? request->body.data : "");
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    bool plain = post || request->reads;
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plain ? NULL : request->method);
}

/* All transfers share the origin's URL, read once; each names what to ask for there. */
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
#if KLV_CURL_HAS_PREREQ
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_issue);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
#else
    /* without the callback, a connection that was used before is not trusted with what must not
     * happen twice */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
#endif
}

bool klv_transfer_start(klv_request *request, klv_time now) {
    klv_client *client = request->client;
    request->left = request->issued_twice = false;
    request->body_refused = request->head_refused = request->no_memory = false;
    request->detail[0] = '\0';
    request->answer.length = 0;
    klv_headers_reset(&request->head);
    request->easy = klv_client_easy(client);
    if (!request->easy || !set_headers(request)) {
        return false;
    }
    CURL *easy = request->easy;
    klv_time left = request->deadline - now;
    klv_time span = request->attempt_timeout < left ? request->attempt_timeout : left;
    set_method(request, easy);
    set_callbacks(request, easy);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)klv_time_milliseconds(span) + 1);
    return set_target(request, easy) == CURLE_OK &&
           curl_multi_add_handle(client->multi, easy) == CURLM_OK;
}

bool klv_transfer_stop(klv_request *request) {
    bool left = request->easy && request->left;
    if (request->easy && request->client->process != getpid()) {
        request->easy = NULL; /* of the process that this one was forked from, see klv_client_own */
    }
    klv_transfer_end(request);
    return left;
}

void klv_transfer_end(klv_request *request) {
    klv_client *client = request->client;
    if (request->easy) {
        curl_multi_remove_handle(client->multi, request->easy);
        /* the pool must not point into this request */
        curl_easy_setopt(request->easy, CURLOPT_ERRORBUFFER, NULL);
        curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, NULL);
        klv_client_easy_done(client, request->easy);
        request->easy = NULL;
    }
    if (request->own_headers) {
        for (struct curl_slist *line = request->headers; line; line = line->next) {
            klv_burn(line->data, strlen(line->data));
        }
        curl_slist_free_all(request->headers);
    }
    request->headers = NULL;
    request->own_headers = false;
}

/* Reading the end of a transfer. */

static klv_error_kind kind_of(CURLcode code) {
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return KLV_ERROR_MEMORY;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return KLV_ERROR_RESOLVE;
    case CURLE_COULDNT_CONNECT:
        return KLV_ERROR_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
        return KLV_ERROR_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return KLV_ERROR_TIMEOUT;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_ABORTED_BY_CALLBACK:
        return KLV_ERROR_DISCONNECTED;
    default:
        return KLV_ERROR_PROTOCOL;
    }
}

static void name_failure(klv_request *request, CURLcode code) {
    const char *origin = request->client->base.origin;
    klv_error *error = &request->error;
    klv_error_kind kind = kind_of(code);
    double seconds = (double)(klv_clock_monotonic() - request->started) / (double)KLV_SECOND;
    bool whole_time =
        klv_clock_monotonic() - request->started + KLV_SECOND / 2 >= request->attempt_timeout ||
        klv_clock_monotonic() + KLV_SECOND / 2 >= request->deadline;
    switch (kind) {
    case KLV_ERROR_MEMORY:
        klv_fail(error, kind, "out of memory");
        break;
    case KLV_ERROR_RESOLVE:
        klv_fail(error, kind,
                 "the host of %.120s has no address (is the name right, is there a network?)",
                 origin);
        break;
    case KLV_ERROR_CONNECT:
        klv_fail(error, kind, "nothing accepts connections at %.120s", origin);
        break;
    case KLV_ERROR_TLS:
        klv_fail(error, kind, "no trusted TLS connection to %.80s: %.120s", origin,
                 request->detail[0] ? request->detail : curl_easy_strerror(code));
        break;
    case KLV_ERROR_TIMEOUT:
        if (request->left && !whole_time) {
            klv_fail(error, KLV_ERROR_STALLED,
                     "%.120s sent less than 64 bytes a second for too long (%zu bytes in %.1f s)",
                     origin, request->answer.length, seconds);
        } else {
            klv_fail(error, kind, "no %s from %.120s within %.1f s",
                     request->status ? "complete answer"
                     : request->left ? "answer"
                                     : "connection",
                     origin, seconds);
        }
        break;
    case KLV_ERROR_DISCONNECTED:
        klv_fail(error, kind, "%.120s cut the connection %s", origin,
                 request->status ? "in the middle of its answer" : "before it answered");
        break;
    default:
        klv_fail(error, kind, "%.100s did not answer in HTTP: %.80s", origin,
                 curl_easy_strerror(code));
    }
}

/* The text of a document's node, cut and made printable; "" if it is not a string. */
static void copy_text(const klv_document *doc, uint32_t node, const char *path, char *out,
                      size_t size) {
    out[0] = '\0';
    uint32_t at = klv_document_find(doc, node, path, strlen(path));
    if (at == KLV_DOCUMENT_NONE) {
        return;
    }
    klv_document_slice text = klv_document_string(doc, at);
    klv_buffer plain = {0};
    if (!text.data || !klv_buffer_reserve(&plain, text.length)) {
        return;
    }
    size_t length = klv_document_unescape(text, plain.data);
    bool cut = length >= size;
    if (cut) {
        for (length = size - sizeof "..."; length && (plain.data[length] & 0xc0) == 0x80;
             length--) {
        }
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)plain.data[i];
        out[i] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    strcpy(out + length, cut ? "..." : "");
    klv_buffer_free(&plain);
}

/* "404: title: detail (at /data/id) and 2 more" */
static void describe_status(klv_request *request) {
    int status = request->status;
    klv_error_kind kind = klv_error_of_status(status);
    const klv_document *doc = request->document;
    uint32_t errors = doc ? klv_document_find(doc, 0, "errors", 6) : KLV_DOCUMENT_NONE;
    if (errors == KLV_DOCUMENT_NONE || klv_document_first(doc, errors) == KLV_DOCUMENT_NONE) {
        klv_fail(&request->error, kind, "the service answered %d%s%s%s", status,
                 request->head.has_content_type ? " with " : " without a body",
                 request->head.has_content_type ? request->head.content_type : "",
                 doc ? " that names no error" : "");
    } else {
        char text[160], place[128], more[32] = "";
        copy_text(doc, errors, "1.detail", text, sizeof text);
        if (!text[0]) {
            copy_text(doc, errors, "1.title", text, sizeof text);
        }
        copy_text(doc, errors, "1.source.pointer", place, sizeof place);
        if (!place[0]) {
            copy_text(doc, errors, "1.source.parameter", place, sizeof place);
        }
        uint32_t count = klv_document_count(doc, errors);
        if (count > 1) {
            snprintf(more, sizeof more, " and %u more", (unsigned)count - 1);
        }
        klv_fail(&request->error, kind, "the service answered %d: %s%s%s%s%s", status, text,
                 place[0] ? " (at " : "", place, place[0] ? ")" : "", more);
    }
    request->error.status = status;
}

/* Makes the document out of the body. False: the body is not JSON (`why` says where); the body
 * stays as it is. */
static bool read_body(klv_request *request, klv_document_error *why) {
    klv_document_limits limits = {.max_depth = (uint32_t)request->client->max_depth};
    klv_buffer *answer = &request->answer;
    if (!klv_buffer_reserve(answer, answer->length)) {
        *why = (klv_document_error){.code = KLV_DOCUMENT_MEMORY};
        return false;
    }
    size_t length = answer->length;
    request->document = klv_document_new(answer, request->client->pool, &limits, why);
    answer->length = length; /* still told by the response event */
    return request->document != NULL;
}

/* Why a body became no document. */
static void name_unread(klv_request *request, const klv_document_error *why) {
    klv_error *error = &request->error;
    switch (why->code) {
    case KLV_DOCUMENT_MEMORY:
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        break;
    case KLV_DOCUMENT_DEPTH:
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "the answer (%d) is nested deeper than %zu levels (max_depth)", request->status,
                 request->client->max_depth);
        break;
    default:
        klv_fail(error, why->code == KLV_DOCUMENT_TOO_LARGE ? KLV_ERROR_TOO_LARGE : KLV_ERROR_JSON,
                 "the answer (%d) is not valid JSON: %s", request->status, why->message);
    }
}

static void read_success(klv_request *request) {
    klv_document_error why = {0};
    klv_error *error = &request->error;
    if (request->raw || request->answer.length == 0) {
        return;
    }
    if (!request->head.json && request->head.has_content_type) {
        klv_fail(error, KLV_ERROR_CONTENT_TYPE,
                 "the answer (%d) is %.80s and not JSON: something else than the API is answering "
                 "at %.80s",
                 request->status, request->head.content_type, request->client->base.origin);
    } else if (!read_body(request, &why)) {
        name_unread(request, &why);
    }
    error->status = error->kind ? request->status : 0;
}

static void read_refusals(klv_request *request, CURLcode code) {
    const klv_client *client = request->client;
    klv_error *error = &request->error;
    if (request->no_memory) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    } else if (request->head_refused) {
        klv_fail(error, KLV_ERROR_TOO_LARGE, "the head of the answer is over %zu bytes (max_head)",
                 client->max_head);
    } else if (request->body_refused) {
        klv_fail(error, KLV_ERROR_TOO_LARGE, "the body of the answer is over %zu bytes (max_body)",
                 client->max_body);
    } else {
        name_failure(request, code);
    }
}

void klv_transfer_read(klv_request *request, CURLcode code) {
    long status = 0;
    if (request->easy) {
        curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
#if !KLV_CURL_HAS_PREREQ
        long sent = 0;
        curl_easy_getinfo(request->easy, CURLINFO_REQUEST_SIZE, &sent);
        request->left = sent > 0;
#endif
    }
    request->status = (int)status;
    request->error = (klv_error){0};
    klv_document_error ignored;
    if (status >= 400) {
        /* a refusal is a refusal, even if its body was cut */
        if (code == CURLE_OK && request->head.json && request->answer.length) {
            /* it goes into the error, and a service may quote what it refuses */
            klv_auth_mask(request->has_token ? &request->token : &request->client->auth,
                          request->answer.data, request->answer.length);
            read_body(request, &ignored);
        }
        describe_status(request);
    } else if (code != CURLE_OK || !request->head.complete || status < 200) {
        read_refusals(request, code == CURLE_OK ? CURLE_RECV_ERROR : code);
    } else if (status >= 300) {
        klv_fail(&request->error, KLV_ERROR_REDIRECT,
                 "the service answered %ld, a redirect, which is not followed: credentials stay at "
                 "%.100s",
                 status, request->client->base.origin);
        request->error.status = (int)status;
    } else {
        read_success(request);
    }
}
