/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include <string.h>

/* A position in the text being parsed. */
struct reader {
    const char *at, *end;
};

int64_t sbx_floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Counts in eras of 400 years starting in March, so that a leap day is the last of its year. */
int64_t sbx_days_from_date(int64_t year, int month, int day) {
    int64_t y = year - (month <= 2);
    int64_t era = sbx_floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void sbx_date_from_days(int64_t days, int64_t *year, int *month, int *day) {
    int64_t shifted = days + 719468;
    int64_t era = sbx_floor_div(shifted, 146097);
    int64_t doe = shifted - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t from_march = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

/* Reads exactly `digits` digits; -1 if there are fewer. */
static int number(struct reader *r, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (r->at == r->end || *r->at < '0' || *r->at > '9')
            return -1;
        value = value * 10 + (*r->at++ - '0');
    }
    return value;
}

static bool skip(struct reader *r, char c) {
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static const char *read_date(struct reader *r, int64_t *days) {
    int year = number(r, 4);
    if (year < 0 || !skip(r, '-'))
        return "it must begin with a date, YYYY-MM-DD";
    int month = number(r, 2);
    if (month < 0 || !skip(r, '-'))
        return "it must begin with a date, YYYY-MM-DD";
    int day = number(r, 2);
    if (day < 0)
        return "it must begin with a date, YYYY-MM-DD";
    if (year == 0)
        return "there is no year 0000";
    if (month < 1 || month > 12)
        return "the month must be 01 to 12";
    if (day < 1 || day > days_in_month(year, month))
        return "that month has no such day";
    *days = sbx_days_from_date(year, month, day);
    return NULL;
}

/* Reads a fraction as microseconds; -1 if there is none. */
static int64_t read_fraction(struct reader *r) {
    int64_t micros = 0, unit = 100000;
    int digits = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++, digits++) {
        micros += (*r->at - '0') * unit;
        unit /= 10;
    }
    return digits >= 1 && digits <= 9 ? micros : -1;
}

static const char *read_clock(struct reader *r, int64_t *micros) {
    int hour = number(r, 2), minute = -1, second = 0;
    int64_t fraction = 0;
    if (hour >= 0 && skip(r, ':'))
        minute = number(r, 2);
    if (minute < 0)
        return "the time must be HH:MM:SS";
    if (skip(r, ':')) {
        second = number(r, 2);
        if (second < 0)
            return "the time must be HH:MM:SS";
        if (skip(r, '.'))
            fraction = read_fraction(r);
        if (fraction < 0)
            return "a fraction of a second has one to nine digits";
    }
    if (hour > 23)
        return "the hour must be 00 to 23";
    if (minute > 59)
        return "the minute must be 00 to 59";
    if (second > 59)
        return "the second must be 00 to 59";
    *micros = hour * SBX_HOUR + minute * SBX_MINUTE + second * SBX_SECOND + fraction;
    return NULL;
}

static const char *read_offset(struct reader *r, int64_t *micros) {
    *micros = 0;
    if (r->at == r->end)
        return "the offset is missing: end it with Z or +00:00";
    if (skip(r, 'Z'))
        return NULL;
    bool west = skip(r, '-');
    if (!west && !skip(r, '+'))
        return "an offset is Z, +HH:MM or -HH:MM";
    int hours = number(r, 2), minutes = -1;
    if (hours >= 0 && skip(r, ':'))
        minutes = number(r, 2);
    if (minutes < 0)
        return "an offset is Z, +HH:MM or -HH:MM";
    if (hours > 23 || minutes > 59)
        return "an offset must be less than a day";
    *micros = (west ? -1 : 1) * (hours * SBX_HOUR + minutes * SBX_MINUTE);
    return NULL;
}

const char *sbx_time_parse(const char *text, size_t length, int64_t *out) {
    struct reader r = {text, text + length};
    int64_t days, clock, offset;
    const char *wrong = read_date(&r, &days);
    if (wrong)
        return wrong;
    if (r.at == r.end)
        return "the time of day is missing: write YYYY-MM-DDTHH:MM:SSZ";
    if (!skip(&r, 'T'))
        return "a T must separate date and time";
    wrong = read_clock(&r, &clock);
    if (!wrong)
        wrong = read_offset(&r, &offset);
    if (wrong)
        return wrong;
    if (r.at != r.end)
        return "nothing may follow the offset";
    int64_t time = days * SBX_DAY + clock - offset;
    if (time < SBX_TIME_MIN || time > SBX_TIME_MAX)
        return "in UTC it must be in the years 0001 to 9999";
    *out = time;
    return NULL;
}

const char *sbx_date_parse(const char *text, size_t length, int64_t *out) {
    struct reader r = {text, text + length};
    int64_t days;
    const char *wrong = read_date(&r, &days);
    if (wrong)
        return wrong;
    if (r.at != r.end)
        return "nothing may follow the date";
    *out = days * SBX_DAY;
    return NULL;
}

static void put(char *at, int64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
}

/* Not strftime or printf: a page of a list formats hundreds of these. */
void sbx_time_format(int64_t time, char out[SBX_TIME_SIZE]) {
    int64_t year;
    int month, day;
    time = time < SBX_TIME_MIN ? SBX_TIME_MIN : time > SBX_TIME_MAX ? SBX_TIME_MAX : time;
    int64_t days = sbx_floor_div(time, SBX_DAY), clock = time - days * SBX_DAY;
    sbx_date_from_days(days, &year, &month, &day);
    memcpy(out, "0000-00-00T00:00:00.000000+00:00", SBX_TIME_SIZE);
    put(out, year, 4);
    put(out + 5, month, 2);
    put(out + 8, day, 2);
    put(out + 11, clock / SBX_HOUR, 2);
    put(out + 14, clock / SBX_MINUTE % 60, 2);
    put(out + 17, clock / SBX_SECOND % 60, 2);
    put(out + 20, clock % SBX_SECOND, 6);
}
