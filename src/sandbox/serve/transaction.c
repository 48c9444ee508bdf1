/* SPDX-License-Identifier: MIT */
#include "serve/transaction.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "state/auth.h"
#include "resources/call.h"
#include "control/control.h"
#include "serve/web_page.h"
#include "serve/fault_player.h"
#include "serve/server_private.h"

#define CONTROL_PREFIX "/_sandbox/"

static const char *header(sbx_exchange *exchange, const char *name) {
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* "name" NUL "value" NUL, secrets masked: the log makes JSON of it when somebody asks. */
static enum MHD_Result note_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    (void)kind;
    char masked[64];
    if (!strcasecmp(name, "Authorization") || !strcasecmp(name, "Proxy-Authorization") ||
        !strcasecmp(name, "Cookie")) {
        sbx_auth_mask(value ? value : "", masked, sizeof masked);
        value = masked;
    }
    sbx_text_add(context, name, strlen(name) + 1);
    sbx_text_add(context, value ? value : "", value ? strlen(value) + 1 : 1);
    return MHD_YES;
}

/* Notes the request in the log, with what became of it. */
static void note(sbx_exchange *exchange, int status) {
    sbx_box *box = exchange->server->box;
    sbx_text headers = {0};
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_header, &headers);
    sbx_journal_line line = {.method = exchange->method,
                             .path = exchange->uri,
                             .query = exchange->query,
                             .headers = headers.data,
                             .headers_size = headers.failed ? 0 : headers.size,
                             .body = exchange->body.data,
                             .body_size = exchange->body.size,
                             .status = status,
                             .revision = header(exchange, "revision"),
                             .fault = exchange->fault ? exchange->fault->text : NULL};
    pthread_mutex_lock(&box->lock);
    line.at = sbx_clock_now(&box->clock);
    sbx_journal_add(&box->journal, &line);
    pthread_mutex_unlock(&box->lock);
    sbx_text_free(&headers);
}

static void stamp(sbx_exchange *exchange) {
    sbx_box *box = exchange->server->box;
    pthread_mutex_lock(&box->lock);
    sbx_box_stamp(box, &exchange->answer);
    pthread_mutex_unlock(&box->lock);
}

static void too_large(sbx_exchange *exchange) {
    stamp(exchange);
    sbx_answer_error(&exchange->answer, 413, "payload_too_large", "Payload too large.",
                     "The body has more than 8 MB.");
}

/* Carries the request out. */
static void carry_out(sbx_exchange *exchange) {
    sbx_box *box = exchange->server->box;
    if (exchange->too_large) {
        too_large(exchange);
    } else if (!strncmp(exchange->uri, CONTROL_PREFIX, strlen(CONTROL_PREFIX))) {
        sbx_control_request(box, exchange->method, exchange->uri + strlen(CONTROL_PREFIX),
                            exchange->body.data, exchange->body.size, &exchange->answer);
    } else if (!strcmp(exchange->uri, "/") && !strcmp(exchange->method, "GET")) {
        stamp(exchange);
        exchange->answer.status = 200;
        exchange->answer.content_type = "text/html; charset=utf-8";
        sbx_text_puts(&exchange->answer.body, sbx_page);
    } else {
        sbx_request request = {
            .method = exchange->method,
            .path = exchange->uri,
            .query = exchange->query,
            .body = exchange->body.data,
            .body_size = exchange->body.size,
            .authorization = header(exchange, "Authorization"),
            .revision = header(exchange, "revision"),
            .content_type = header(exchange, "Content-Type"),
            .accept = header(exchange, "Accept"),
            .host = header(exchange, "Host"),
            .forwarded_proto = header(exchange, "X-Forwarded-Proto"),
        };
        sbx_pipeline(box, &request, &exchange->answer);
    }
}

/* Control requests and the page are neither logged nor failed. */
static bool is_api(const sbx_exchange *exchange) {
    return strncmp(exchange->uri, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) &&
           strcmp(exchange->uri, "/");
}

static void put_header(void *context, const char *name, const char *value) {
    MHD_add_response_header(context, name, value);
}

/* Hands the answer to the HTTP library. */
static enum MHD_Result respond(sbx_exchange *exchange) {
    size_t size;
    int status = exchange->answer.status;
    char *body = sbx_text_take(&exchange->answer.body, &size);
    struct MHD_Response *response =
        body ? MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!response) {
        free(body);
        return MHD_NO;
    }
    sbx_answer_headers(&exchange->answer, put_header, response);
    if (exchange->fault)
        sbx_fault_headers(exchange->fault, put_header, response);
    enum MHD_Result result = MHD_queue_response(exchange->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* The last act of a player: the connection goes back to the server's thread. */
static void player_done(void *context) {
    sbx_exchange *exchange = context;
    exchange->phase = exchange->raw ? SBX_PLAYED : SBX_READY;
    MHD_resume_connection(exchange->connection);
}

/* Gives the exchange to a player: to wait, and if it is raw to send the answer. */
static enum MHD_Result hand_over(sbx_exchange *exchange, const sbx_fault *fault, int64_t latency) {
    sbx_play play = {.fd = -1, .latency = latency, .done = player_done, .context = exchange};
    if (exchange->raw) {
        play.fd = exchange->fd;
        play.tls = exchange->tls;
        play.resets = fault->resets;
        play.drains = exchange->too_large;
        play.drip = fault->drip;
        play.filler = fault->huge;
        play.cut = sbx_fault_compose(fault, &exchange->answer,
                                     MHD_get_reason_phrase_for((unsigned)exchange->answer.status),
                                     &play.bytes);
    }
    bool good = !play.bytes.failed;
    if (good) {
        exchange->phase = SBX_WAITING;
        MHD_suspend_connection(exchange->connection);
        if (sbx_player_start(&exchange->server->stage, &play))
            return MHD_YES;
        exchange->phase = SBX_PLAYED;
        MHD_resume_connection(exchange->connection);
    }
    sbx_text_free(&play.bytes);
    return good ? MHD_YES : MHD_NO;
}

/* A fault was asked for: a wait, the effect where it has one, the answer as it says, a wait. */
static enum MHD_Result answer_badly(sbx_exchange *exchange) {
    const sbx_fault *fault = exchange->fault;
    if (fault->latency && !exchange->waited) {
        exchange->waited = true;
        return hand_over(exchange, fault, fault->latency);
    }
    if (fault->acted)
        carry_out(exchange);
    else
        stamp(exchange);
    exchange->done = true;
    sbx_fault_apply(fault, &exchange->answer);
    exchange->raw = sbx_fault_is_raw(fault);
    bool silent = fault->cuts && !fault->cuts_body && !fault->cut;
    note(exchange, silent ? 0 : exchange->answer.status);
    return exchange->raw || fault->late ? hand_over(exchange, fault, fault->late)
                                        : respond(exchange);
}

enum MHD_Result sbx_exchange_refuse(sbx_exchange *exchange) {
    static const sbx_fault nothing = {0};
    exchange->too_large = true;
    exchange->raw = true;
    carry_out(exchange);
    exchange->done = true;
    note(exchange, exchange->answer.status);
    return hand_over(exchange, &nothing, 0);
}

enum MHD_Result sbx_exchange_answer(sbx_exchange *exchange) {
    sbx_box *box = exchange->server->box;
    /* a wait that was cut short by the end of the server is no reason to act */
    if (exchange->phase == SBX_PLAYED ||
        (exchange->phase == SBX_READY && sbx_stage_stopping(&exchange->server->stage)))
        return MHD_NO;
    if (exchange->phase == SBX_READING && is_api(exchange)) {
        pthread_mutex_lock(&box->lock);
        exchange->fault = sbx_faults_take(&box->faults, exchange->method, exchange->uri);
        pthread_mutex_unlock(&box->lock);
    }
    if (exchange->done)
        return respond(exchange);
    if (exchange->fault)
        return answer_badly(exchange);
    carry_out(exchange);
    if (is_api(exchange))
        note(exchange, exchange->answer.status);
    return respond(exchange);
}
