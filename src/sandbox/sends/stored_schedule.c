/* SPDX-License-Identifier: MIT */
#include "sends/stored_schedule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

char *sbx_send_request_to_json(const sbx_send_request *request) {
    json_t *groups = json_array();
    for (size_t i = 0; i < request->group_count; i++)
        json_array_append_new(groups, json_pack("{s:s,s:I,s:I}", "zone",
                                                sbx_zone_name(request->groups[i].zone), "n",
                                                (json_int_t)request->groups[i].profiles, "without",
                                                (json_int_t)request->groups[i].unconsented));
    json_t *schedule = json_pack(
        "{s:i,s:I,s:I,s:s,s:i,s:i,s:b,s:I,s:b,s:f,s:I,s:o}", "strategy", (int)request->strategy,
        "now", (json_int_t)request->now, "send_time", (json_int_t)request->send_time, "zone",
        sbx_zone_name(request->send_zone), "passed", (int)request->passed, "percentage",
        request->percentage, "per_minute", request->per_minute, "date", (json_int_t)request->date,
        "tests", request->test.runs, "share", request->test.share, "wait",
        (json_int_t)request->test.wait, "groups", groups);
    char *text = schedule ? json_dumps(schedule, JSON_COMPACT) : NULL;
    json_decref(schedule);
    return text;
}

static bool read_groups(sbx_zones *zones, json_t *list, sbx_send_group *groups) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *group = json_array_get(list, i);
        const char *zone = json_string_value(json_object_get(group, "zone"));
        if (!zone || sbx_zones_find(zones, zone, &groups[i].zone) != SBX_ZONE_OK)
            return false;
        groups[i].profiles = json_integer_value(json_object_get(group, "n"));
        groups[i].unconsented = json_integer_value(json_object_get(group, "without"));
    }
    return true;
}

bool sbx_send_schedule_from_json(sbx_zones *zones, const char *stored,
                                 sbx_send_schedule *schedule) {
    memset(schedule, 0, sizeof *schedule);
    json_t *json = stored ? json_loads(stored, 0, NULL) : NULL;
    json_t *list = json_object_get(json, "groups");
    const char *zone = json_string_value(json_object_get(json, "zone"));
    sbx_send_group *groups = calloc(json_array_size(list) + 1, sizeof *groups);
    sbx_send_request request = {
        .strategy = (sbx_strategy)json_integer_value(json_object_get(json, "strategy")),
        .now = json_integer_value(json_object_get(json, "now")),
        .send_time = json_integer_value(json_object_get(json, "send_time")),
        .passed = (sbx_passed)json_integer_value(json_object_get(json, "passed")),
        .percentage = (int)json_integer_value(json_object_get(json, "percentage")),
        .per_minute = json_is_true(json_object_get(json, "per_minute")),
        .date = json_integer_value(json_object_get(json, "date")),
        .test = {.runs = json_is_true(json_object_get(json, "tests")),
                 .share = json_number_value(json_object_get(json, "share")),
                 .wait = json_integer_value(json_object_get(json, "wait"))},
        .groups = groups,
        .group_count = json_array_size(list),
    };
    bool good = groups && zone && sbx_zones_find(zones, zone, &request.send_zone) == SBX_ZONE_OK &&
                read_groups(zones, list, groups) && !sbx_send_schedule_make(&request, schedule);
    free(groups);
    json_decref(json);
    return good;
}
