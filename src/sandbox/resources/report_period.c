/* SPDX-License-Identifier: MIT */
#include "resources/report_period.h"

#include <string.h>

#include "base/timestamp.h"

#define PATH     "data/attributes/timeframe"
#define YEAR_MAX (366 * SBX_DAY)

/* A time frame that has a name: so many days, or whole months, back from the beginning of a unit to
 * the end of today, or to the beginning of the unit. */
static const struct named {
    const char *key;
    enum { DAY, WEEK, MONTH, YEAR } unit;
    int back;   /* units before the present one */
    bool whole; /* up to the beginning of the present unit; else to the end of today */
} named[] = {
    {"today", DAY, 0, false},          {"yesterday", DAY, 1, true},
    {"last_7_days", DAY, 7, false},    {"last_30_days", DAY, 30, false},
    {"last_90_days", DAY, 90, false},  {"last_365_days", DAY, 365, false},
    {"this_week", WEEK, 0, false},     {"last_week", WEEK, 1, true},
    {"this_month", MONTH, 0, false},   {"last_month", MONTH, 1, true},
    {"last_3_months", MONTH, 3, true}, {"last_12_months", MONTH, 12, true},
    {"this_year", YEAR, 0, false},     {"last_year", YEAR, 1, true},
};

/* The beginning, in local time, of the unit that is so many before that of a day. */
static int64_t unit_start(int64_t day, int unit, int back) {
    int64_t year;
    int month, in_month;
    sbx_date_from_days(day, &year, &month, &in_month);
    if (unit == DAY)
        return (day - back) * SBX_DAY;
    if (unit == WEEK) /* 1970-01-01 was a Thursday */
        return (day - (day + 3) % 7 - 7 * back) * SBX_DAY;
    int64_t months = unit == YEAR ? (year - back) * 12 : year * 12 + month - 1 - back;
    return sbx_days_from_date(months / 12, (int)(months % 12) + 1, 1) * SBX_DAY;
}

static const sbx_zone *account_zone(sbx_call *call) {
    const sbx_zone *zone = NULL;
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_ACCOUNT, "");
    if (sbx_store_row(call->store, row)) {
        sbx_zones_find(call->zones, sbx_column(row, SBX_ACCOUNT_TIMEZONE), &zone);
        sqlite3_reset(row);
    }
    if (!zone)
        sbx_zones_find(call->zones, "UTC", &zone);
    return zone;
}

static void read_key(const char *key, const sbx_zone *zone, int64_t now, sbx_period *out) {
    int64_t day = sbx_floor_div(sbx_zone_local(zone, now), SBX_DAY);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(named[i].key, key))
            continue;
        int64_t till = named[i].whole ? unit_start(day, named[i].unit, 0) : (day + 1) * SBX_DAY;
        out->from = sbx_zone_instant(zone, unit_start(day, named[i].unit, named[i].back));
        out->till = sbx_zone_instant(zone, till);
    }
}

/* Reads a date-time without its offset: "Offset is ignored and the company timezone is used." */
static int64_t local_time(const char *text) {
    char local[SBX_TIME_SIZE + 1] = "";
    const char *time = strchr(text, 'T');
    size_t length = time ? (size_t)(time - text) + strcspn(time, "Z+-") : 0;
    int64_t out = 0;
    if (!length || length >= SBX_TIME_SIZE)
        return 0;
    memcpy(local, text, length);
    local[length] = 'Z';
    sbx_time_parse(local, length + 1, &out);
    return out;
}

static bool complain(sbx_call *call, const char *what) {
    return sbx_invalid(&call->errors, "/" PATH, "%s", what);
}

bool sbx_period_read(sbx_call *call, sbx_period *out) {
    json_t *frame = sbx_call_at(call->body, PATH);
    const char *key = json_string_value(json_object_get(frame, "key"));
    const char *start = json_string_value(json_object_get(frame, "start"));
    const char *end = json_string_value(json_object_get(frame, "end"));
    const sbx_zone *zone = account_zone(call);
    *out = (sbx_period){0};
    if (!json_is_object(frame))
        return false; /* the shape has reported it */
    if (key ? start || end : !start || !end)
        return complain(call, "Must have a key, or start and end.");
    if (key) {
        read_key(key, zone, call->now, out);
        return true;
    }
    int64_t from = local_time(start), till = local_time(end);
    if (from >= till)
        return complain(call, "The end must be later than the start.");
    if (till - from > YEAR_MAX)
        return complain(call, "A time frame is at most one year long.");
    *out = (sbx_period){sbx_zone_instant(zone, from), sbx_zone_instant(zone, till)};
    return true;
}
