/* SPDX-License-Identifier: MIT */
#include "transfer.h"
#include "conceal.h"
#include "curl_compat.h"
#include "easy.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
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

/*
 * libcurl sends some requests again by itself: when a reused connection breaks without a response,
 * and when an HTTP/2 server refuses the stream (RST_STREAM with REFUSED_STREAM). After the first,
 * the service may have acted. After the second it has not (RFC 9113 8.7), and libcurl says so in
 * its debug text: always from 8.20 on, before that only if the connection was not reused. The
 * resend of a request that is not idempotent is stopped in both cases, and the attempt counts as
 * unprocessed if that text came. The next attempt is then ours, with its delay, its place in the
 * rate limit and its event.
 *
 * A GOAWAY whose last stream is an earlier one proves the same (RFC 9113 6.8); that too is in the
 * debug text alone, and only in that of the request which happened to read it. So a request that is
 * not idempotent shares no HTTP/2 connection with others, see wants_new_connection. The texts are
 * those of libcurl 7.88 and of 8; one that is not known proves nothing. They are compared from
 * their beginning, because others quote what a request holds.
 */
static void read_debug_text(klv_request *request, const char *text) {
    unsigned number = 0;
    int read = 0;
    if (sscanf(text, "Using Stream ID: %u", &number) == 1 ||
        sscanf(text, "[HTTP/2] [%u] OPENED stream", &number) == 1) {
        request->stream = number;
    } else if (sscanf(text, "recveived GOAWAY, error=%*u, last_stream=%u", &number) == 1 ||
               sscanf(text, "received GOAWAY, error=%*u, last_stream=%u", &number) == 1) {
        request->stream_refused = request->stream_refused || number < request->stream;
    } else if (strncmp(text, "REFUSED_STREAM, retrying", 24) == 0 ||
               (sscanf(text, "HTTP/2 stream %u refused by server%n", &number, &read) == 1 && read &&
                number == request->stream)) {
        request->stream_refused = true;
    }
}

static int port_of(curl_socket_t fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } own = {0};
    socklen_t size = sizeof own;
    if (getsockname(fd, &own.any, &size) != 0) {
        return -1;
    }
    return own.any.sa_family == AF_INET    ? ntohs(own.v4.sin_port)
           : own.any.sa_family == AF_INET6 ? ntohs(own.v6.sin6_port)
                                           : -1;
}

/* Called for each socket that libcurl opens: notes it, for has_ended. Nothing tells when it is
 * closed; its number then fits no port, or that of another socket. */
static int on_open(void *data, curl_socket_t fd, curlsocktype purpose) {
    klv_request *request = data;
    klv_client *client = request->client;
    (void)purpose;
    for (size_t i = 0; i < client->opened_count; i++) {
        if (client->opened[i] == fd) {
            return CURL_SOCKOPT_OK;
        }
    }
    if (client->opened_count == client->opened_capacity) {
        size_t capacity = client->opened_capacity ? client->opened_capacity * 2 : 8;
        int *opened = realloc(client->opened, capacity * sizeof *opened);
        if (!opened) {
            request->stopped = KLV_STOP_MEMORY;
            return CURL_SOCKOPT_ERROR;
        }
        client->opened = opened;
        client->opened_capacity = capacity;
    }
    client->opened[client->opened_count++] = fd;
    return CURL_SOCKOPT_OK;
}

/* Whether a socket has been closed by the server, or holds bytes. */
static bool is_readable(curl_socket_t fd, bool *holds_bytes) {
    char byte;
    ssize_t length = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    *holds_bytes = length > 0;
    return length >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/*
 * Whether the kept connection that libcurl has chosen is at its end: the server has closed it, or
 * has said something that nobody asked for, which would pass for the response. Not all versions of
 * libcurl see the second, and from 8.22 on it looks at none that was used within the last second.
 */
static bool has_ended(const klv_request *request, int local_port) {
    const klv_client *client = request->client;
    long made = 1;
    curl_easy_getinfo(request->easy, CURLINFO_NUM_CONNECTS, &made);
    for (size_t i = 0; !made && i < client->opened_count; i++) {
        bool holds_bytes = false;
        if (port_of(client->opened[i]) == local_port &&
            is_readable(client->opened[i], &holds_bytes) &&
            (client->is_http1 || !holds_bytes)) { /* in HTTP/2 a server may speak at any time */
            return true;
        }
    }
    return false;
}

/* The request is about to be issued on a connection. What libcurl issues again by itself counts as
 * an attempt. False: that is one too many. */
static bool count_issue(klv_request *request) {
    if (request->may_have_arrived) {
        if (request->not_idempotent || request->attempt >= request->max_attempts) {
            return false;
        }
        request->attempt++;
        if (!request->safe && request->outcome < KLV_OUTCOME_UNKNOWN) {
            request->outcome = KLV_OUTCOME_UNKNOWN; /* the first one may have had its effect */
        }
    }
    return true;
}

#if KLV_CURL_HAS_PREREQ
static int on_issue(void *data, char *remote_ip, char *local_ip, int remote_port, int local_port) {
    klv_request *request = data;
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    if (request->not_idempotent && !request->may_have_arrived && has_ended(request, local_port)) {
        request->connection_ended = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (!count_issue(request)) {
        return CURL_PREREQFUNC_ABORT;
    }
    request->may_have_arrived = true;
    return CURL_PREREQFUNC_OK;
}
#else
/* The debug callback gets the header section as soon as libcurl has handed a part of it to the
 * system; a tunnel through a proxy too, which is not the request. */
static void read_debug_header(klv_request *request, const char *bytes, size_t size) {
    bool tunnel = size >= 8 && strncmp(bytes, "CONNECT ", 8) == 0;
    request->may_have_arrived = request->may_have_arrived || !tunnel;
}

/* libcurl calls it between two steps of a transfer, so also before it issues a request again. */
static int on_progress(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up) {
    const klv_request *request = data;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return request->issued_enough;
}

/* What libcurl cannot issue twice is a body that it cannot read a second time. It reads it after
 * the header section, which without the announced body is no request. */
static size_t on_read(char *out, size_t size, size_t count, void *data) {
    klv_request *request = data;
    long port = 0;
    if (!request->body_read &&
        curl_easy_getinfo(request->easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK &&
        has_ended(request, (int)port)) {
        request->connection_ended = true;
        request->may_have_arrived = false;
        return CURL_READFUNC_ABORT;
    }
    size_t rest = request->body.length - request->body_read;
    size_t length = size * count < rest ? size * count : rest;
    memcpy(out, request->body.data + request->body_read, length);
    request->body_read += length;
    return length;
}

static int on_seek(void *data, curl_off_t offset, int origin) {
    (void)data;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}
#endif

static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t size, void *data) {
    klv_request *request = data;
    (void)easy;
#if !KLV_CURL_HAS_PREREQ
    if (type == CURLINFO_HEADER_OUT) {
        read_debug_header(request, bytes, size);
    } else if (type == CURLINFO_TEXT && size >= 25 &&
               strncmp(bytes, "Connection died, retrying", 25) == 0) {
        request->issued_enough = request->issued_enough || !count_issue(request);
    } else if (type == CURLINFO_TEXT && KLV_CURL_KEEPS_ENDED && size >= 23 &&
               strncmp(bytes, "Empty reply from server", 23) == 0) {
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L); /* libcurl looks at it next */
    }
#endif
    if (type == CURLINFO_TEXT && request->not_idempotent) {
        char text[128];
        snprintf(text, sizeof text, "%.*s", (int)(size < sizeof text ? size : sizeof text - 1),
                 bytes);
        read_debug_text(request, text);
    }
    return 0;
}

/* Whether libcurl must tell on_debug of this request. */
static bool needs_debug(const klv_request *request) {
    return request->not_idempotent || !KLV_CURL_HAS_PREREQ;
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

/* Whether the body comes from on_read. */
static bool reads_body(const klv_request *request) {
    return !KLV_CURL_HAS_PREREQ && request->not_idempotent && request->body.length;
}

static void set_method(const klv_request *request, CURL *easy) {
    bool post = strcmp(request->method, "POST") == 0;
    curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
    if (request->body.data || post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                         reads_body(request)  ? NULL
                         : request->body.data ? request->body.data
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

static bool shares_with_write(const klv_client *client) {
    for (const klv_link *link = client->sending.first; link; link = link->next) {
        if (((const klv_request *)link)->not_idempotent) {
            return true;
        }
    }
    return false;
}

/*
 * Whether a kept connection is not to be used. A request that is not idempotent may use one:
 * libcurl cannot send it twice (on_issue, on_read), it does not use one that is at its end
 * (has_ended), and one that breaks later leaves the outcome unknown, as a new one would. In HTTP/2
 * it shares none with others: what proves that the server has not processed it reaches one of them
 * alone.
 */
static bool wants_new_connection(const klv_request *request) {
    const klv_client *client = request->client;
    bool may_repeat = !KLV_CURL_HAS_PREREQ && request->not_idempotent && !request->body.length;
    if (request->connection_ended || may_repeat) {
        return true;
    }
    return !client->is_http1 && client->sending.count &&
           (request->not_idempotent || shares_with_write(client));
}

/* Servers close idle connections, after 5 seconds or more. A request that is not idempotent does
 * not risk to meet that: it uses none that was idle for longer than this, in seconds (or less than
 * one more: libcurl counts whole ones). */
#define LONGEST_IDLE_FOR_WRITE 2L
#define LONGEST_IDLE           118L /* libcurl's default */

static void set_connection(const klv_request *request, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, wants_new_connection(request) ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 0L); /* unless on_debug asks for it */
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN,
                     request->not_idempotent ? LONGEST_IDLE_FOR_WRITE : LONGEST_IDLE);
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
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, request);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, request);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, reads_body(request) ? on_seek : NULL);
#endif
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, request);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, request);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, needs_debug(request) ? 1L : 0L);
}

static bool start(klv_request *request, klv_time now) {
    klv_client *client = request->client;
    request->may_have_arrived = request->error_document = false;
    request->stream_refused = request->issued_enough = false;
    request->body_read = 0;
    request->stream = 0;
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
    set_connection(request, easy);
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

/* The result of a transfer. */

static klv_error_kind kind_of(CURLcode code) {
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return KLV_ERROR_MEMORY;
    case CURLE_COULDNT_RESOLVE_HOST:
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

/* The proxy refused the connection, or there was none to it. */
static void name_proxy_failure(klv_request *request, CURLcode code) {
    const klv_client *client = request->client;
    const klv_proxy *proxy = &client->proxy_place;
    klv_error *error = &request->error;
    int status = request->proxy_status;
    if (status == 407) {
        klv_fail(error, KLV_ERROR_PROXY,
                 "the proxy %.180s (%s) answered 407: it wants other credentials, as in "
                 "http://name:password@host:port",
                 proxy->name, proxy->source);
    } else if (status) {
        klv_fail(error, KLV_ERROR_PROXY,
                 "the proxy %.180s (%s) answered %d when it was asked to connect to %.100s",
                 proxy->name, proxy->source, status, client->base.origin);
    } else if (code == CURLE_COULDNT_CONNECT) {
        klv_fail(error, KLV_ERROR_PROXY, "nothing accepts connections at the proxy %.180s (%s)",
                 proxy->name, proxy->source);
    } else if (code == CURLE_COULDNT_RESOLVE_PROXY) {
        klv_fail(error, KLV_ERROR_PROXY,
                 "the proxy %.180s (%s) has no address (is its name right, is there a network?)",
                 proxy->name, proxy->source);
    } else {
        klv_fail(error, KLV_ERROR_PROXY, "the proxy %.180s (%s) did not connect to %.100s",
                 proxy->name, proxy->source, client->base.origin);
    }
}

/* Whether a failed attempt did not come past the proxy. */
static bool failed_at_proxy(const klv_request *request, CURLcode code) {
    return request->proxy_status || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY ||
           (!request->may_have_arrived &&
            ((code == CURLE_COULDNT_CONNECT && klv_compat_uses_proxy(request->easy)) ||
             klv_proxy_blamed(&request->client->proxy_place, request->detail)));
}

static void name_failure(klv_request *request, CURLcode code) {
    const char *origin = request->client->base.origin;
    const klv_proxy *proxy = &request->client->proxy_place;
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
        if (request->may_have_arrived && !whole_time) {
            klv_fail(error, KLV_ERROR_STALLED,
                     "%.120s sent less than 64 bytes a second for too long (%zu bytes in %.1f s)",
                     origin, request->response_body.length, seconds);
        } else {
            bool connected = request->status || request->may_have_arrived;
            bool through_proxy = !connected && proxy->name[0]; /* or no_proxy excepts it */
            klv_fail(error, kind, "no %s from %.120s within %.1f s%s%s%s",
                     request->status ? "complete response"
                     : connected     ? "response"
                                     : "connection",
                     origin, seconds, through_proxy ? ", with the proxy " : "",
                     through_proxy ? proxy->name : "", through_proxy ? " set" : "");
        }
        break;
    case KLV_ERROR_DISCONNECTED:
        klv_fail(error, kind, "%.120s %s", origin,
                 request->stream_refused ? "refused the request unprocessed (HTTP/2)"
                 : request->status       ? "cut the connection in the middle of its response"
                                         : "cut the connection before it responded");
        break;
    default:
        klv_fail(error, kind, "%.100s did not respond in HTTP: %.80s", origin,
                 curl_easy_strerror(code));
    }
}

/* Copies the string at a path, shortened to `size` and made printable; "" if it is no string. */
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
                 request->header_section.has_content_type ? " with " : " without a body",
                 request->header_section.has_content_type ? request->header_section.content_type
                                                          : "",
                 doc ? " that contains no error" : "");
    } else {
        char text[160], where[128], more[32] = "";
        copy_text(doc, errors, "1.detail", text, sizeof text);
        if (!text[0]) {
            copy_text(doc, errors, "1.title", text, sizeof text);
        }
        copy_text(doc, errors, "1.source.pointer", where, sizeof where);
        if (!where[0]) {
            copy_text(doc, errors, "1.source.parameter", where, sizeof where);
        }
        uint32_t count = klv_document_count(doc, errors);
        if (count > 1) {
            snprintf(more, sizeof more, " and %u more", (unsigned)count - 1);
        }
        klv_fail(&request->error, kind, "the service answered %d: %s%s%s%s%s", status, text,
                 where[0] ? " (at " : "", where, where[0] ? ")" : "", more);
    }
    request->error.status = status;
}

/* Whether the body is a JSON:API error document ("Errors"): a list of objects, the first of which
 * says something. A gateway may answer in JSON too, but not in this form. */
static bool is_error_document(const klv_document *doc) {
    static const char *const members[] = {"detail", "title", "code", "status", "id"};
    uint32_t first = doc ? klv_document_find(doc, 0, "errors.1", 8) : KLV_DOCUMENT_NONE;
    if (first == KLV_DOCUMENT_NONE || klv_document_find(doc, 0, "data", 4) != KLV_DOCUMENT_NONE) {
        return false;
    }
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        uint32_t node = klv_document_find(doc, first, members[i], strlen(members[i]));
        if (node != KLV_DOCUMENT_NONE && klv_document_string(doc, node).data) {
            return true;
        }
    }
    return false;
}

/* Parses the body into the document. False: the body is not JSON (`why` says where), and stays as
 * it is. */
static bool read_body(klv_request *request, klv_document_error *why) {
    klv_document_limits limits = {.max_depth = (uint32_t)request->client->max_depth};
    klv_buffer *body = &request->response_body;
    if (!klv_buffer_reserve(body, body->length)) {
        *why = (klv_document_error){.code = KLV_DOCUMENT_MEMORY};
        return false;
    }
    size_t length = body->length;
    request->document = klv_document_new(body, request->client->pool, &limits, why);
    body->length = length; /* for the response event */
    return request->document != NULL;
}

/* Sets the error of a body that could not be parsed. */
static void fail_body(klv_request *request, const klv_document_error *why) {
    klv_error *error = &request->error;
    switch (why->code) {
    case KLV_DOCUMENT_MEMORY:
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        break;
    case KLV_DOCUMENT_DEPTH:
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "the response (%d) is nested deeper than %zu levels (max_depth)", request->status,
                 request->client->max_depth);
        break;
    default:
        klv_fail(error, why->code == KLV_DOCUMENT_TOO_LARGE ? KLV_ERROR_TOO_LARGE : KLV_ERROR_JSON,
                 "the response (%d) is not valid JSON: %s", request->status, why->message);
    }
}

static void read_success(klv_request *request) {
    klv_document_error why = {0};
    klv_error *error = &request->error;
    if (request->raw || request->response_body.length == 0) {
        return;
    }
    if (!request->header_section.json && request->header_section.has_content_type) {
        klv_fail(error, KLV_ERROR_CONTENT_TYPE,
                 "the response (%d) is %.80s and not JSON: something other than the API answered "
                 "at %.80s",
                 request->status, request->header_section.content_type,
                 request->client->base.origin);
    } else if (!read_body(request, &why)) {
        fail_body(request, &why);
    }
    error->status = error->kind ? request->status : 0;
}

/* libcurl refuses a header line of more than 100 kB by itself, as if it had no memory; since 8.6.0
 * with a code of its own. */
static bool is_line_too_long(const klv_request *request, CURLcode code) {
    return code == KLV_CURL_TOO_LARGE ||
           (code == CURLE_OUT_OF_MEMORY && !request->stopped && request->may_have_arrived &&
            !request->header_section.complete);
}

/* Why the response was not read to its end. False: it is not for a reason of ours. */
static bool name_stop(klv_request *request, CURLcode code) {
    const klv_client *client = request->client;
    klv_error *error = &request->error;
    switch (request->stopped) {
    case KLV_STOP_MEMORY:
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        break;
    case KLV_STOP_HEADER_SECTION:
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "the header section of the response is over %zu bytes (max_head)",
                 client->max_header_section);
        break;
    case KLV_STOP_BODY:
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "the body of the response is over %zu bytes (max_body)", client->max_body);
        break;
    case KLV_STOP_EXPANDS:
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "the body of the response is over %d times as long as it came compressed",
                 KLV_CODING_RATIO);
        break;
    case KLV_STOP_DAMAGED:
        klv_fail(error, KLV_ERROR_PROTOCOL, "the compressed body (%s) of the response is damaged",
                 request->header_section.coding_name);
        break;
    case KLV_STOP_CUT:
        klv_fail(error, KLV_ERROR_DISCONNECTED,
                 "the compressed body (%s) of the response ends too early",
                 request->header_section.coding_name);
        break;
    case KLV_STOP_CODING:
        klv_fail(error, KLV_ERROR_PROTOCOL,
                 "the body of the response is encoded as %s, which was not asked for (gzip and "
                 "deflate were)",
                 request->header_section.coding_name);
        break;
    case KLV_STOP_NONE:
        if (!is_line_too_long(request, code)) {
            return false;
        }
        klv_fail(error, KLV_ERROR_TOO_LARGE,
                 "a line in the header section of the response is over 100 kB (max_head)");
    }
    return true;
}

static void read_failure(klv_request *request, CURLcode code) {
    if (failed_at_proxy(request, code)) {
        name_proxy_failure(request, code);
    } else if (!name_stop(request, code)) {
        name_failure(request, code);
    }
}

/* The status with which the proxy itself refused the request: a tunnel for https; with plain http,
 * only 407 is certain to be the proxy's. 0: it did not. */
static int proxy_status_of(const klv_request *request, long status) {
    long answered = 0;
    curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &answered);
    return answered >= 300 ? (int)answered : status == 407 && request->client->names_urls ? 407 : 0;
}

/* Over TLS the server chooses; otherwise libcurl speaks HTTP/1.1. */
static void learn_protocol(const klv_request *request, long status) {
    long version = 0;
    klv_client *client = request->client;
    if (status && client->base.tls &&
        curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version) == CURLE_OK) {
        client->is_http1 = version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
    }
}

/* An error document of more bytes is not read. */
#define LONGEST_ERROR ((size_t)1 << 20)

void klv_transfer_read(klv_request *request, CURLcode code) {
    long status = 0;
    if (request->easy) {
        curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
#if !KLV_CURL_HAS_PREREQ
        /* a part may have left before the one that failed, and on_debug hears of neither */
        request->may_have_arrived = request->may_have_arrived || code == CURLE_SEND_ERROR ||
                                    code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
#endif
        request->proxy_status = proxy_status_of(request, status);
        learn_protocol(request, status);
    }
    if (request->proxy_status) {
        request->may_have_arrived = false;
        status = 0;
    }
    if (request->stream_refused && !status) {
        request->may_have_arrived = false;
    }
    request->status = (int)status;
    request->error = (klv_error){0};
    if (code == CURLE_OK && request->decoder && !klv_decoder_may_end(request->decoder)) {
        request->stopped = KLV_STOP_CUT;
        code = CURLE_PARTIAL_FILE;
    }
    klv_document_error ignored;
    if (status >= 400) {
        /* the status tells, even if the body was cut off */
        size_t length = request->response_body.length;
        if (code == CURLE_OK && request->header_section.json && length && length <= LONGEST_ERROR) {
            /* it becomes part of the error, and a service may quote the credential */
            klv_conceal(request, request->response_body.data, length);
            read_body(request, &ignored);
            request->error_document = is_error_document(request->document);
        }
        describe_status(request);
    } else if (code != CURLE_OK || !request->header_section.complete || status < 200) {
        read_failure(request, code == CURLE_OK ? CURLE_RECV_ERROR : code);
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
