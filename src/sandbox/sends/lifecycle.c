/* SPDX-License-Identifier: MIT */
#include "sends/lifecycle.h"

#include "sends/ab_test.h"
#include "sends/stored_schedule.h"

void sbx_lifecycle_refresh(sbx_lifecycle *lifecycle) {
    sqlite3_stmt *row = sbx_store_use(lifecycle->store, SBX_SQL_MESSAGE_NEXT_EVENT, "");
    lifecycle->next_event = INT64_MAX;
    if (!sbx_store_row(lifecycle->store, row))
        return;
    if (sqlite3_column_type(row, 0) != SQLITE_NULL)
        lifecycle->next_event = sbx_column_int(row, 0);
    sqlite3_reset(row);
}

/* Advances one message past its event at `event`: to SENDING at the first of several sends, to its
 * winner when an A/B test is decided, to SENT at the last send. The sends in between change nothing
 * in the store: progress is computed when it is read. */
static bool advance_message(sbx_lifecycle *lifecycle, int64_t pk, const sbx_send_schedule *schedule,
                            int64_t event) {
    bool last = event >= schedule->last;
    bool tests = schedule->tested < schedule->total, decided = event >= schedule->decided;
    if (tests && decided && !sbx_ab_test_decide(lifecycle->store, pk))
        return false;
    const char *status = last ? "SENT" : "SENDING";
    if (last)
        return sbx_store_run(lifecycle->store, SBX_SQL_MESSAGE_PROGRESS, "tnii", status, event, pk);
    return sbx_store_run(lifecycle->store, SBX_SQL_MESSAGE_PROGRESS, "tiii", status,
                         tests && !decided ? schedule->decided : schedule->last, event, pk);
}

bool sbx_lifecycle_advance(sbx_lifecycle *lifecycle, int64_t now) {
    for (;;) {
        sqlite3_stmt *row = sbx_store_use(lifecycle->store, SBX_SQL_MESSAGE_DUE, "i", now);
        if (!sbx_store_row(lifecycle->store, row))
            return !lifecycle->store->failed;
        int64_t pk = sbx_column_int(row, 0), event = sbx_column_int(row, 2);
        sbx_send_schedule schedule;
        bool good = sbx_send_schedule_from_json(lifecycle->zones, sbx_column(row, 1), &schedule);
        sqlite3_reset(row);
        good = good && advance_message(lifecycle, pk, &schedule, event);
        sbx_send_schedule_free(&schedule);
        if (!good)
            return false;
    }
}

bool sbx_lifecycle_catch_up(sbx_lifecycle *lifecycle, int64_t now) {
    if (now < lifecycle->next_event)
        return true;
    if (!sbx_store_begin(lifecycle->store))
        return false;
    bool good = sbx_lifecycle_advance(lifecycle, now);
    good = sbx_store_end(lifecycle->store, good) && good;
    sbx_lifecycle_refresh(lifecycle);
    return good;
}
