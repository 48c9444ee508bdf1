/* SPDX-License-Identifier: MIT */
#include "control/seed_results.h"

#include <stdio.h>

#include "sends/results.h"

/* Returns the keys of the variations that a message sends, in their order. */
static json_t *keys_of(sbx_store *store, int64_t message) {
    json_t *keys = json_array();
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_VARIATIONS_SENDABLE, "i", message);
    while (sbx_store_row(store, row))
        json_array_append_new(keys, json_integer(sbx_column_int(row, 0)));
    return keys;
}

static bool check_rates(sbx_control *control, const json_t *rates, size_t count) {
    bool good = json_is_array(rates) && json_array_size(rates) == count;
    for (size_t i = 0; good && i < count; i++)
        good = json_is_number(json_array_get(rates, i));
    return good || sbx_invalid(&control->errors, "/rates",
                               "Must be a list of %zu numbers: one for each variation.", count);
}

static bool is_decided(sbx_store *store, int64_t message) {
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_MESSAGE_BY_PK, "i", message);
    bool decided =
        sbx_store_row(store, row) && sqlite3_column_type(row, SBX_M_WINNER) != SQLITE_NULL;
    sqlite3_reset(row);
    return decided;
}

/* Sets the results of the variations of an A/B test, one each. */
static void set_test_rates(sbx_control *control, int64_t message, json_t *rates) {
    sbx_store *store = &control->instance->store;
    if (!message) {
        sbx_invalid(&control->errors, "/message", "'message' is required: rates are of its test.");
        return;
    }
    if (is_decided(store, message)) {
        sbx_conflict(&control->errors, "/message", "The A/B test of the message is decided.");
        return;
    }
    json_t *keys = keys_of(store, message);
    if (check_rates(control, rates, json_array_size(keys)))
        for (size_t i = 0; i < json_array_size(keys); i++)
            sbx_store_run(store, SBX_SQL_VARIATION_RATE, "ji", json_array_get(rates, i),
                          (int64_t)json_integer_value(json_array_get(keys, i)));
    json_decref(keys);
}

/* Returns the rates of the body, by name. */
static json_t *seeds_of(sbx_control *control) {
    json_t *seeds = json_object();
    for (size_t i = 0; sbx_rate_names[i]; i++) {
        json_t *value = json_object_get(control->body, sbx_rate_names[i]);
        bool money = !sbx_rate_names[i + 1];
        if (!value)
            continue;
        if (json_number_value(value) < 0 || (!money && json_number_value(value) > 1)) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/%s", sbx_rate_names[i]);
            sbx_invalid(&control->errors, pointer,
                        money ? "Must not be negative." : "Must be between 0 and 1.");
        }
        json_object_set(seeds, sbx_rate_names[i], value);
    }
    return seeds;
}

/* The seeded rate of a variation that its A/B test measures is its result in the test, too. */
static void set_own_rate(sbx_control *control, int64_t variation, json_t *seeds) {
    sbx_store *store = &control->instance->store;
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_VARIATION_BY_PK, "i", variation);
    int64_t message = sbx_store_row(store, row) ? sbx_column_int(row, SBX_V_MESSAGE) : 0;
    sqlite3_reset(row);
    row = sbx_store_use(store, SBX_SQL_MESSAGE_BY_PK, "i", message);
    const char *text = sbx_store_row(store, row) ? sbx_column(row, SBX_M_AB_TEST) : NULL;
    json_t *test = text ? json_loads(text, 0, NULL) : NULL;
    sqlite3_reset(row);
    const char *metric = json_string_value(json_object_get(test, "winner_metric"));
    json_t *rate = json_object_get(seeds, sbx_measured_rate(metric));
    if (rate && !is_decided(store, message))
        sbx_store_run(store, SBX_SQL_VARIATION_RATE, "ji", rate, variation);
    json_decref(test);
}

void sbx_control_results(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    json_t *rates = json_object_get(control->body, "rates"), *seeds = seeds_of(control);
    int64_t message = sbx_control_key(control, SBX_SQL_MESSAGE_BY_PK, "message");
    int64_t campaign = sbx_control_key(control, SBX_SQL_CAMPAIGN_BY_PK, "campaign");
    int64_t variation = sbx_control_key(control, SBX_SQL_VARIATION_BY_PK, "variation");
    int named = (message != 0) + (campaign != 0) + (variation != 0);
    if (!control->errors.count && named != 1)
        sbx_invalid(&control->errors, "",
                    "Results are of one campaign, message or variation: name one.");
    else if (!control->errors.count && !rates && !json_object_size(seeds))
        sbx_invalid(&control->errors, "/rates", "There is no result: give rates, open_rate, ...");
    if (!control->errors.count && rates)
        set_test_rates(control, message, rates);
    if (!control->errors.count && json_object_size(seeds))
        sbx_store_run(store, SBX_SQL_RESULTS_SET, "ij", message + campaign + variation, seeds);
    if (!control->errors.count && variation)
        set_own_rate(control, variation, seeds);
    json_decref(seeds);
}
