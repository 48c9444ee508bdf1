/* SPDX-License-Identifier: MIT */
#include "result.h"
#include "conceal.h"
#include "curl_compat.h"
#include "issue.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* An error document of more bytes is not read. */
#define LONGEST_ERROR ((size_t)1 << 20)

void klv_result_read(klv_request *request, CURLcode code) {
    long status = 0;
    if (request->easy) {
        curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
        klv_issue_end(request, code, status);
        request->proxy_status = proxy_status_of(request, status);
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
