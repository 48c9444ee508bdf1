/* SPDX-License-Identifier: MIT */
#include "resources/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"

#define SETTINGS   "data/attributes/definition/send_settings"
#define ATTRIBUTES "/data/attributes"

static bool given(json_t *value) {
    return value && !json_is_null(value);
}

bool sbx_is_throttled(const char *strategy) {
    return strategy && !strcmp(strategy, "THROTTLED");
}

/* "Not applicable for other send strategies." `strategy` applies when the body has none. */
static void check_percentage(sbx_call *call, const char *strategy) {
    if (call->dialect != SBX_DIALECT_GUIDE)
        return; /* the OpenAPI dialects have no such field */
    json_t *settings = sbx_call_at(call->body, SETTINGS);
    json_t *named = json_object_get(settings, "send_strategy");
    if (named)
        strategy = json_string_value(named);
    if (strategy && given(json_object_get(settings, "throttle_percentage")) &&
        !sbx_is_throttled(strategy))
        sbx_invalid(&call->errors, "/" SETTINGS "/throttle_percentage",
                    "Only applies when send_strategy is THROTTLED.");
}

/* With strict_lists, unknown ids are errors. */
static void check_ids(sbx_call *call, json_t *ids, const char *pointer, const char *name) {
    if (!call->strict_lists)
        return;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (!id)
            continue;
        sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_LIST_GET, "t", id);
        if (sbx_store_row(call->store, row)) {
            sqlite3_reset(row);
            continue;
        }
        char where[128];
        snprintf(where, sizeof where, "%s/%s/%zu", pointer, name, i);
        sbx_invalid(&call->errors, where, "There is no list or segment with the id '%.60s'.", id);
    }
}

static void check_lists(sbx_call *call, json_t *audience, const char *pointer) {
    check_ids(call, json_object_get(audience, "included"), pointer, "included");
    check_ids(call, json_object_get(audience, "excluded"), pointer, "excluded");
}

/* Returns the set of the temporary ids. */
static json_t *check_audiences(sbx_call *call) {
    json_t *audiences = sbx_call_at(call->body, "data/attributes/audiences");
    json_t *known = json_object();
    for (size_t i = 0; i < json_array_size(audiences); i++) {
        json_t *audience = json_array_get(audiences, i);
        const char *id = json_string_value(json_object_get(audience, "temporary_id"));
        char pointer[96];
        snprintf(pointer, sizeof pointer, ATTRIBUTES "/audiences/%zu", i);
        check_lists(call, audience, pointer);
        if (!id)
            continue;
        snprintf(pointer, sizeof pointer, ATTRIBUTES "/audiences/%zu/temporary_id", i);
        if (json_object_get(known, id))
            sbx_invalid(&call->errors, pointer, "'%.60s' is already used by another audience.", id);
        json_object_set_new(known, id, json_true());
    }
    return known;
}

void sbx_reject_second_variation(sbx_call *call, const char *pointer) {
    sbx_invalid(&call->errors, pointer,
                "A message targets one channel through one variation; create another message for "
                "another channel.");
}

static void check_messages(sbx_call *call, json_t *audiences) {
    bool guide = call->dialect == SBX_DIALECT_GUIDE;
    json_t *messages = sbx_call_at(call->body, "data/attributes/messages");
    for (size_t i = 0; i < json_array_size(messages); i++) {
        json_t *message = json_array_get(messages, i);
        const char *id = json_string_value(json_object_get(message, "audience_temporary_id"));
        char pointer[96];
        snprintf(pointer, sizeof pointer, ATTRIBUTES "/messages/%zu/audience_temporary_id", i);
        if (id && !json_object_get(audiences, id))
            sbx_invalid(&call->errors, pointer, "No audience has the temporary_id '%.60s'.", id);
        json_t *variations = sbx_call_at(message, "definition/variations");
        for (size_t j = 1; guide && j < json_array_size(variations); j++) {
            snprintf(pointer, sizeof pointer, ATTRIBUTES "/messages/%zu/definition/variations/%zu",
                     i, j);
            sbx_reject_second_variation(call, pointer);
        }
    }
}

/* Children are created with their campaign; existing ones cannot be moved to it. */
static void reject_links(sbx_call *call, const char *relation) {
    char path[64], pointer[64];
    snprintf(path, sizeof path, "data/relationships/%s/data", relation);
    snprintf(pointer, sizeof pointer, "/data/relationships/%s", relation);
    if (json_array_size(sbx_call_at(call->body, path)))
        sbx_invalid(&call->errors, pointer,
                    "Existing resources belong to another parent; define new ones, or clone.");
}

void sbx_check_campaign_create(sbx_call *call) {
    check_percentage(call, "STATIC");
    reject_links(call, "campaign-audiences");
    reject_links(call, "campaign-messages");
    json_t *audiences = check_audiences(call);
    check_messages(call, audiences);
    json_decref(audiences);
}

/* A body without a strategy leaves the one of the campaign. */
void sbx_check_campaign_update(sbx_call *call) {
    if (!json_object_get(sbx_call_at(call->body, SETTINGS), "throttle_percentage"))
        return;
    sqlite3_stmt *row = sbx_store_find(call->store, SBX_SQL_CAMPAIGN_BY_PK, call->id);
    check_percentage(call, row ? sbx_column(row, SBX_C_STRATEGY) : NULL);
    sqlite3_reset(row);
}

void sbx_check_audience(sbx_call *call) {
    bool guide = call->dialect == SBX_DIALECT_GUIDE;
    json_t *attributes = sbx_call_at(call->body, "data/attributes");
    check_lists(call, guide ? attributes : json_object_get(attributes, "definition"),
                guide ? ATTRIBUTES : ATTRIBUTES "/definition");
    reject_links(call, "campaign-messages");
}

void sbx_check_message(sbx_call *call) {
    json_t *recipients =
        sbx_call_at(call->body, "data/attributes/definition/send_options/recipient_percentage");
    json_int_t percentage = json_integer_value(recipients);
    if (json_is_integer(recipients) && (percentage < 1 || percentage > 100))
        sbx_invalid(&call->errors, ATTRIBUTES "/definition/send_options/recipient_percentage",
                    "%lld is not between 1 and 100.", (long long)percentage);
}

/* The clones of audiences and messages require the id twice. */
void sbx_check_clone(sbx_call *call) {
    json_t *id = sbx_call_at(call->body, "data/id");
    json_t *again = sbx_call_at(call->body, "data/attributes/id");
    if (json_is_string(id) && json_is_string(again) && !json_equal(id, again))
        sbx_conflict(&call->errors, ATTRIBUTES "/id",
                     "The id is '%.60s', but data.id says '%.60s'.", json_string_value(again),
                     json_string_value(id));
}

static void check_time(sbx_call *call, json_t *time, bool smart) {
    static const char pointer[] = ATTRIBUTES "/send_time";
    int64_t instant;
    if (smart && given(time))
        sbx_invalid(&call->errors, pointer, "smart_send_time takes a send_date, not a send_time.");
    else if (!smart && json_is_null(time))
        sbx_invalid(&call->errors, pointer, "Required when the strategy is not smart_send_time.");
    else if (json_is_string(time) &&
             !sbx_time_parse(json_string_value(time), json_string_length(time), &instant) &&
             instant <= call->now)
        sbx_invalid(&call->errors, pointer, "Must be in the future.");
}

static void check_only_for(sbx_call *call, json_t *attributes, const char *name, bool fits,
                           const char *strategy) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, ATTRIBUTES "/%s", name);
    if (!fits && given(json_object_get(attributes, name)))
        sbx_invalid(&call->errors, pointer, "Only applies when the strategy is %s.", strategy);
}

/* Checks the body alone; schedule.c checks what depends on the message and its campaign. */
void sbx_check_schedule(sbx_call *call) {
    json_t *attributes = sbx_call_at(call->body, "data/attributes");
    const char *strategy = json_string_value(json_object_get(attributes, "strategy"));
    json_t *time = json_object_get(attributes, "send_time");
    json_t *date = json_object_get(attributes, "send_date");
    bool guide = call->dialect == SBX_DIALECT_GUIDE; /* which has no smart_send_time yet */
    bool smart = !guide && strategy && !strcmp(strategy, "smart_send_time");
    check_time(call, time, smart);
    if (!strategy)
        return;
    if (!guide && !smart && !time && json_is_object(attributes))
        sbx_invalid(&call->errors, ATTRIBUTES "/send_time",
                    "Required when the strategy is not smart_send_time.");
    if (!guide && smart && !given(date))
        sbx_invalid(&call->errors, ATTRIBUTES "/send_date",
                    "Required when the strategy is smart_send_time.");
    if (!guide)
        check_only_for(call, attributes, "send_date", smart, "smart_send_time");
    check_only_for(call, attributes, "throttled_options", !strcmp(strategy, "throttled"),
                   "throttled");
    check_only_for(call, attributes, "timezone_options", !strcmp(strategy, "local_timezone"),
                   "local_timezone");
}
