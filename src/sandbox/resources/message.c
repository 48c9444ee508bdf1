/* SPDX-License-Identifier: MIT */
#include "resources/message.h"

#include <string.h>

#include "resources/audience.h"
#include "resources/find.h"
#include "resources/resource.h"
#include "resources/responses.h"
#include "resources/variation.h"

sbx_message_input sbx_message_read(sbx_dialect dialect, json_t *definition) {
    sbx_message_input input = {.name = json_object_get(definition, "name")};
    if (dialect == SBX_DIALECT_GUIDE) {
        input.track_opens = json_object_get(definition, "is_tracking_opens");
        input.track_clicks = json_object_get(definition, "is_tracking_clicks");
        return input;
    }
    json_t *tracking = json_object_get(definition, "tracking_options");
    input.ab_test = json_object_get(definition, "ab_test");
    input.tracking_params = json_object_get(tracking, "tracking_params");
    json_t *options = json_object_get(definition, "send_options");
    input.track_opens = json_object_get(tracking, "is_tracking_opens");
    input.track_clicks = json_object_get(tracking, "is_tracking_clicks");
    input.add_utm = json_object_get(tracking, "is_add_utm");
    input.throttling = json_object_get(options, "throttling_type");
    input.ignoring = json_object_get(options, "is_ignoring_unsubscribes");
    input.recipients = json_object_get(options, "recipient_percentage");
    return input;
}

sbx_message_input sbx_message_read_inline(sbx_dialect dialect, json_t *message) {
    if (dialect == SBX_DIALECT_GUIDE) {
        json_t *definition = json_object_get(message, "definition");
        sbx_message_input input = sbx_message_read(dialect, definition);
        input.variations = json_object_get(definition, "variations");
        return input;
    }
    return (sbx_message_input){.name = json_object_get(message, "name"),
                               .add_utm = json_object_get(message, "is_add_utm"),
                               .throttling = json_object_get(message, "throttling_type"),
                               .ab_test = json_object_get(message, "ab_test"),
                               .tracking_params = json_object_get(message, "tracking_params"),
                               .variations = json_object_get(message, "variations")};
}

/* Returns the stored spelling of a throttling type, from either spelling; NULL for null. */
static const char *throttling_stored(json_t *throttling) {
    static const char *const spellings[][2] = {
        {"FOR_CAMPAIGNS", "throttle-for-campaigns"},
        {"FOR_CAMPAIGNS_AND_FLOWS", "throttle-for-campaigns-and-flows"},
        {"FOR_FLOWS", "throttle-for-flows"},
        {"NONE", "none"},
    };
    const char *given = json_string_value(throttling);
    for (size_t i = 0; given && i < sizeof spellings / sizeof *spellings; i++)
        if (!strcmp(given, spellings[i][0]))
            return spellings[i][1];
    return given;
}

int64_t sbx_message_insert(sbx_call *call, int64_t campaign, int64_t audience,
                           const sbx_message_input *input) {
    bool named = json_is_string(input->name);
    sbx_key key = sbx_call_next_message_key(call);
    if (!sbx_store_run(call->store, SBX_SQL_MESSAGE_INSERT, "iiiiitjjjtjjjiij", key.pk, key.ahead,
                       campaign, audience, (int64_t)named,
                       named ? json_string_value(input->name) : "",
                       input->track_opens ? input->track_opens : json_true(),
                       input->track_clicks ? input->track_clicks : json_true(), input->add_utm,
                       throttling_stored(input->throttling), input->ignoring, input->recipients,
                       input->ab_test, call->now, call->now, input->tracking_params))
        return 0;
    return key.pk;
}

void sbx_handle_message_create(sbx_call *call) {
    static const char pointer[] = "/data/relationships/campaign/data/id";
    const char *campaign_id = json_string_value(sbx_call_at(call->body, pointer + 1));
    sbx_message_input input =
        sbx_message_read(call->dialect, sbx_call_at(call->body, "data/attributes/definition"));
    int64_t campaign = 0, audience = sbx_audience_of_body(call, &campaign);
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, campaign_id, pointer);
    bool same = row && sbx_column_int(row, SBX_C_PK) == campaign;
    sqlite3_reset(row);
    if (audience && row && !same)
        sbx_invalid(&call->errors, "/data/relationships/campaign-audience/data/id",
                    "The audience belongs to another campaign.");
    if (call->errors.count || !sbx_campaign_changeable(call, campaign))
        return;
    int64_t message = sbx_message_insert(call, campaign, audience, &input);
    json_t *variations = sbx_call_at(call->body, "data/attributes/variations");
    if (variations)
        sbx_variations_insert(call, message, variations);
    sbx_respond_created(call, SBX_TYPE_MESSAGE, message);
}

/* Merges a new A/B test into the stored one, field by field; null removes it. NULL: out of memory.
 */
static json_t *merged_test(const char *stored, json_t *given) {
    json_t *test = stored ? json_loads(stored, 0, NULL) : NULL;
    if (!test || !json_is_object(given)) {
        json_decref(test);
        return json_incref(given);
    }
    if (json_object_update(test, given)) {
        json_decref(test);
        return NULL;
    }
    return test;
}

void sbx_handle_message_update(sbx_call *call) {
    sbx_message_input input =
        sbx_message_read(call->dialect, sbx_call_at(call->body, "data/attributes/definition"));
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, call->id, NULL);
    if (!row)
        return;
    int64_t pk = sbx_column_int(row, SBX_M_PK);
    json_t *test =
        input.ab_test ? merged_test(sbx_column(row, SBX_M_AB_TEST), input.ab_test) : NULL;
    if (!sbx_message_changeable(call, row, "updated") || call->errors.count) {
        json_decref(test);
        return;
    }
    sbx_sql sql;
    sbx_assign_begin(call, &sql, "messages");
    sbx_assign_name(&sql, input.name);
    sbx_assign(&sql, "track_opens", input.track_opens);
    sbx_assign(&sql, "track_clicks", input.track_clicks);
    sbx_assign(&sql, "add_utm", input.add_utm);
    if (input.throttling)
        sbx_assign_text(&sql, "throttling", throttling_stored(input.throttling));
    sbx_assign(&sql, "ignoring", input.ignoring);
    sbx_assign(&sql, "recipients", input.recipients);
    sbx_assign(&sql, "tracking_params", input.tracking_params);
    sbx_assign(&sql, "ab_test", test);
    sbx_assign_end(call, &sql, pk);
    json_decref(test);
    sbx_respond_one(call, 200, SBX_TYPE_MESSAGE, call->id);
}

/* A message that was sent or is being sent cannot be deleted. */
void sbx_handle_message_delete(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_MESSAGE, call->id, NULL);
    if (!row)
        return;
    int64_t pk = sbx_column_int(row, SBX_M_PK);
    bool cancelled = !strcmp(sbx_column(row, SBX_M_STATUS), "CANCELLED");
    int64_t campaign = sbx_column_int(row, SBX_M_CAMPAIGN);
    bool good = cancelled ? sbx_campaign_changeable(call, campaign)
                          : sbx_message_changeable(call, row, "deleted");
    sqlite3_reset(row);
    if (!good)
        return;
    sbx_store_run(call->store, SBX_SQL_MESSAGE_DELETE, "i", pk);
    call->response->status = 204;
}
