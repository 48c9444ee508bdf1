/* SPDX-License-Identifier: MIT */
#include "issue.h"
#include "curl_compat.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

bool klv_issue_reads_body(const klv_request *request) {
    return !KLV_CURL_HAS_PREREQ && request->not_idempotent && request->body.length;
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

static void choose_connection(const klv_request *request, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, wants_new_connection(request) ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 0L); /* unless on_debug asks for it */
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN,
                     request->not_idempotent ? LONGEST_IDLE_FOR_WRITE : LONGEST_IDLE);
}

static void set_callbacks(klv_request *request, CURL *easy) {
#if KLV_CURL_HAS_PREREQ
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_issue);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
#else
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, request);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, request);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, klv_issue_reads_body(request) ? on_seek : NULL);
#endif
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, request);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, request);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, needs_debug(request) ? 1L : 0L);
}

void klv_issue_begin(klv_request *request, CURL *easy) {
    request->stream_refused = request->issued_enough = false;
    request->body_read = 0;
    request->stream = 0;
    set_callbacks(request, easy);
    choose_connection(request, easy);
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

void klv_issue_end(klv_request *request, CURLcode code, long status) {
#if !KLV_CURL_HAS_PREREQ
    /* a part may have left before the one that failed, and on_debug hears of neither */
    request->may_have_arrived = request->may_have_arrived || code == CURLE_SEND_ERROR ||
                                code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
#else
    (void)code;
#endif
    learn_protocol(request, status);
}
