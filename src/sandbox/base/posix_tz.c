/* SPDX-License-Identifier: MIT */
#include "base/posix_tz.h"

#include "base/timestamp.h"

#define DAY_SECONDS 86400

struct reader {
    const char *at, *end;
};

static bool skip(struct reader *r, char c) {
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Skips a name: "EST" or "<+0330>". */
static bool skip_name(struct reader *r) {
    const char *start = r->at;
    if (skip(r, '<')) {
        while (r->at < r->end && *r->at != '>')
            r->at++;
        return skip(r, '>');
    }
    while (r->at < r->end && is_letter(*r->at))
        r->at++;
    return r->at - start >= 3;
}

static bool number(struct reader *r, int low, int high, int *out) {
    const char *start = r->at;
    int value = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - start < 4; r->at++)
        value = value * 10 + (*r->at - '0');
    *out = value;
    return r->at > start && value >= low && value <= high;
}

/* Reads [+-]h[h[h]][:mm[:ss]] as seconds. */
static bool clock(struct reader *r, int hours_max, int32_t *out) {
    bool negative = skip(r, '-');
    int hours, minutes = 0, seconds = 0;
    if (!negative)
        skip(r, '+');
    if (!number(r, 0, hours_max, &hours))
        return false;
    if (skip(r, ':')) {
        if (!number(r, 0, 59, &minutes))
            return false;
        if (skip(r, ':') && !number(r, 0, 59, &seconds))
            return false;
    }
    *out = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool read_day(struct reader *r, sbx_tz_day *day) {
    *day = (sbx_tz_day){.form = 'N', .time = 7200};
    if (skip(r, 'M')) {
        day->form = 'M';
        if (!number(r, 1, 12, &day->month) || !skip(r, '.') || !number(r, 1, 5, &day->week) ||
            !skip(r, '.') || !number(r, 0, 6, &day->day))
            return false;
    } else if (skip(r, 'J')) {
        day->form = 'J';
        if (!number(r, 1, 365, &day->day))
            return false;
    } else if (!number(r, 0, 365, &day->day)) {
        return false;
    }
    return !skip(r, '/') || clock(r, 167, &day->time);
}

bool sbx_tz_parse(const char *text, size_t length, sbx_tz_rule *out) {
    struct reader r = {text, text + length};
    int32_t west;
    *out = (sbx_tz_rule){0};
    if (!skip_name(&r) || !clock(&r, 24, &west))
        return false;
    out->standard = -west; /* POSIX counts westwards */
    if (r.at == r.end)
        return true;
    out->has_summer = true;
    out->summer = out->standard + 3600;
    if (!skip_name(&r))
        return false;
    if (r.at < r.end && *r.at != ',') {
        if (!clock(&r, 24, &west))
            return false;
        out->summer = -west;
    }
    return skip(&r, ',') && read_day(&r, &out->start) && skip(&r, ',') && read_day(&r, &out->end) &&
           r.at == r.end;
}

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Returns the day of the rule in a year, as days since the epoch. */
static int64_t day_in_year(const sbx_tz_day *day, int64_t year) {
    int64_t january = sbx_days_from_date(year, 1, 1);
    if (day->form == 'N')
        return january + day->day;
    if (day->form == 'J')
        return january + day->day - 1 + (is_leap(year) && day->day >= 60);
    int64_t first = sbx_days_from_date(year, day->month, 1);
    int64_t next = day->month == 12 ? sbx_days_from_date(year + 1, 1, 1)
                                    : sbx_days_from_date(year, day->month + 1, 1);
    int64_t weekday = (first + 4) - sbx_floor_div(first + 4, 7) * 7; /* 1970-01-01: Thursday */
    int64_t found = first + (day->day - weekday + 7) % 7 + (day->week - 1) * 7;
    return found < next ? found : found - 7; /* week 5 means the last one */
}

int32_t sbx_tz_offset(const sbx_tz_rule *rule, int64_t seconds) {
    int64_t year, newest = INT64_MIN;
    int month, day;
    bool summer = false;
    if (!rule->has_summer)
        return rule->standard;
    /* The latest change at or before the instant decides. It may be in a neighbouring year, since
     * rules may span New Year; where both coincide (summer time all year), the start wins. */
    sbx_date_from_days(sbx_floor_div(seconds, DAY_SECONDS), &year, &month, &day);
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t end = day_in_year(&rule->end, y) * DAY_SECONDS + rule->end.time - rule->summer;
        int64_t start =
            day_in_year(&rule->start, y) * DAY_SECONDS + rule->start.time - rule->standard;
        if (end <= seconds && end > newest) {
            newest = end;
            summer = false;
        }
        if (start <= seconds && start >= newest) {
            newest = start;
            summer = true;
        }
    }
    return summer ? rule->summer : rule->standard;
}
