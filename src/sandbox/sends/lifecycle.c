/* SPDX-License-Identifier: MIT */
#include "sends/lifecycle.h"

#include <stdlib.h>
#include <string.h>

char *sbx_plan_store(const sbx_plan_request *request) {
    json_t *groups = json_array();
    for (size_t i = 0; i < request->group_count; i++)
        json_array_append_new(groups, json_pack("{s:s,s:I,s:I}", "zone",
                                                sbx_zone_name(request->groups[i].zone), "n",
                                                (json_int_t)request->groups[i].profiles, "without",
                                                (json_int_t)request->groups[i].unconsented));
    json_t *plan =
        json_pack("{s:i,s:I,s:I,s:s,s:i,s:i,s:b,s:I,s:o}", "strategy", (int)request->strategy,
                  "now", (json_int_t)request->now, "send_time", (json_int_t)request->send_time,
                  "zone", sbx_zone_name(request->send_zone), "passed", (int)request->passed,
                  "percentage", request->percentage, "per_minute", request->per_minute, "date",
                  (json_int_t)request->date, "groups", groups);
    char *text = plan ? json_dumps(plan, JSON_COMPACT) : NULL;
    json_decref(plan);
    return text;
}

static bool read_groups(sbx_box *box, json_t *list, sbx_plan_group *groups) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *group = json_array_get(list, i);
        const char *zone = json_string_value(json_object_get(group, "zone"));
        if (!zone || sbx_zones_find(box->zones, zone, &groups[i].zone) != SBX_ZONE_OK)
            return false;
        groups[i].profiles = json_integer_value(json_object_get(group, "n"));
        groups[i].unconsented = json_integer_value(json_object_get(group, "without"));
    }
    return true;
}

bool sbx_plan_load(sbx_box *box, const char *stored, sbx_plan *plan) {
    memset(plan, 0, sizeof *plan);
    json_t *json = stored ? json_loads(stored, 0, NULL) : NULL;
    json_t *list = json_object_get(json, "groups");
    const char *zone = json_string_value(json_object_get(json, "zone"));
    sbx_plan_group *groups = calloc(json_array_size(list) + 1, sizeof *groups);
    sbx_plan_request request = {
        .strategy = (sbx_strategy)json_integer_value(json_object_get(json, "strategy")),
        .now = json_integer_value(json_object_get(json, "now")),
        .send_time = json_integer_value(json_object_get(json, "send_time")),
        .passed = (sbx_passed)json_integer_value(json_object_get(json, "passed")),
        .percentage = (int)json_integer_value(json_object_get(json, "percentage")),
        .per_minute = json_is_true(json_object_get(json, "per_minute")),
        .date = json_integer_value(json_object_get(json, "date")),
        .groups = groups,
        .group_count = json_array_size(list),
    };
    bool good = groups && zone &&
                sbx_zones_find(box->zones, zone, &request.send_zone) == SBX_ZONE_OK &&
                read_groups(box, list, groups) && !sbx_plan_make(&request, plan);
    free(groups);
    json_decref(json);
    return good;
}

void sbx_lifecycle_refresh(sbx_box *box) {
    sqlite3_stmt *row = sbx_store_use(&box->store, SBX_SQL_MESSAGE_NEXT_EVENT, "");
    box->next_event = INT64_MAX;
    if (!sbx_store_row(&box->store, row))
        return;
    if (sqlite3_column_type(row, 0) != SQLITE_NULL)
        box->next_event = sbx_column_int(row, 0);
    sqlite3_reset(row);
}

/* Moves one message past its event at `event`: SENDING with the first of several sends, SENT with
 * the last. Only the ends of a send change the message; what is out in between is reckoned when
 * somebody asks. */
static bool move_on(sbx_box *box, int64_t pk, const sbx_plan *plan, int64_t event) {
    bool last = event >= plan->last;
    const char *status = last ? "SENT" : "SENDING";
    if (last)
        return sbx_store_run(&box->store, SBX_SQL_MESSAGE_PROGRESS, "tnii", status, event, pk);
    return sbx_store_run(&box->store, SBX_SQL_MESSAGE_PROGRESS, "tiii", status, plan->last, event,
                         pk);
}

bool sbx_lifecycle_settle(sbx_box *box, int64_t now) {
    for (;;) {
        sqlite3_stmt *row = sbx_store_use(&box->store, SBX_SQL_MESSAGE_DUE, "i", now);
        if (!sbx_store_row(&box->store, row))
            return !box->store.failed;
        int64_t pk = sbx_column_int(row, 0), event = sbx_column_int(row, 2);
        sbx_plan plan;
        bool good = sbx_plan_load(box, sbx_column(row, 1), &plan);
        sqlite3_reset(row);
        good = good && move_on(box, pk, &plan, event);
        sbx_plan_free(&plan);
        if (!good)
            return false;
    }
}

bool sbx_lifecycle_catch_up(sbx_box *box, int64_t now) {
    if (now < box->next_event)
        return true;
    if (!sbx_store_begin(&box->store))
        return false;
    bool good = sbx_lifecycle_settle(box, now);
    good = sbx_store_end(&box->store, good) && good;
    sbx_lifecycle_refresh(box);
    return good;
}
