/* SPDX-License-Identifier: MIT */
#include "resources/campaign.h"

#include <stdio.h>

#include "resources/audience.h"
#include "resources/find.h"
#include "resources/message.h"
#include "resources/resource.h"
#include "resources/responses.h"
#include "resources/rules.h"
#include "resources/variation.h"

#define DEFINITION "data/attributes/definition"
#define SETTINGS   "/data/attributes/definition/send_settings"

static json_t *member_or(json_t *object, const char *name, json_t *otherwise) {
    json_t *value = json_object_get(object, name);
    return value ? value : otherwise;
}

/* An absent setting gets its default; null stays null. */
static int64_t insert_campaign(sbx_call *call, json_t *definition) {
    json_t *settings = json_object_get(definition, "send_settings");
    json_t *name = json_object_get(definition, "name");
    const char *builder = json_string_value(json_object_get(definition, "builder"));
    json_t *utc = json_string("UTC"), *fixed = json_string("STATIC");
    sbx_key key = sbx_call_next_key(call);
    bool good = sbx_store_run(
        call->store, SBX_SQL_CAMPAIGN_INSERT, "iiittijjjjjjjjii", key.pk, key.ahead,
        (int64_t)json_is_string(name), json_is_string(name) ? json_string_value(name) : "",
        builder ? builder : "wizard",
        (int64_t)json_is_true(json_object_get(definition, "archived")),
        json_object_get(definition, "color"), json_object_get(definition, "description"),
        member_or(settings, "send_timezone", utc), member_or(settings, "send_strategy", fixed),
        member_or(settings, "send_passed_rltz_immediately", json_false()),
        json_object_get(settings, "throttle_percentage"),
        member_or(settings, "exit_condition_enabled", json_false()),
        json_object_get(settings, "exit_condition_conversion_metric_id"), call->now, call->now);
    json_decref(utc);
    json_decref(fixed);
    return good ? key.pk : 0;
}

/* Returns the keys of the inline audiences by their temporary ids. */
static json_t *insert_audiences(sbx_call *call, int64_t campaign, json_t *audiences) {
    json_t *keys = json_object();
    for (size_t i = 0; i < json_array_size(audiences); i++) {
        json_t *audience = json_array_get(audiences, i);
        const char *temporary = json_string_value(json_object_get(audience, "temporary_id"));
        int64_t key = sbx_audience_insert(call, campaign, json_object_get(audience, "name"), NULL,
                                          json_object_get(audience, "included"),
                                          json_object_get(audience, "excluded"));
        json_object_set_new(keys, temporary, json_integer(key));
    }
    return keys;
}

static void insert_messages(sbx_call *call, int64_t campaign, json_t *messages, json_t *audiences) {
    for (size_t i = 0; i < json_array_size(messages); i++) {
        json_t *message = json_array_get(messages, i);
        const char *temporary =
            json_string_value(json_object_get(message, "audience_temporary_id"));
        json_t *audience = json_object_get(audiences, temporary);
        sbx_message_input input = sbx_message_read_inline(call->dialect, message);
        int64_t key = sbx_message_insert(call, campaign, json_integer_value(audience), &input);
        sbx_variations_insert(call, key, input.variations);
    }
}

static void attach_tags(sbx_call *call, int64_t campaign) {
    json_t *tags = sbx_call_at(call->body, "data/relationships/tags/data");
    for (size_t i = 0; i < json_array_size(tags); i++) {
        char pointer[64];
        const char *id = json_string_value(json_object_get(json_array_get(tags, i), "id"));
        snprintf(pointer, sizeof pointer, "/data/relationships/tags/data/%zu/id", i);
        sqlite3_stmt *row = sbx_find(call, SBX_TYPE_TAG, id, pointer);
        if (row) {
            sqlite3_reset(row);
            sbx_store_run(call->store, SBX_SQL_CAMPAIGN_TAG_ADD, "it", campaign, id);
        }
    }
}

void sbx_handle_campaign_create(sbx_call *call) {
    json_t *definition = sbx_call_at(call->body, DEFINITION);
    int64_t campaign = insert_campaign(call, definition);
    json_t *audiences =
        insert_audiences(call, campaign, sbx_call_at(call->body, "data/attributes/audiences"));
    insert_messages(call, campaign, sbx_call_at(call->body, "data/attributes/messages"), audiences);
    json_decref(audiences);
    attach_tags(call, campaign);
    sbx_respond_created(call, SBX_TYPE_CAMPAIGN, campaign);
}

static void assign_settings(sbx_sql *sql, json_t *settings) {
    if (json_is_null(settings)) {
        settings = json_pack("{s:s,s:s,s:b,s:n,s:b,s:n}", "send_timezone", "UTC", "send_strategy",
                             "STATIC", "send_passed_rltz_immediately", 0, "throttle_percentage",
                             "exit_condition_enabled", 0, "exit_condition_conversion_metric_id");
        if (!settings) {
            sql->failed = true;
            return;
        }
    } else {
        json_incref(settings);
    }
    json_t *strategy = json_object_get(settings, "send_strategy");
    json_t *percentage = json_object_get(settings, "throttle_percentage");
    sbx_assign(sql, "send_timezone", json_object_get(settings, "send_timezone"));
    sbx_assign(sql, "send_strategy", strategy);
    sbx_assign(sql, "send_passed", json_object_get(settings, "send_passed_rltz_immediately"));
    if (strategy && !sbx_is_throttled(json_string_value(strategy)))
        sbx_assign_text(sql, "throttle_percentage", NULL);
    else
        sbx_assign(sql, "throttle_percentage", percentage);
    sbx_assign(sql, "exit_enabled", json_object_get(settings, "exit_condition_enabled"));
    sbx_assign(sql, "exit_metric",
               json_object_get(settings, "exit_condition_conversion_metric_id"));
    json_decref(settings);
}

/* Settings apply to messages that are still drafts; they are fixed once any message is not. */
static bool check_changeable(sbx_call *call, int64_t pk, json_t *definition) {
    if (!sbx_campaign_changeable(call, pk))
        return false;
    if (json_object_get(definition, "send_settings") &&
        sbx_store_int(call->store, SBX_SQL_CAMPAIGN_NON_DRAFT, "i", pk))
        sbx_conflict(&call->errors, SETTINGS,
                     "The campaign has messages that are no longer drafts; cancel them or revert "
                     "them to draft first.");
    return !call->errors.count;
}

/* Archives the campaign with everything below it, or brings it back. Messages that are scheduled or
 * being sent are cancelled when it is archived, and stay so. */
static void set_archived(sbx_call *call, int64_t campaign, bool archived, bool deleted) {
    sbx_store *store = call->store;
    int64_t flag = archived;
    sbx_store_run(store, SBX_SQL_CAMPAIGN_ARCHIVE, "iiii", flag, (int64_t)deleted, call->now,
                  campaign);
    sbx_store_run(store, SBX_SQL_CAMPAIGN_ARCHIVE_AUDIENCES, "iii", flag, call->now, campaign);
    if (archived)
        sbx_store_run(store, SBX_SQL_CAMPAIGN_CANCEL_MESSAGES, "ii", call->now, campaign);
    sbx_store_run(store, SBX_SQL_CAMPAIGN_ARCHIVE_MESSAGES, "iii", flag, call->now, campaign);
}

void sbx_handle_campaign_update(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, call->id, NULL);
    if (!row)
        return;
    json_t *definition = sbx_call_at(call->body, DEFINITION);
    int64_t pk = sbx_column_int(row, SBX_C_PK);
    bool deleted = sbx_column_int(row, SBX_C_DELETED);
    bool archived = sbx_column_int(row, SBX_C_ARCHIVED);
    sqlite3_reset(row);
    if (archived && !deleted && json_is_false(json_object_get(definition, "archived")))
        set_archived(call, pk, false, false);
    if (!check_changeable(call, pk, definition))
        return;
    sbx_sql sql;
    sbx_assign_begin(call, &sql, "campaigns");
    sbx_assign_name(&sql, json_object_get(definition, "name"));
    json_t *builder = json_object_get(definition, "builder");
    if (json_is_string(builder))
        sbx_assign(&sql, "builder", builder);
    sbx_assign(&sql, "color", json_object_get(definition, "color"));
    sbx_assign(&sql, "description", json_object_get(definition, "description"));
    if (json_object_get(definition, "send_settings"))
        assign_settings(&sql, json_object_get(definition, "send_settings"));
    sbx_assign_end(call, &sql, pk);
    if (json_is_true(json_object_get(definition, "archived")))
        set_archived(call, pk, true, false);
    sbx_respond_one(call, 200, SBX_TYPE_CAMPAIGN, call->id);
}

/* "This is a soft delete (sets the archived flag)"; deleting again changes nothing. */
void sbx_handle_campaign_delete(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, call->id, NULL);
    if (!row)
        return;
    int64_t pk = sbx_column_int(row, SBX_C_PK);
    bool deleted = sbx_column_int(row, SBX_C_DELETED);
    sqlite3_reset(row);
    if (!deleted)
        set_archived(call, pk, true, true);
    call->response->status = 204;
}
