/* SPDX-License-Identifier: MIT */
#include "sends/ab_test.h"

#include "base/timestamp.h"

#define RATE_COLUMN 3

static double between(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

sbx_ab_test sbx_ab_test_read(const char *stored) {
    json_t *json = stored ? json_loads(stored, 0, NULL) : NULL;
    json_t *share = json_object_get(json, "winner_percentage");
    double hours = json_number_value(json_object_get(json, "winner_wait_hours"));
    double longest = (double)(SBX_AB_WAIT_MAX / SBX_HOUR);
    sbx_ab_test test = {.runs = json_is_number(share),
                        .share = between(json_number_value(share), 0, 100),
                        .wait = (int64_t)(between(hours, 0, longest) * (double)SBX_HOUR)};
    json_decref(json);
    return test;
}

/* Between 0 and 0.5, and the same in every sandbox that made its resources in the same order. */
static double rate_of_key(int64_t key) {
    uint64_t bits = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 32)) * UINT64_C(0xBF58476D1CE4E5B9);
    return (double)(bits >> 40) / (double)(UINT64_C(1) << 25);
}

double sbx_ab_test_rate(sqlite3_stmt *row) {
    return sqlite3_column_type(row, RATE_COLUMN) == SQLITE_NULL
               ? rate_of_key(sbx_column_int(row, 0))
               : sqlite3_column_double(row, RATE_COLUMN);
}

bool sbx_ab_test_decide(sbx_store *store, int64_t message) {
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_MESSAGE_BY_PK, "i", message);
    if (!sbx_store_row(store, row))
        return false;
    bool decided = sqlite3_column_type(row, SBX_M_WINNER) != SQLITE_NULL;
    sqlite3_reset(row);
    if (decided)
        return true;
    int64_t winner = 0;
    double best = 0;
    row = sbx_store_use(store, SBX_SQL_VARIATIONS_SENDABLE, "i", message);
    while (sbx_store_row(store, row)) {
        double rate = sbx_ab_test_rate(row);
        if (winner && rate <= best)
            continue;
        winner = sbx_column_int(row, 0);
        best = rate;
    }
    return sbx_store_run(store, SBX_SQL_MESSAGE_WINNER, "ii", winner, message);
}
