/* SPDX-License-Identifier: MIT */
#include "resources/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "resources/find.h"
#include "resources/resource.h"
#include "resources/responses.h"
#include "sends/ab_test.h"
#include "sends/recipients.h"
#include "sends/stored_schedule.h"

#define ATTRIBUTES "/data/attributes"

static const char message_pointer[] = "/data/relationships/campaign-message/data/id";

/* The schedule that the request asks for. */
struct schedule_input {
    sbx_send_request request;
    const char *strategy, *send_date, *unit;
    int percentage;         /* 0: none */
    bool has_past_tomorrow; /* timezone_options were given */
    bool past_tomorrow;
};

/* The message to schedule, and its campaign. */
struct target {
    int64_t message, campaign, audience;
    int recipients;          /* percent */
    int campaign_percentage; /* send_settings.throttle_percentage; 0: none */
    bool passed_at_once;     /* send_settings.send_passed_rltz_immediately */
    const sbx_zone *zone;    /* send_settings.send_timezone */
    sbx_ab_test test;
};

static sbx_strategy strategy_of(const char *name) {
    static const char *const names[] = {[SBX_STRATEGY_STATIC] = "static",
                                        [SBX_STRATEGY_LOCAL_TIMEZONE] = "local_timezone",
                                        [SBX_STRATEGY_THROTTLED] = "throttled",
                                        [SBX_STRATEGY_SMART_SEND_TIME] = "smart_send_time"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return (sbx_strategy)i;
    return SBX_STRATEGY_STATIC;
}

static bool given(json_t *value) {
    return value && !json_is_null(value);
}

/* Reads the values that rules.c has checked; the date is compared with today in the campaign's
 * zone. */
static void read_when(sbx_call *call, json_t *attributes, const sbx_zone *zone,
                      struct schedule_input *input) {
    json_t *time = json_object_get(attributes, "send_time");
    json_t *date = json_object_get(attributes, "send_date");
    if (given(time))
        sbx_time_parse(json_string_value(time), json_string_length(time),
                       &input->request.send_time);
    if (!given(date))
        return;
    input->send_date = json_string_value(date);
    sbx_date_parse(input->send_date, json_string_length(date), &input->request.date);
    int64_t today = sbx_floor_div(sbx_zone_local(zone, call->now), SBX_DAY) * SBX_DAY;
    if (input->request.date < today)
        sbx_invalid(&call->errors, ATTRIBUTES "/send_date", "Must not be in the past.");
}

/* Reads throttled_options; in the guide's dialect the campaign's throttle_percentage may stand in
 * for them. */
static void read_throttling(sbx_call *call, json_t *attributes, const struct target *target,
                            struct schedule_input *input) {
    json_t *options = json_object_get(attributes, "throttled_options");
    if (input->request.strategy != SBX_STRATEGY_THROTTLED)
        return;
    input->percentage = (int)json_integer_value(json_object_get(options, "throttling_percentage"));
    if (!given(options) && call->dialect == SBX_DIALECT_GUIDE)
        input->percentage = target->campaign_percentage;
    if (!input->percentage)
        sbx_invalid(&call->errors, ATTRIBUTES "/throttled_options",
                    call->dialect == SBX_DIALECT_GUIDE
                        ? "Required when the strategy is throttled and the campaign has no "
                          "throttle_percentage."
                        : "Required when the strategy is throttled.");
    const char *unit = json_string_value(json_object_get(options, "throttle_unit"));
    input->unit = unit ? unit : "hour";
    input->request.per_minute = !strcmp(input->unit, "minute");
    input->request.percentage = input->percentage;
}

/* Reads timezone_options: zones whose time has passed are sent to tomorrow, or at once. Without
 * them the campaign decides: at once, or not at all. */
static void read_timezones(json_t *attributes, const struct target *target,
                           struct schedule_input *input) {
    json_t *options = json_object_get(attributes, "timezone_options");
    input->has_past_tomorrow = given(options);
    input->past_tomorrow = json_is_true(json_object_get(options, "send_past_timezones_tomorrow"));
    if (input->has_past_tomorrow)
        input->request.passed = input->past_tomorrow ? SBX_PASSED_NEXT_DAY : SBX_PASSED_AT_ONCE;
    else
        input->request.passed = target->passed_at_once ? SBX_PASSED_AT_ONCE : SBX_PASSED_SKIP;
}

static struct schedule_input read_input(sbx_call *call, const struct target *target) {
    json_t *attributes = sbx_call_at(call->body, "data/attributes");
    struct schedule_input input = {.strategy =
                                       json_string_value(json_object_get(attributes, "strategy"))};
    input.request.strategy = strategy_of(input.strategy);
    input.request.now = call->now;
    input.request.send_zone = target->zone;
    read_when(call, attributes, target->zone, &input);
    read_throttling(call, attributes, target, &input);
    read_timezones(attributes, target, &input);
    return input;
}

static bool find_target(sbx_call *call, struct target *target) {
    const char *id = json_string_value(sbx_call_at(call->body, message_pointer + 1));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, id, message_pointer);
    if (!row)
        return false;
    target->message = sbx_column_int(row, SBX_M_PK);
    target->campaign = sbx_column_int(row, SBX_M_CAMPAIGN);
    target->audience = sbx_column_int(row, SBX_M_AUDIENCE);
    bool all = sqlite3_column_type(row, SBX_M_RECIPIENTS) == SQLITE_NULL;
    target->recipients = all ? 100 : (int)sbx_column_int(row, SBX_M_RECIPIENTS);
    target->test = sbx_ab_test_read(sbx_column(row, SBX_M_AB_TEST));
    bool draft = sbx_message_changeable(call, row, "scheduled");
    row = sbx_store_use(call->store, SBX_SQL_CAMPAIGN_BY_PK, "i", target->campaign);
    if (!sbx_store_row(call->store, row))
        return false;
    const char *zone = sbx_column(row, SBX_C_TIMEZONE);
    if (sbx_zones_find(call->zones, zone ? zone : "UTC", &target->zone) != SBX_ZONE_OK)
        call->errors.failed = true;
    target->campaign_percentage = (int)sbx_column_int(row, SBX_C_PERCENTAGE);
    target->passed_at_once = sbx_column_int(row, SBX_C_PASSED);
    sqlite3_reset(row);
    return draft && !call->errors.failed;
}

/* Adds an error when the message has no content. An A/B test needs two variations to compare. */
static void check_content(sbx_call *call, struct target *target) {
    int64_t count =
        sbx_store_int(call->store, SBX_SQL_VARIATIONS_SENDABLE_COUNT, "i", target->message);
    target->test.runs = target->test.runs && count > 1;
    if (!count)
        sbx_invalid(&call->errors, message_pointer,
                    "The message has no variation with details, so there is nothing to send.");
}

static void schedule(sbx_call *call, const struct target *target, struct schedule_input *input) {
    sbx_recipients recipients;
    if (!sbx_recipients_of(call->store, call->zones, target->audience, target->zone,
                           target->recipients, &recipients)) {
        call->errors.failed = true;
        return;
    }
    input->request.test = target->test;
    input->request.groups = recipients.groups;
    input->request.group_count = recipients.count;
    sbx_send_schedule request;
    const char *problem = sbx_send_schedule_make(&input->request, &request);
    char *stored = problem ? NULL : sbx_send_request_to_json(&input->request);
    if (problem)
        sbx_invalid(&call->errors, ATTRIBUTES, "Cannot be scheduled: %s.", problem);
    else if (!stored)
        call->errors.failed = true;
    else {
        json_t *time = input->send_date ? NULL : json_integer(input->request.send_time);
        json_t *percentage = input->percentage ? json_integer(input->percentage) : NULL;
        json_t *tomorrow = input->has_past_tomorrow ? json_boolean(input->past_tomorrow) : NULL;
        sbx_store_run(call->store, SBX_SQL_MESSAGE_SCHEDULE, "tjtjtjtiii", input->strategy, time,
                      input->send_date, percentage, input->unit, tomorrow, stored, request.first,
                      call->now, target->message);
        json_decref(time);
        json_decref(percentage);
        json_decref(tomorrow);
    }
    free(stored);
    sbx_send_schedule_free(&request);
    sbx_recipients_free(&recipients);
}

void sbx_handle_schedule_create(sbx_call *call) {
    struct target target = {0};
    if (!find_target(call, &target))
        return;
    struct schedule_input input = read_input(call, &target);
    check_content(call, &target);
    if (call->errors.count)
        return;
    schedule(call, &target, &input);
    if (!call->errors.count && !call->errors.failed)
        sbx_respond_one(call, 201, SBX_TYPE_SCHEDULE,
                        json_string_value(sbx_call_at(call->body, message_pointer + 1)));
}

static void cancel(sbx_call *call, int64_t pk, const char *status) {
    if (!strcmp(status, "SENT") || !strcmp(status, "CANCELLED"))
        sbx_conflict(&call->errors, NULL,
                     "The message is %s; only one that is DRAFT, SCHEDULED or SENDING can be "
                     "cancelled.",
                     status);
    else
        sbx_store_run(call->store, SBX_SQL_MESSAGE_CANCEL, "iii", call->now, call->now, pk);
}

static void revert(sbx_call *call, int64_t pk, const char *status, int64_t first) {
    if (strcmp(status, "SCHEDULED"))
        sbx_conflict(&call->errors, NULL,
                     "The message is %s; only one that is SCHEDULED can be reverted.", status);
    else if (first - call->now < call->revert_margin)
        sbx_conflict(&call->errors, NULL,
                     "The message is too close to its send time to be reverted; cancel it.");
    else
        sbx_store_run(call->store, SBX_SQL_MESSAGE_REVERT, "ii", call->now, pk);
}

void sbx_handle_schedule_update(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_SCHEDULE, call->id, NULL);
    if (!row)
        return;
    char status[16] = "";
    strncpy(status, sbx_column(row, SBX_M_STATUS), sizeof status - 1);
    int64_t pk = sbx_column_int(row, SBX_M_PK), first = sbx_column_int(row, SBX_M_NEXT_EVENT);
    sqlite3_reset(row);
    const char *action = json_string_value(sbx_call_at(call->body, "data/attributes/action"));
    if (!strcmp(action, "cancel"))
        cancel(call, pk, status);
    else
        revert(call, pk, status, first);
    call->response->status = 204;
}
