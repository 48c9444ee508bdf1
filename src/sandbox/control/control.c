/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include <stdio.h>
#include <string.h>

#include "api/shape_macros.h"
#include "control/progress.h"
#include "control/request.h"
#include "control/seed.h"
#include "control/seed_campaign.h"
#include "control/seed_results.h"
#include "control/state.h"
#include "state/fault_description.h"

static const char *const channels[] = {"email", "mobile_push", "sms", "whatsapp", NULL};
static const char *const old_channels[] = {"email", "mobile_push", "sms", NULL};

static const char *const editors[] = {"CODE", "HYBRID", "SYSTEM_DRAGGABLE", "USER_DRAGGABLE", NULL};

SHAPE(nothing, {0});
SHAPE(clock_shape, FIELD("advance", DURATION), FIELD("set", INSTANT), FIELD("rate", NUMBER));
SHAPE(fault_shape, FIELD("method", STRING), FIELD("path", STRING), FIELD("after", INTEGER),
      FIELD("times", INTEGER), FIELD("latency", DURATION), FIELD("late", DURATION),
      FIELD("acted", BOOLEAN), FIELD("status", INTEGER), FIELD("headers", MAP),
      FIELD("body", STRING), FIELD("html", BOOLEAN), FIELD("garbage", STRING),
      FIELD("huge", INTEGER), FIELD("cut", ANY), FIELD("reset", BOOLEAN),
      FIELD("wrong_length", ANY), FIELD("drip", INTEGER), FIELD("redirect", STRING),
      FIELD("process_after", DURATION), FIELD("lag", DURATION), FIELD("lag_by_id", DURATION),
      WORDS("broken", sbx_broken_words), WORDS("gateway", sbx_gateway_words), FIELD("date", ANY),
      FIELD("normalise", ANY), WORDS("twin", sbx_twin_words), FIELD("crowd", INTEGER));
SHAPE(list_shape, FIELD("id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_NOT_EMPTY), FIELD("size", INTEGER), FIELD("zones", ANY),
      FIELD("consented", NUMBER));
SHAPE(segment_shape, FIELD("id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_NOT_EMPTY), FIELD("size", INTEGER), FIELD("zones", ANY),
      FIELD("consented", NUMBER), FIELD("is_active", BOOLEAN), FIELD("is_starred", BOOLEAN));
SHAPE(template_shape, FIELD("id", STRING, | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY), WORDS("editor_type", editors),
      FIELD("html", STRING), FIELD("text", STRING));
SHAPE(metric_shape, FIELD("id", STRING, | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY), FIELD("integration", STRING),
      FIELD("category", STRING));
SHAPE(account_shape, FIELD("organization", STRING), FIELD("sender_name", STRING),
      FIELD("sender_email", STRING), FIELD("website", STRING), FIELD("timezone", ZONE),
      FIELD("currency", STRING));
SHAPE(tag_shape, FIELD("id", STRING, | SBX_NOT_EMPTY),
      FIELD("name", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY), FIELD("campaign", STRING),
      FIELD("message", STRING));
SHAPE(image_shape, FIELD("id", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY), FIELD("name", STRING),
      FIELD("image_url", STRING), FIELD("format", STRING), FIELD("size", INTEGER),
      FIELD("hidden", BOOLEAN), FIELD("variation", STRING));
SHAPE(translation_shape, FIELD("id", STRING, | SBX_NOT_EMPTY),
      FIELD("variation", STRING, | SBX_REQUIRED), FIELD("source_locale", STRING),
      FIELD("target_locales", STRINGS), FIELD("fallback_locale", STRING, | SBX_NULLABLE),
      WORDS("channel", channels), FIELD("metadata", MAP, | SBX_NULLABLE));
SHAPE(parameter_shape, FIELD("name", STRING, | SBX_REQUIRED),
      FIELD("value", STRING, | SBX_REQUIRED), FIELD("type", STRING));
SHAPE(tracking_shape, FIELD("message", STRING),
      OF("params", LIST, parameter_shape, | SBX_NULLABLE));
SHAPE(results_shape, FIELD("campaign", STRING), FIELD("message", STRING),
      FIELD("variation", STRING), FIELD("rates", ANY), FIELD("bounce_rate", NUMBER),
      FIELD("failed_rate", NUMBER), FIELD("open_rate", NUMBER), FIELD("click_rate", NUMBER),
      FIELD("unsubscribe_rate", NUMBER), FIELD("spam_complaint_rate", NUMBER),
      FIELD("conversion_rate", NUMBER), FIELD("order_value", NUMBER));
SHAPE(single_channel_shape, FIELD("name", STRING, | SBX_REQUIRED), WORDS("channel", old_channels),
      FIELD("list", STRING, | SBX_NOT_EMPTY));
SHAPE(name_shape, FIELD("name", STRING, | SBX_NOT_EMPTY));
SHAPE(revoke_shape, FIELD("credential", STRING, | SBX_REQUIRED | SBX_NOT_EMPTY));

static const struct route {
    const char *method, *path;
    const sbx_shape *shape;
    void (*run)(sbx_control *control);
    bool writes;
} routes[] = {
    {"GET", "clock", &nothing, sbx_control_clock_get, false},
    {"POST", "clock", &clock_shape, sbx_control_clock, true},
    {"GET", "faults", &nothing, sbx_control_faults_get, false},
    {"POST", "faults", &fault_shape, sbx_control_fault_add, false},
    {"DELETE", "faults", &nothing, sbx_control_faults_clear, false},
    {"GET", "requests", &nothing, sbx_control_requests_get, false},
    {"DELETE", "requests", &nothing, sbx_control_requests_clear, false},
    {"GET", "effects", &nothing, sbx_control_effects_get, false},
    {"POST", "reset", &nothing, sbx_control_reset, false},
    {"POST", "snapshot", &name_shape, sbx_control_snapshot, false},
    {"POST", "restore", &name_shape, sbx_control_restore, false},
    {"POST", "revoke", &revoke_shape, sbx_control_revoke, false},
    {"GET", "lists", &nothing, sbx_control_lists_get, false},
    {"POST", "lists", &list_shape, sbx_control_list, true},
    {"POST", "segments", &segment_shape, sbx_control_segment, true},
    {"POST", "templates", &template_shape, sbx_control_template, true},
    {"POST", "metrics", &metric_shape, sbx_control_metric, true},
    {"POST", "account", &account_shape, sbx_control_account, true},
    {"POST", "tags", &tag_shape, sbx_control_tag, true},
    {"POST", "images", &image_shape, sbx_control_image, true},
    {"POST", "translations", &translation_shape, sbx_control_translation, true},
    {"POST", "tracking-params", &tracking_shape, sbx_control_tracking, true},
    {"POST", "results", &results_shape, sbx_control_results, true},
    {"POST", "single-channel", &single_channel_shape, sbx_control_single_channel, true},
    {"GET", "campaigns", &nothing, sbx_control_campaigns, false},
    {"GET", "messages/{id}", &nothing, sbx_control_message, false},
};

static bool matches(const char *pattern, const char *path, const char **id) {
    const char *parameter = strchr(pattern, '{');
    size_t length = parameter ? (size_t)(parameter - pattern) : strlen(pattern);
    if (strncmp(pattern, path, length))
        return false;
    *id = path + length;
    return parameter ? **id && !strchr(*id, '/') : !**id || !strcmp(*id, "/");
}

static const struct route *find(sbx_control *control, const char *method, const char *path,
                                char allow[64]) {
    bool known = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!matches(routes[i].path, path, &control->id))
            continue;
        if (!strcmp(routes[i].method, method))
            return &routes[i];
        known = true;
        snprintf(allow + strlen(allow), 64 - strlen(allow), "%s%s", *allow ? ", " : "",
                 routes[i].method);
    }
    if (known)
        sbx_errors_add(&control->errors, 405, "method_not_allowed", "Method not allowed.",
                       SBX_SOURCE_NONE, NULL, "Allowed here: %s.", allow);
    else
        sbx_errors_add(&control->errors, 404, "not_found", "Not found.", SBX_SOURCE_NONE, NULL,
                       "There is no such control endpoint.");
    return NULL;
}

/* Runs the handler, in one transaction if it writes; the transaction is kept only if no error was
 * added. */
static void run_handler(sbx_control *control, const struct route *route) {
    sbx_store *store = &control->instance->store;
    store->failed = false;
    bool good = !route->writes || sbx_store_begin(store);
    if (good)
        route->run(control);
    bool wanted = !control->errors.count && !control->errors.failed;
    good = good && !store->failed;
    if (route->writes)
        good = sbx_store_end(store, wanted && good) && good;
    if (!good)
        sbx_errors_add(&control->errors, 500, "internal", "Internal error.", SBX_SOURCE_NONE, NULL,
                       "The store failed.");
    sbx_lifecycle_refresh(&control->instance->lifecycle);
}

void sbx_control_run(sbx_instance *instance, const char *method, const char *path, json_t *body,
                     sbx_response *response) {
    sbx_control control = {.instance = instance, .id = "", .out = &response->body};
    control.body = body ? json_incref(body) : json_object();
    const struct route *route = find(&control, method, path, response->allow);
    pthread_mutex_lock(&instance->lock);
    sbx_instance_stamp(instance, response);
    sbx_validation validation = {
        .dialect = SBX_DIALECT_GUIDE, .zones = instance->zones, .errors = &control.errors};
    bool current = sbx_lifecycle_catch_up(&instance->lifecycle, response->date);
    if (route && sbx_validate(&validation, route->shape, control.body) && current)
        run_handler(&control, route);
    pthread_mutex_unlock(&instance->lock);
    response->status = 200;
    response->content_type = "application/json";
    if (!response->body.size)
        sbx_text_puts(&response->body, "{}");
    if (control.errors.count || control.errors.failed || response->body.failed || !current)
        sbx_response_errors(response, &control.errors);
    sbx_errors_free(&control.errors);
    json_decref(control.body);
}

void sbx_control_request(sbx_instance *instance, const char *method, const char *path,
                         const char *body, size_t size, sbx_response *response) {
    json_error_t error;
    json_t *json = size ? json_loadb(body, size, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (size && !json)
        sbx_response_error(response, 400, "invalid", "Invalid input.",
                           "The body is not valid JSON.");
    else
        sbx_control_run(instance, method, path, json, response);
    json_decref(json);
}
