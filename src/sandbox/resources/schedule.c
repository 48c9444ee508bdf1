/* SPDX-License-Identifier: MIT */
/* Scheduling a message, cancelling it and taking it back. */
#include <stdlib.h>
#include <string.h>

#include "sends/lifecycle.h"
#include "sends/recipients.h"
#include "resources/resource.h"
#include "resources/route.h"
#include "base/timestamp.h"

#define ATTRIBUTES "/data/attributes"

static const char message_pointer[] = "/data/relationships/campaign-message/data/id";

/* What is asked for. */
struct wish {
    sbx_plan_request plan;
    const char *strategy, *send_date, *unit;
    int percentage;         /* 0: none */
    bool has_past_tomorrow; /* timezone_options were given */
    bool past_tomorrow;
};

/* What a wish is held against: the message and its campaign. */
struct subject {
    int64_t message, campaign, audience;
    int recipients;          /* percent */
    int campaign_percentage; /* send_settings.throttle_percentage; 0: none */
    bool passed_at_once;     /* send_settings.send_passed_rltz_immediately */
    const sbx_zone *zone;    /* send_settings.send_timezone */
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

/* What rules.c has let pass; the date is held against the campaign's zone. */
static void read_when(sbx_call *call, json_t *attributes, const sbx_zone *zone, struct wish *wish) {
    json_t *time = json_object_get(attributes, "send_time");
    json_t *date = json_object_get(attributes, "send_date");
    if (given(time))
        sbx_time_parse(json_string_value(time), json_string_length(time), &wish->plan.send_time);
    if (!given(date))
        return;
    wish->send_date = json_string_value(date);
    sbx_date_parse(wish->send_date, json_string_length(date), &wish->plan.date);
    int64_t today = sbx_floor_div(sbx_zone_local(zone, call->now), SBX_DAY) * SBX_DAY;
    if (wish->plan.date < today)
        sbx_invalid(&call->errors, ATTRIBUTES "/send_date", "Must not be in the past.");
}

/* Throttled: the options given, or in the guide's dialect what the campaign says. */
static void read_throttling(sbx_call *call, json_t *attributes, const struct subject *subject,
                            struct wish *wish) {
    json_t *options = json_object_get(attributes, "throttled_options");
    if (wish->plan.strategy != SBX_STRATEGY_THROTTLED)
        return;
    wish->percentage = (int)json_integer_value(json_object_get(options, "throttling_percentage"));
    if (!given(options) && call->dialect == SBX_DIALECT_GUIDE)
        wish->percentage = subject->campaign_percentage;
    if (!wish->percentage)
        sbx_invalid(&call->errors, ATTRIBUTES "/throttled_options",
                    call->dialect == SBX_DIALECT_GUIDE
                        ? "Required when the strategy is throttled and the campaign has no "
                          "throttle_percentage."
                        : "Required when the strategy is throttled.");
    const char *unit = json_string_value(json_object_get(options, "throttle_unit"));
    wish->unit = unit ? unit : "hour";
    wish->plan.per_minute = !strcmp(wish->unit, "minute");
    wish->plan.percentage = wish->percentage;
}

/* Local time zones: the options given (tomorrow, else at once); without them the campaign, whose
 * settings its messages override, says at once or not at all. */
static void read_timezones(json_t *attributes, const struct subject *subject, struct wish *wish) {
    json_t *options = json_object_get(attributes, "timezone_options");
    wish->has_past_tomorrow = given(options);
    wish->past_tomorrow = json_is_true(json_object_get(options, "send_past_timezones_tomorrow"));
    if (wish->has_past_tomorrow)
        wish->plan.passed = wish->past_tomorrow ? SBX_PASSED_NEXT_DAY : SBX_PASSED_AT_ONCE;
    else
        wish->plan.passed = subject->passed_at_once ? SBX_PASSED_AT_ONCE : SBX_PASSED_SKIP;
}

static struct wish read_wish(sbx_call *call, const struct subject *subject) {
    json_t *attributes = sbx_call_at(call->body, "data/attributes");
    struct wish wish = {.strategy = json_string_value(json_object_get(attributes, "strategy"))};
    wish.plan.strategy = strategy_of(wish.strategy);
    wish.plan.now = call->now;
    wish.plan.send_zone = subject->zone;
    read_when(call, attributes, subject->zone, &wish);
    read_throttling(call, attributes, subject, &wish);
    read_timezones(attributes, subject, &wish);
    return wish;
}

static bool find_subject(sbx_call *call, struct subject *subject) {
    const char *id = json_string_value(sbx_call_at(call->body, message_pointer + 1));
    sqlite3_stmt *row = sbx_call_find(call, SBX_TYPE_MESSAGE, id, message_pointer);
    if (!row)
        return false;
    subject->message = sbx_column_int(row, SBX_M_PK);
    subject->campaign = sbx_column_int(row, SBX_M_CAMPAIGN);
    subject->audience = sbx_column_int(row, SBX_M_AUDIENCE);
    bool all = sqlite3_column_type(row, SBX_M_RECIPIENTS) == SQLITE_NULL;
    subject->recipients = all ? 100 : (int)sbx_column_int(row, SBX_M_RECIPIENTS);
    bool draft = sbx_message_changeable(call, row, "scheduled");
    row = sbx_store_use(&call->box->store, SBX_SQL_CAMPAIGN_BY_PK, "i", subject->campaign);
    if (!sbx_store_row(&call->box->store, row))
        return false;
    const char *zone = sbx_column(row, SBX_C_TIMEZONE);
    if (sbx_zones_find(call->box->zones, zone ? zone : "UTC", &subject->zone) != SBX_ZONE_OK)
        call->errors.failed = true;
    subject->campaign_percentage = (int)sbx_column_int(row, SBX_C_PERCENTAGE);
    subject->passed_at_once = sbx_column_int(row, SBX_C_PASSED);
    sqlite3_reset(row);
    return draft && !call->errors.failed;
}

/* There must be something to send. */
static void check_content(sbx_call *call, const struct subject *subject) {
    if (!sbx_store_int(&call->box->store, SBX_SQL_VARIATION_SENDABLE, "i", subject->message))
        sbx_invalid(&call->errors, message_pointer,
                    "The message has no variation with details, so there is nothing to send.");
}

static void schedule(sbx_call *call, const struct subject *subject, struct wish *wish) {
    sbx_recipients recipients;
    if (!sbx_recipients_of(call->box, subject->audience, subject->zone, subject->recipients,
                           &recipients)) {
        call->errors.failed = true;
        return;
    }
    wish->plan.groups = recipients.groups;
    wish->plan.group_count = recipients.count;
    sbx_plan plan;
    const char *problem = sbx_plan_make(&wish->plan, &plan);
    char *stored = problem ? NULL : sbx_plan_store(&wish->plan);
    if (problem)
        sbx_invalid(&call->errors, ATTRIBUTES, "Cannot be planned: %s.", problem);
    else if (!stored)
        call->errors.failed = true;
    else {
        json_t *time = wish->send_date ? NULL : json_integer(wish->plan.send_time);
        json_t *percentage = wish->percentage ? json_integer(wish->percentage) : NULL;
        json_t *tomorrow = wish->has_past_tomorrow ? json_boolean(wish->past_tomorrow) : NULL;
        sbx_store_run(&call->box->store, SBX_SQL_MESSAGE_SCHEDULE, "tjtjtjtiii", wish->strategy,
                      time, wish->send_date, percentage, wish->unit, tomorrow, stored, plan.first,
                      call->now, subject->message);
        json_decref(time);
        json_decref(percentage);
        json_decref(tomorrow);
    }
    free(stored);
    sbx_plan_free(&plan);
    sbx_recipients_free(&recipients);
}

void sbx_act_schedule_create(sbx_call *call) {
    struct subject subject = {0};
    if (!find_subject(call, &subject))
        return;
    struct wish wish = read_wish(call, &subject);
    check_content(call, &subject);
    if (call->errors.count)
        return;
    schedule(call, &subject, &wish);
    if (!call->errors.count && !call->errors.failed)
        sbx_call_answer_one(call, 201, SBX_TYPE_SCHEDULE,
                            json_string_value(sbx_call_at(call->body, message_pointer + 1)));
}

static void cancel(sbx_call *call, int64_t pk, const char *status) {
    if (!strcmp(status, "SENT") || !strcmp(status, "CANCELLED"))
        sbx_conflict(&call->errors, NULL,
                     "The message is %s; only one that is DRAFT, SCHEDULED or SENDING can be "
                     "cancelled.",
                     status);
    else
        sbx_store_run(&call->box->store, SBX_SQL_MESSAGE_CANCEL, "iii", call->now, call->now, pk);
}

static void revert(sbx_call *call, int64_t pk, const char *status, int64_t first) {
    if (strcmp(status, "SCHEDULED"))
        sbx_conflict(&call->errors, NULL,
                     "The message is %s; only one that is SCHEDULED can be reverted.", status);
    else if (first - call->now < call->box->settings.revert_margin)
        sbx_conflict(&call->errors, NULL,
                     "The message is too close to its send time to be reverted; cancel it.");
    else
        sbx_store_run(&call->box->store, SBX_SQL_MESSAGE_REVERT, "ii", call->now, pk);
}

void sbx_act_schedule_update(sbx_call *call) {
    sqlite3_stmt *row = sbx_call_find(call, SBX_TYPE_SCHEDULE, call->id, NULL);
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
    call->answer->status = 204;
}
