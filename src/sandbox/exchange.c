/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "auth.h"
#include "call.h"
#include "control.h"
#include "page.h"
#include "player.h"
#include "server_private.h"

#define CONTROL_PREFIX "/_sandbox/"

static const char *header(sbx_exchange *exchange, const char *name) {
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result note_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    (void)kind;
    char masked[64];
    if (!strcasecmp(name, "Authorization") || !strcasecmp(name, "Proxy-Authorization") ||
        !strcasecmp(name, "Cookie")) {
        sbx_auth_mask(value ? value : "", masked, sizeof masked);
        value = masked;
    }
    sbx_json_item(context);
    sbx_json_string(context, name, strlen(name));
    sbx_text_puts(context, ":");
    sbx_json_string(context, value ? value : "", value ? strlen(value) : 0);
    return MHD_YES;
}

/* Notes the request in the log, with what became of it. */
static void note(sbx_exchange *exchange, int status) {
    sbx_box *box = exchange->server->box;
    sbx_text headers = {0};
    sbx_json_open(&headers, NULL, '{');
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_header, &headers);
    sbx_text_puts(&headers, "}");
    sbx_journal_line line = {.method = exchange->method,
                             .path = exchange->uri,
                             .query = exchange->query,
                             .headers = headers.failed ? "{}" : headers.data,
                             .body = exchange->body.data,
                             .body_size = exchange->body.size,
                             .status = status,
                             .fault = exchange->fault ? exchange->fault->text : NULL};
    pthread_mutex_lock(&box->lock);
    line.at = sbx_clock_now(&box->clock);
    sbx_journal_add(&box->journal, &line);
    pthread_mutex_unlock(&box->lock);
    sbx_text_free(&headers);
}

static void too_large(sbx_exchange *exchange) {
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
        pthread_mutex_lock(&box->lock);
        sbx_box_stamp(box, &exchange->answer);
        pthread_mutex_unlock(&box->lock);
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
    exchange->done = true;
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
    if (exchange->too_large)
        MHD_add_response_header(response, "Connection", "close");
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

/* What a fault that bends HTTP sends, or just its wait. */
static sbx_play make_play(sbx_exchange *exchange) {
    const sbx_fault *fault = exchange->fault;
    sbx_play play = {.fd = -1, .latency = fault->latency, .done = player_done, .context = exchange};
    if (!exchange->raw)
        return play;
    play.fd = exchange->fd;
    play.cuts = fault->cuts;
    play.cut = fault->cut;
    play.resets = fault->resets;
    play.drip = fault->drip;
    play.filler = fault->body == SBX_FAULT_HUGE ? fault->size : 0;
    sbx_fault_compose(fault, &exchange->answer,
                      MHD_get_reason_phrase_for((unsigned)exchange->answer.status), &play.bytes);
    return play;
}

static enum MHD_Result hand_over(sbx_exchange *exchange) {
    sbx_play play = make_play(exchange);
    if (play.bytes.failed) {
        sbx_text_free(&play.bytes);
        return MHD_NO;
    }
    exchange->phase = SBX_WAITING;
    MHD_suspend_connection(exchange->connection);
    if (sbx_player_start(&exchange->server->stage, &play))
        return MHD_YES;
    sbx_text_free(&play.bytes);
    exchange->phase = SBX_PLAYED;
    MHD_resume_connection(exchange->connection);
    return MHD_YES;
}

/* A fault was asked for: the effect first where it has one, then the answer as it says. */
static enum MHD_Result answer_badly(sbx_exchange *exchange) {
    sbx_box *box = exchange->server->box;
    const sbx_fault *fault = exchange->fault;
    exchange->raw = sbx_fault_is_raw(fault);
    bool own = !fault->status && fault->body == SBX_FAULT_OWN;
    if (fault->effect && (!own || exchange->raw))
        carry_out(exchange);
    if (!own || exchange->raw) {
        if (!exchange->done) {
            pthread_mutex_lock(&box->lock);
            sbx_box_stamp(box, &exchange->answer);
            pthread_mutex_unlock(&box->lock);
        }
        sbx_fault_apply(fault, &exchange->answer);
        exchange->done = true;
    }
    if (exchange->done)
        note(exchange, fault->cuts && !fault->cut ? 0 : exchange->answer.status);
    return exchange->raw || fault->latency ? hand_over(exchange) : respond(exchange);
}

enum MHD_Result sbx_exchange_answer(sbx_exchange *exchange) {
    sbx_box *box = exchange->server->box;
    if (exchange->phase == SBX_PLAYED)
        return MHD_NO;
    if (exchange->phase == SBX_READING && is_api(exchange)) {
        pthread_mutex_lock(&box->lock);
        exchange->fault = sbx_faults_take(&box->faults, exchange->method, exchange->uri);
        pthread_mutex_unlock(&box->lock);
        if (exchange->fault)
            return answer_badly(exchange);
    }
    if (!exchange->done) {
        carry_out(exchange);
        if (is_api(exchange))
            note(exchange, exchange->answer.status);
    }
    return respond(exchange);
}
