/* SPDX-License-Identifier: MIT */
#include "control/state.h"

#include <stdlib.h>
#include <string.h>

#include "api/shape.h"
#include "base/timestamp.h"
#include "state/fault_description.h"
#include "state/saved_clock.h"

void sbx_control_clock_get(sbx_control *control) {
    char now[SBX_TIME_SIZE];
    sbx_time_format(sbx_clock_now(&control->instance->clock), now);
    sbx_json_open(control->out, NULL, '{');
    sbx_json_text(control->out, "now", now);
    sbx_json_key(control->out, "rate");
    sbx_text_printf(control->out, "%g", control->instance->clock.rate);
    sbx_text_puts(control->out, "}");
}

/* Applies set, then advance, then rate. Messages that are due by then are sent before the response.
 */
void sbx_control_clock(sbx_control *control) {
    sbx_instance *instance = control->instance;
    json_t *set = json_object_get(control->body, "set");
    json_t *advance = json_object_get(control->body, "advance");
    json_t *rate = json_object_get(control->body, "rate");
    int64_t instant;
    if (rate && !(json_number_value(rate) >= 0 && json_number_value(rate) <= SBX_RATE_MAX)) {
        sbx_invalid(&control->errors, "/rate", "Must be between 0 and %.0f.", SBX_RATE_MAX);
        return;
    }
    if (set && !sbx_time_parse(json_string_value(set), json_string_length(set), &instant))
        sbx_clock_set(&instance->clock, instant);
    if (advance)
        sbx_clock_set(&instance->clock,
                      sbx_clock_now(&instance->clock) + sbx_duration_read(advance));
    if (rate)
        sbx_clock_set_rate(&instance->clock, json_number_value(rate));
    sbx_saved_clock_write(&instance->store, &instance->clock);
    sbx_lifecycle_advance(&instance->lifecycle, sbx_clock_now(&instance->clock));
    sbx_control_clock_get(control);
}

void sbx_control_fault_add(sbx_control *control) {
    sbx_fault *fault = sbx_fault_read(control->body, &control->errors);
    if (fault)
        sbx_faults_add(&control->instance->faults, fault);
}

void sbx_control_faults_get(sbx_control *control) {
    sbx_faults_write(&control->instance->faults, control->out);
}

void sbx_control_faults_clear(sbx_control *control) {
    sbx_faults_clear(&control->instance->faults);
}

void sbx_control_requests_get(sbx_control *control) {
    sbx_journal_write(&control->instance->journal, control->out);
}

void sbx_control_requests_clear(sbx_control *control) {
    sbx_journal_clear(&control->instance->journal);
    sbx_effects_clear(&control->instance->effects);
}

void sbx_control_effects_get(sbx_control *control) {
    sbx_effects_write(&control->instance->effects, control->out);
}

void sbx_control_revoke(sbx_control *control) {
    if (!sbx_auth_revoke(&control->instance->auth,
                         json_string_value(json_object_get(control->body, "credential"))))
        control->errors.failed = true;
}

static const char *snapshot_name(sbx_control *control) {
    const char *name = json_string_value(json_object_get(control->body, "name"));
    return name ? name : "default";
}

void sbx_control_reset(sbx_control *control) {
    if (!sbx_instance_reset(control->instance))
        control->instance->store.failed = true;
}

void sbx_control_snapshot(sbx_control *control) {
    sbx_instance *instance = control->instance;
    if (!sbx_snapshots_take(&instance->snapshots, snapshot_name(control), &instance->store,
                            &instance->clock))
        control->errors.failed = true;
}

void sbx_control_restore(sbx_control *control) {
    sbx_instance *instance = control->instance;
    const char *name = snapshot_name(control);
    if (!sbx_snapshots_has(&instance->snapshots, name))
        sbx_errors_add(&control->errors, 404, "not_found", "Not found.", SBX_SOURCE_POINTER,
                       "/name", "There is no snapshot '%.60s'.", name);
    else if (!sbx_snapshots_restore(&instance->snapshots, name, &instance->store, &instance->clock))
        instance->store.failed = true;
}
