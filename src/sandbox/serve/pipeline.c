/* SPDX-License-Identifier: MIT */
#include "serve/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/media_type.h"
#include "api/query_rules.h"
#include "api/shape.h"
#include "resources/route.h"

#define ARENA_LIMIT ((size_t)16 << 20)

static const struct {
    const char *name;
    sbx_dialect dialect;
} revisions[] = {
    {"2026-04-15.pre", SBX_DIALECT_GUIDE},
    {"2026-07-15.pre", SBX_DIALECT_OPENAPI_0715},
    {"2026-10-15", SBX_DIALECT_OPENAPI_1015},
    {"2026-07-15", SBX_DIALECT_STABLE},
};
#define REVISIONS_KNOWN                                                                            \
    "2026-04-15.pre, 2026-07-15.pre, 2026-10-15 (and, beside campaigns, 2026-07-15)"

static bool choose_dialect(const sbx_settings *settings, sbx_call *call) {
    const char *revision = call->request->revision;
    for (size_t i = 0; revision && i < sizeof revisions / sizeof *revisions; i++) {
        if (strcmp(revision, revisions[i].name))
            continue;
        call->dialect = revisions[i].dialect;
        if (call->dialect == SBX_DIALECT_GUIDE && settings->openapi)
            call->dialect = SBX_DIALECT_OPENAPI_0415;
        call->response->revision = revisions[i].name;
        return true;
    }
    if (!revision)
        return sbx_errors_add(&call->errors, 400, "invalid", "Invalid input.", SBX_SOURCE_HEADER,
                              "revision", "The revision header is required; known: %s.",
                              REVISIONS_KNOWN);
    return sbx_errors_add(&call->errors, 400, "invalid", "Invalid input.", SBX_SOURCE_HEADER,
                          "revision", "The revision %s is not known; known: %s.",
                          sbx_arena_quote(&call->arena, revision, strlen(revision)),
                          REVISIONS_KNOWN);
}

static bool choose_route(sbx_call *call) {
    const sbx_request *request = call->request;
    sbx_match match = sbx_route_find(&call->arena, request->method, request->path, call->dialect,
                                     &call->route, &call->id, call->response->allow);
    if (match == SBX_MATCH_ROUTE)
        return true;
    if (match == SBX_MATCH_PATH)
        return sbx_errors_add(
            &call->errors, 405, "method_not_allowed", "Method not allowed.", SBX_SOURCE_NONE, NULL,
            "%s is not allowed here; allowed: %s.",
            sbx_arena_quote(&call->arena, request->method, strlen(request->method)),
            call->response->allow);
    return sbx_errors_add(&call->errors, 404, "not_found", "Not found.", SBX_SOURCE_NONE, NULL,
                          "There is no endpoint at %s in revision %s.",
                          sbx_arena_quote(&call->arena, request->path, strlen(request->path)),
                          request->revision);
}

static bool accepts(const char *accept) {
    static const char *const fitting[] = {SBX_JSON_API, "application/*", "*/*"};
    while (*accept) {
        accept += strspn(accept, " \t,");
        size_t length = strcspn(accept, ",");
        for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++)
            if (length && sbx_media_type_is(accept, length, fitting[i]))
                return true;
        accept += length;
    }
    return false;
}

static bool check_media(sbx_call *call, bool takes_body) {
    const char *accept = call->request->accept, *type = call->request->content_type;
    if (accept && *accept && !accepts(accept))
        return sbx_errors_add(&call->errors, 406, "not_acceptable", "Not acceptable.",
                              SBX_SOURCE_HEADER, "Accept",
                              "The response would be %s, which %s excludes.", SBX_JSON_API,
                              sbx_arena_quote(&call->arena, accept, strlen(accept)));
    if (!takes_body || sbx_media_type_is_json(type))
        return true;
    return sbx_errors_add(&call->errors, 415, "unsupported_media_type", "Unsupported media type.",
                          SBX_SOURCE_HEADER, "Content-Type", "Send the body as %s (or %s).",
                          SBX_JSON_API, SBX_JSON);
}

static bool read_query(sbx_call *call) {
    const char *raw = call->request->query;
    size_t length = strlen(raw);
    if (length > SBX_QUERY_LENGTH_MAX)
        return sbx_errors_add(&call->errors, 414, "uri_too_long", "URI too long.", SBX_SOURCE_NONE,
                              NULL, "The query has %zu bytes; the limit is %d.", length,
                              SBX_QUERY_LENGTH_MAX);
    if (sbx_query_parse(&call->arena, call->route->op, call->dialect, call->id, raw, length,
                        &call->errors, &call->query))
        return true;
    if (!call->errors.count)
        call->errors.failed = true;
    return false;
}

static bool read_body(sbx_call *call, const sbx_shape *shape) {
    const sbx_request *request = call->request;
    if (!request->body_size)
        return sbx_invalid(&call->errors, "", "A body is required.");
    json_error_t error;
    call->body = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, &error);
    if (!call->body)
        return sbx_invalid(&call->errors, "", "The body is not valid JSON: line %d, column %d: %s.",
                           error.line, error.column, error.text);
    sbx_validation validation = {.dialect = call->dialect,
                                 .create = !strcmp(request->method, "POST"),
                                 .path_id = *call->id ? call->id : NULL,
                                 .zones = call->zones,
                                 .errors = &call->errors};
    bool good = sbx_validate(&validation, shape, call->body);
    size_t before = call->errors.count;
    if (call->route->check)
        call->route->check(call);
    return good && call->errors.count == before;
}

/* Whether a request asks for the number of profiles, before its query is parsed. */
static bool counts_profiles(const sbx_call *call) {
    return sbx_additional_name(call->route->op) &&
           strstr(call->request->query, "additional-fields") != NULL;
}

/* Adds a 429 when the account sends too many requests. */
static bool within_limits(sbx_instance *instance, sbx_call *call) {
    if (!instance->settings.rate_limits ||
        sbx_limits_count(&instance->limits, sbx_auth_account(call->request->authorization),
                         call->route->op, call->dialect, counts_profiles(call),
                         instance->settings.rate_scale, sbx_clock_monotonic(), call->response))
        return true;
    return sbx_errors_add(&call->errors, 429, "throttled", "Request was throttled.",
                          SBX_SOURCE_NONE, NULL, "Expected available in %.3f seconds.",
                          call->response->retry_after);
}

/* All checks that come before the operation. */
static bool check_request(sbx_instance *instance, sbx_call *call) {
    if (!sbx_auth_check(&instance->auth, call->request->authorization, &call->errors) ||
        !choose_dialect(&instance->settings, call) || !choose_route(call) ||
        !within_limits(instance, call))
        return false;
    const sbx_shape *shape = sbx_shape_of(call->route->op, call->dialect);
    if (!check_media(call, shape != NULL))
        return false;
    bool query = read_query(call);
    return (!shape || read_body(call, shape)) && query;
}

static void fail(sbx_call *call, const char *detail) {
    sbx_errors_free(&call->errors);
    sbx_errors_add(&call->errors, 500, "internal", "Internal error.", SBX_SOURCE_NONE, NULL, "%s",
                   detail);
}

/* Adds what was written to the effects. The first id of a response is that of its resource; a
 * response without a body is about the resource of the path. */
static void note_effect(sbx_instance *instance, const sbx_call *call) {
    static const char member[] = "\"id\":\"";
    const sbx_request *request = call->request;
    const sbx_text *body = &call->response->body;
    sbx_effect effect = {.at = call->now,
                         .by = request->by ? request->by : "request",
                         .status = call->response->status};
    const char *found = body->size ? strstr(body->data, member) : NULL;
    const char *id = found ? found + sizeof member - 1 : call->id;
    int length = (int)strcspn(id, "\"");
    snprintf(effect.method, sizeof effect.method, "%s", request->method);
    snprintf(effect.path, sizeof effect.path, "%s", request->path);
    snprintf(effect.id, sizeof effect.id, "%.*s", length, id);
    sbx_effects_add(&instance->effects, &effect);
}

/* Limits a GET that lags to the rows that it sees. */
static void set_lag(const sbx_instance *instance, sbx_call *call) {
    const sbx_request *request = call->request;
    bool reads = !strcmp(request->method, "GET");
    call->newest =
        reads && request->lag ? sbx_recent_key(&instance->recent, request->lag) : INT64_MAX;
    call->newest_by_id = reads && request->lag_by_id
                             ? sbx_recent_key(&instance->recent, request->lag_by_id)
                             : INT64_MAX;
}

/* Runs the operation, in one transaction if it writes; the transaction is kept only if no error was
 * added. */
static void run_operation(sbx_instance *instance, sbx_call *call) {
    sbx_store *store = call->store;
    bool writes = strcmp(call->request->method, "GET") && !call->route->asks;
    int64_t before = store->ulids.last_key;
    store->failed = false;
    if (writes && !sbx_store_begin(store)) {
        fail(call, "The store could not begin a transaction.");
        return;
    }
    call->route->handle(call);
    bool good = !call->errors.count && !call->errors.failed && !call->response->body.failed &&
                !call->arena.failed;
    bool failed = store->failed;
    if (writes)
        failed |= !sbx_store_end(store, good);
    if (failed)
        fail(call, "The store failed.");
    if (writes)
        sbx_lifecycle_refresh(&instance->lifecycle);
    if (store->ulids.last_key > before)
        sbx_recent_add(&instance->recent, before);
    if (writes && good && !failed)
        note_effect(instance, call);
}

/* Sets the origin of links: the one the client uses, if its Host header is well-formed. */
static void choose_origin(const sbx_instance *instance, sbx_call *call) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:[]";
    const char *host = call->request->host, *proto = call->request->forwarded_proto;
    const char *configured = instance->origin;
    call->origin = configured;
    if (!host || (!proto && !strcmp(host, strstr(configured, "//") + 2)))
        return;
    size_t length = strspn(host, allowed);
    if (!length || host[length] || length > 255)
        return;
    bool https = proto ? !strcmp(proto, "https") : instance->settings.tls;
    const char *seen = sbx_arena_printf(&call->arena, "%s://%s", https ? "https" : "http", host);
    if (seen)
        call->origin = seen;
}

void sbx_pipeline(sbx_instance *instance, const sbx_request *request, sbx_response *response) {
    sbx_call call = {.request = request,
                     .response = response,
                     .store = &instance->store,
                     .zones = instance->zones,
                     .strict_lists = instance->settings.strict_lists,
                     .revert_margin = instance->settings.revert_margin,
                     .short_message_ids = instance->settings.short_message_ids,
                     .id = ""};
    sbx_arena_init(&call.arena, ARENA_LIMIT);
    pthread_mutex_lock(&instance->lock);
    sbx_instance_stamp(instance, response);
    call.now = response->date;
    set_lag(instance, &call);
    choose_origin(instance, &call);
    if (!sbx_lifecycle_catch_up(&instance->lifecycle, call.now))
        fail(&call, "The store could not be brought up to date.");
    else if (check_request(instance, &call))
        run_operation(instance, &call);
    if (call.errors.count || call.errors.failed || response->body.failed || call.arena.failed)
        sbx_response_errors(response, &call.errors);
    else if (response->body.size)
        response->content_type = SBX_JSON_API;
    pthread_mutex_unlock(&instance->lock);
    json_decref(call.body);
    sbx_text_free(&call.address);
    sbx_errors_free(&call.errors);
    sbx_arena_free(&call.arena);
}
