/* SPDX-License-Identifier: MIT */
/* Control of the sandbox itself: clock, faults, log, snapshots. */
#include <stdlib.h>
#include <string.h>

#include "state/auth.h"
#include "control/control.h"
#include "sends/lifecycle.h"
#include "state/persist.h"
#include "base/timestamp.h"

void sbx_control_clock_get(sbx_control *control) {
    char now[SBX_TIME_SIZE];
    sbx_time_format(sbx_clock_now(&control->box->clock), now);
    sbx_json_open(control->out, NULL, '{');
    sbx_json_text(control->out, "now", now);
    sbx_json_key(control->out, "rate");
    sbx_text_printf(control->out, "%g", control->box->clock.rate);
    sbx_text_puts(control->out, "}");
}

/* set, then advance, then rate: each as given. What is due by then happens before the answer. */
void sbx_control_clock(sbx_control *control) {
    sbx_box *box = control->box;
    json_t *set = json_object_get(control->body, "set");
    json_t *advance = json_object_get(control->body, "advance");
    json_t *rate = json_object_get(control->body, "rate");
    int64_t instant;
    if (rate && !(json_number_value(rate) >= 0 && json_number_value(rate) <= SBX_RATE_MAX)) {
        sbx_invalid(&control->errors, "/rate", "Must be between 0 and %.0f.", SBX_RATE_MAX);
        return;
    }
    if (set && !sbx_time_parse(json_string_value(set), json_string_length(set), &instant))
        sbx_clock_set(&box->clock, instant);
    if (advance)
        sbx_clock_set(&box->clock, sbx_clock_now(&box->clock) + sbx_duration_read(advance));
    if (rate)
        sbx_clock_set_rate(&box->clock, json_number_value(rate));
    sbx_persist_clock(box);
    sbx_lifecycle_settle(box, sbx_clock_now(&box->clock));
    sbx_control_clock_get(control);
}

void sbx_control_fault_add(sbx_control *control) {
    sbx_fault *fault = sbx_fault_read(control->body, &control->errors);
    if (fault)
        sbx_faults_add(&control->box->faults, fault);
}

void sbx_control_faults_get(sbx_control *control) {
    sbx_faults_write(&control->box->faults, control->out);
}

void sbx_control_faults_clear(sbx_control *control) {
    sbx_faults_clear(&control->box->faults);
}

void sbx_control_requests_get(sbx_control *control) {
    sbx_journal_write(&control->box->journal, control->out);
}

void sbx_control_requests_clear(sbx_control *control) {
    sbx_journal_clear(&control->box->journal);
}

void sbx_control_revoke(sbx_control *control) {
    if (!sbx_auth_revoke(control->box,
                         json_string_value(json_object_get(control->body, "credential"))))
        control->errors.failed = true;
}

static const char *snapshot_name(sbx_control *control) {
    const char *name = json_string_value(json_object_get(control->body, "name"));
    return name ? name : "default";
}

void sbx_control_reset(sbx_control *control) {
    if (!sbx_persist_reset(control->box))
        control->box->store.failed = true;
}

void sbx_control_snapshot(sbx_control *control) {
    if (!sbx_persist_snapshot(control->box, snapshot_name(control)))
        control->errors.failed = true;
}

void sbx_control_restore(sbx_control *control) {
    const char *name = snapshot_name(control);
    if (!sbx_persist_has(control->box, name))
        sbx_errors_add(&control->errors, 404, "not_found", "Not found.", SBX_SOURCE_POINTER,
                       "/name", "There is no snapshot '%.60s'.", name);
    else if (!sbx_persist_restore(control->box, name))
        control->box->store.failed = true;
}
