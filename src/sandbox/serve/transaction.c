/* SPDX-License-Identifier: MIT */
#include "serve/transaction.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/normalise.h"
#include "control/control.h"
#include "serve/access.h"
#include "serve/fault_player.h"
#include "serve/late.h"
#include "serve/other_writers.h"
#include "serve/pipeline.h"
#include "serve/web_page.h"
#include "state/auth.h"

#define CONTROL_PREFIX "/_sandbox/"

static const char *header(sbx_transaction *transaction, const char *name) {
    return MHD_lookup_connection_value(transaction->connection, MHD_HEADER_KIND, name);
}

/* Appends "name" NUL "value" NUL, with secrets masked; the journal makes JSON of it when it is
 * read. */
static enum MHD_Result record_header(void *context, enum MHD_ValueKind kind, const char *name,
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

/* Adds the request to the journal, with the status of its response. */
static void record(sbx_transaction *transaction, int status) {
    sbx_instance *instance = transaction->instance;
    sbx_text headers = {0};
    MHD_get_connection_values(transaction->connection, MHD_HEADER_KIND, record_header, &headers);
    sbx_journal_line line = {.method = transaction->method,
                             .path = transaction->path,
                             .query = transaction->query,
                             .headers = headers.data,
                             .headers_size = headers.failed ? 0 : headers.size,
                             .body = transaction->body.data,
                             .body_size = transaction->body.size,
                             .status = status,
                             .revision = header(transaction, "revision"),
                             .fault = transaction->fault ? transaction->fault->text : NULL};
    pthread_mutex_lock(&instance->lock);
    line.at = sbx_clock_now(&instance->clock);
    sbx_journal_add(&instance->journal, &line);
    pthread_mutex_unlock(&instance->lock);
    sbx_text_free(&headers);
}

static void stamp(sbx_transaction *transaction) {
    sbx_instance *instance = transaction->instance;
    pthread_mutex_lock(&instance->lock);
    sbx_instance_stamp(instance, &transaction->response);
    pthread_mutex_unlock(&instance->lock);
}

static void too_large(sbx_transaction *transaction) {
    stamp(transaction);
    sbx_response_error(&transaction->response, 413, "payload_too_large", "Payload too large.",
                       "The body has more than 8 MB.");
}

static sbx_request request_of(sbx_transaction *transaction) {
    const sbx_fault *fault = transaction->fault;
    const sbx_text *body =
        transaction->normalised.size ? &transaction->normalised : &transaction->body;
    return (sbx_request){
        .method = transaction->method,
        .path = transaction->path,
        .query = transaction->query,
        .body = body->data,
        .body_size = body->size,
        .authorization = header(transaction, "Authorization"),
        .revision = header(transaction, "revision"),
        .content_type = header(transaction, "Content-Type"),
        .accept = header(transaction, "Accept"),
        .host = header(transaction, "Host"),
        .forwarded_proto = header(transaction, "X-Forwarded-Proto"),
        .lag = fault ? fault->lag : 0,
        .lag_by_id = fault ? fault->lag_by_id : 0,
    };
}

static bool is_control(const sbx_transaction *transaction) {
    return !strncmp(transaction->path, CONTROL_PREFIX, strlen(CONTROL_PREFIX));
}

/* Executes the request and fills the response. */
static void execute(sbx_transaction *transaction) {
    sbx_instance *instance = transaction->instance;
    if (transaction->too_large) {
        too_large(transaction);
    } else if (is_control(transaction)) {
        sbx_control_request(instance, transaction->method,
                            transaction->path + strlen(CONTROL_PREFIX), transaction->body.data,
                            transaction->body.size, &transaction->response);
    } else if (!strcmp(transaction->path, "/") && !strcmp(transaction->method, "GET")) {
        stamp(transaction);
        transaction->response.status = 200;
        transaction->response.content_type = "text/html; charset=utf-8";
        sbx_text_puts(&transaction->response.body, sbx_web_page);
    } else {
        sbx_request request = request_of(transaction);
        sbx_pipeline(instance, &request, &transaction->response);
    }
}

/* Control requests and the web page are neither recorded nor subject to faults. */
static bool is_api(const sbx_transaction *transaction) {
    return !is_control(transaction) && strcmp(transaction->path, "/");
}

static void put_header(void *context, const char *name, const char *value) {
    MHD_add_response_header(context, name, value);
}

/* Passes the response to the HTTP library. */
static enum MHD_Result respond(sbx_transaction *transaction) {
    size_t size;
    int status = transaction->response.status;
    char *body = sbx_text_take(&transaction->response.body, &size);
    struct MHD_Response *response =
        body ? MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!response) {
        free(body);
        return MHD_NO;
    }
    sbx_response_headers(&transaction->response, put_header, response);
    if (transaction->fault)
        sbx_fault_headers(transaction->fault, put_header, response);
    enum MHD_Result result =
        MHD_queue_response(transaction->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Called by a player at its end: returns the connection to the server's thread. */
static void on_fault_player_done(void *context) {
    sbx_transaction *transaction = context;
    transaction->phase = transaction->raw ? SBX_PLAYED : SBX_READY;
    MHD_resume_connection(transaction->connection);
}

/* Gives the connection to a player: to wait and, for a raw response, to send it. */
static enum MHD_Result give_to_fault_player(sbx_transaction *transaction, const sbx_fault *fault,
                                            int64_t latency) {
    sbx_fault_script script = {
        .fd = -1, .latency = latency, .done = on_fault_player_done, .context = transaction};
    if (transaction->raw) {
        script.fd = transaction->fd;
        script.tls = transaction->tls;
        script.resets = fault->resets;
        script.drains = transaction->too_large;
        script.drip = fault->drip;
        script.filler = fault->huge;
        script.cut = sbx_fault_compose(
            fault, &transaction->response,
            MHD_get_reason_phrase_for((unsigned)transaction->response.status), &script.bytes);
    }
    bool good = !script.bytes.failed;
    if (good) {
        transaction->phase = SBX_WAITING;
        MHD_suspend_connection(transaction->connection);
        if (sbx_fault_player_start(transaction->players, &script))
            return MHD_YES;
        transaction->phase = SBX_PLAYED;
        MHD_resume_connection(transaction->connection);
    }
    sbx_text_free(&script.bytes);
    return good ? MHD_YES : MHD_NO;
}

static void normalise(sbx_transaction *transaction) {
    const sbx_text *body = &transaction->body;
    json_t *json = body->size ? json_loadb(body->data, body->size, 0, NULL) : NULL;
    if (json) {
        sbx_normalise(json, transaction->fault->normalises);
        char *text = json_dumps(json, JSON_COMPACT);
        sbx_text_puts(&transaction->normalised, text ? text : "");
        free(text);
    }
    json_decref(json);
}

/* Starts what the fault does when its request arrives: other writers, and the copy of the request
 * that is executed later. */
static bool begin_fault(sbx_transaction *transaction) {
    const sbx_fault *fault = transaction->fault;
    if (fault->normalises)
        normalise(transaction);
    sbx_request request = request_of(transaction);
    sbx_other_writers(transaction->instance, &request, fault);
    return !fault->process_after || sbx_late_start(transaction->players, transaction->instance,
                                                   &request, fault->process_after);
}

/* Responds with a fault: its latency, the operation (if it is carried out), the response as the
 * fault changes it, its late time. */
static enum MHD_Result respond_with_fault(sbx_transaction *transaction) {
    const sbx_fault *fault = transaction->fault;
    if (!transaction->waited && !begin_fault(transaction))
        return MHD_NO;
    if (fault->latency && !transaction->waited) {
        transaction->waited = true;
        return give_to_fault_player(transaction, fault, fault->latency);
    }
    if (fault->acted)
        execute(transaction);
    else
        stamp(transaction);
    transaction->done = true;
    sbx_fault_apply(fault, &transaction->response);
    transaction->raw = sbx_fault_is_raw(fault);
    bool silent = fault->cuts && !fault->cuts_body && !fault->cut;
    record(transaction, silent ? 0 : transaction->response.status);
    return transaction->raw || fault->late ? give_to_fault_player(transaction, fault, fault->late)
                                           : respond(transaction);
}

enum MHD_Result sbx_transaction_reject(sbx_transaction *transaction) {
    static const sbx_fault nothing = {0};
    transaction->too_large = true;
    transaction->raw = true;
    execute(transaction);
    transaction->done = true;
    record(transaction, transaction->response.status);
    return give_to_fault_player(transaction, &nothing, 0);
}

/* Whether the request may use the sandbox at all; else fills the response. */
static bool check_access(sbx_transaction *transaction) {
    sbx_errors errors = {0};
    sbx_access access = {
        .host = header(transaction, "Host"),
        .origin = header(transaction, "Origin"),
        .content_type = header(transaction, "Content-Type"),
        .writes_control = is_control(transaction) && !strcmp(transaction->method, "POST"),
    };
    bool allowed = sbx_access_check(&transaction->instance->settings, &access, &errors);
    if (!allowed) {
        stamp(transaction);
        sbx_response_errors(&transaction->response, &errors);
    }
    sbx_errors_free(&errors);
    return allowed;
}

/* Decides what becomes of a request that has arrived: it is rejected, or meets a fault, or neither.
 */
static void admit(sbx_transaction *transaction) {
    sbx_instance *instance = transaction->instance;
    transaction->rejected = !check_access(transaction);
    if (transaction->rejected || !is_api(transaction))
        return;
    pthread_mutex_lock(&instance->lock);
    transaction->fault = sbx_faults_take(&instance->faults, transaction->method, transaction->path);
    pthread_mutex_unlock(&instance->lock);
}

enum MHD_Result sbx_transaction_respond(sbx_transaction *transaction) {
    /* do not execute a request whose wait was cut short by the end of the server */
    if (transaction->phase == SBX_PLAYED ||
        (transaction->phase == SBX_READY && sbx_fault_players_stopping(transaction->players)))
        return MHD_NO;
    if (transaction->phase == SBX_READING)
        admit(transaction);
    if (transaction->done)
        return respond(transaction);
    if (transaction->fault)
        return respond_with_fault(transaction);
    if (!transaction->rejected)
        execute(transaction);
    if (is_api(transaction))
        record(transaction, transaction->response.status);
    return respond(transaction);
}
