/* SPDX-License-Identifier: MIT */
#include "control/progress.h"

#include <stdlib.h>
#include <string.h>

#include "api/serialise.h"
#include "base/timestamp.h"
#include "sends/ab_test.h"
#include "sends/results.h"
#include "sends/stored_schedule.h"

/* Writes each hour with its recipients, and those of them sent to by `until`. */
static void write_hours(sbx_text *out, const sbx_send_schedule *schedule, int64_t until) {
    size_t count = sbx_send_schedule_by_hour(schedule, NULL, 0);
    sbx_send_hour *hours = calloc(count + 1, sizeof *hours);
    sbx_json_open(out, "hours", '[');
    if (hours)
        sbx_send_schedule_by_hour(schedule, hours, count);
    for (size_t i = 0; hours && i < count; i++) {
        int64_t end = hours[i].hour + SBX_HOUR - 1;
        sbx_json_open(out, NULL, '{');
        sbx_write_time(out, "hour", hours[i].hour);
        sbx_json_int(out, "planned", hours[i].count);
        int64_t before = sbx_send_schedule_sent_by(schedule, hours[i].hour - 1);
        int64_t by = sbx_send_schedule_sent_by(schedule, until < end ? until : end);
        sbx_json_int(out, "sent", by > before ? by - before : 0);
        sbx_text_puts(out, "}");
    }
    sbx_text_puts(out, "]");
    out->failed |= !hours;
    free(hours);
}

/* Columns of MESSAGE_SEND_SCHEDULE. */
enum { PLAN, STOPPED, STATUS, NAME, STRATEGY, AB_TEST, WINNER, MESSAGE };

/* Writes the variations with the recipients of each. */
static void write_variations(sbx_control *control, int64_t message, int64_t winner, int64_t sent,
                             int64_t tested) {
    sbx_store *store = &control->instance->store;
    sbx_text *out = control->out;
    sbx_share share = {.count =
                           sbx_store_int(store, SBX_SQL_VARIATIONS_SENDABLE_COUNT, "i", message)};
    sbx_json_open(out, "variations", '[');
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_VARIATIONS_SENDABLE, "i", message);
    while (sbx_store_row(store, row)) {
        share.won = sbx_column_int(row, 0) == winner;
        sbx_json_open(out, NULL, '{');
        sbx_json_text(out, "id", sbx_column(row, 1));
        sbx_json_text(out, "name", sbx_column(row, 2));
        sbx_json_int(out, "sent", sbx_share_of(&share, sent, tested));
        if (winner) {
            sbx_json_key(out, "rate");
            sbx_text_printf(out, "%.6g", sbx_ab_test_rate(row));
            sbx_json_bool(out, "winner", share.won);
        }
        sbx_text_puts(out, "}");
        share.index++;
    }
    sbx_text_puts(out, "]");
}

static void write_test(sbx_control *control, sqlite3_stmt *row, const sbx_send_schedule *schedule) {
    sbx_text *out = control->out;
    json_t *test = json_loads(sbx_column(row, AB_TEST), 0, NULL);
    sbx_json_open(out, "test", '{');
    sbx_json_text(out, "metric", json_string_value(json_object_get(test, "winner_metric")));
    sbx_json_int(out, "recipients", schedule->tested);
    sbx_write_time(out, "decided", schedule->decided);
    sbx_text_puts(out, "}");
    json_decref(test);
}

/* Writes the members about the progress of a message; the row is of MESSAGE_SEND_SCHEDULE. */
static void write_progress(sbx_control *control, sqlite3_stmt *row, bool hours) {
    sbx_text *out = control->out;
    int64_t until = sbx_clock_now(&control->instance->clock), next;
    if (sqlite3_column_type(row, STOPPED) != SQLITE_NULL && sbx_column_int(row, STOPPED) < until)
        until = sbx_column_int(row, STOPPED);
    sbx_send_schedule schedule = {0};
    bool scheduled =
        sbx_send_schedule_from_json(control->instance->zones, sbx_column(row, PLAN), &schedule);
    /* the clock may have been set back after the send */
    if (scheduled && !strcmp(sbx_column(row, STATUS), "SENT") && until < schedule.last)
        until = schedule.last;
    sbx_json_int(out, "recipients", schedule.total);
    int64_t sent = scheduled ? sbx_send_schedule_sent_by(&schedule, until) : 0;
    sbx_json_int(out, "sent", sent);
    sbx_json_int(out, "skipped", schedule.skipped);
    sbx_json_int(out, "unconsented", schedule.unconsented);
    if (scheduled) {
        sbx_write_time(out, "first", schedule.first);
        sbx_write_time(out, "last", schedule.last);
    }
    bool going =
        scheduled && !strchr("CD", *sbx_column(row, STATUS)); /* neither CANCELLED nor DRAFT */
    if (going && sbx_send_schedule_next(&schedule, until, &next))
        sbx_write_time(out, "next", next);
    if (scheduled && schedule.tested < schedule.total)
        write_test(control, row, &schedule);
    write_variations(control, sbx_column_int(row, MESSAGE), sbx_column_int(row, WINNER), sent,
                     schedule.tested);
    if (hours)
        write_hours(out, &schedule, until);
    sbx_send_schedule_free(&schedule);
}

void sbx_control_message(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    sqlite3_stmt *row = sbx_store_find(store, SBX_SQL_MESSAGE_BY_PK, control->id);
    if (row) {
        int64_t pk = sbx_column_int(row, SBX_M_PK);
        sqlite3_reset(row);
        row = sbx_store_use(store, SBX_SQL_MESSAGE_SEND_SCHEDULE, "i", pk);
    }
    if (!sbx_store_row(store, row)) {
        sbx_errors_add(&control->errors, 404, "not_found", "Not found.", SBX_SOURCE_NONE, NULL,
                       "There is no message '%.60s'.", control->id);
        return;
    }
    sbx_json_open(control->out, NULL, '{');
    sbx_json_text(control->out, "id", control->id);
    sbx_json_text(control->out, "name", sbx_column(row, NAME));
    sbx_json_text(control->out, "status", sbx_column(row, STATUS));
    sbx_json_text(control->out, "strategy", sbx_column(row, STRATEGY));
    sbx_write_time(control->out, "now", sbx_clock_now(&control->instance->clock));
    write_progress(control, row, true);
    sbx_text_puts(control->out, "}");
    sqlite3_reset(row);
}

static void write_messages(sbx_control *control, int64_t audience) {
    sbx_store *store = &control->instance->store;
    sbx_json_open(control->out, "messages", '[');
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_AUDIENCE_MESSAGES, "i", audience);
    while (sbx_store_row(store, row)) {
        sbx_json_open(control->out, NULL, '{');
        sbx_json_text(control->out, "id", sbx_column(row, SBX_M_ID));
        sbx_json_text(control->out, "name", sbx_column(row, SBX_M_NAME));
        sbx_json_text(control->out, "status", sbx_column(row, SBX_M_STATUS));
        sbx_json_text(control->out, "strategy", sbx_column(row, SBX_M_STRATEGY));
        sqlite3_stmt *schedule =
            sbx_store_use(store, SBX_SQL_MESSAGE_SEND_SCHEDULE, "i", sbx_column_int(row, SBX_M_PK));
        if (sbx_store_row(store, schedule)) {
            write_progress(control, schedule, true);
            sqlite3_reset(schedule);
        }
        sbx_text_puts(control->out, "}");
    }
    sbx_text_puts(control->out, "]");
}

/* Writes the newest campaigns with their audiences and messages, for the web page. */
void sbx_control_campaigns(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    sbx_text *out = control->out;
    sbx_json_open(out, NULL, '{');
    sbx_write_time(out, "now", sbx_clock_now(&control->instance->clock));
    sbx_json_key(out, "rate");
    sbx_text_printf(out, "%g", control->instance->clock.rate);
    sbx_json_open(out, "campaigns", '[');
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_CAMPAIGNS_NEWEST, "");
    while (sbx_store_row(store, row)) {
        sbx_json_open(out, NULL, '{');
        sbx_json_text(out, "id", sbx_column(row, SBX_C_ID));
        sbx_json_text(out, "name", sbx_column(row, SBX_C_NAME));
        sbx_json_bool(out, "archived", sbx_column_int(row, SBX_C_ARCHIVED));
        sbx_write_time(out, "updated_at", sbx_column_int(row, SBX_C_UPDATED));
        sbx_json_open(out, "audiences", '[');
        sqlite3_stmt *audience =
            sbx_store_use(store, SBX_SQL_CAMPAIGN_AUDIENCES, "i", sbx_column_int(row, SBX_C_PK));
        while (sbx_store_row(store, audience)) {
            sbx_json_open(out, NULL, '{');
            sbx_json_text(out, "id", sbx_column(audience, SBX_A_ID));
            sbx_json_text(out, "name", sbx_column(audience, SBX_A_NAME));
            write_messages(control, sbx_column_int(audience, SBX_A_PK));
            sbx_text_puts(out, "}");
        }
        sbx_text_puts(out, "]}");
    }
    sbx_text_puts(out, "]}");
}
