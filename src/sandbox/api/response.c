/* SPDX-License-Identifier: MIT */
#include "api/response.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

void sbx_answer_free(sbx_answer *answer) {
    sbx_text_free(&answer->body);
    free(answer->location);
    memset(answer, 0, sizeof *answer);
}

void sbx_answer_errors(sbx_answer *answer, sbx_errors *errors) {
    sbx_text_clear(&answer->body);
    if (errors->failed || !errors->count) {
        sbx_errors_free(errors);
        sbx_errors_add(errors, 500, "internal", "Internal error.", SBX_SOURCE_NONE, NULL,
                       "The sandbox ran out of memory.");
    }
    answer->status = sbx_errors_status(errors);
    answer->content_type = SBX_JSON_API;
    sbx_errors_write(errors, answer->id, &answer->body);
}

void sbx_answer_error(sbx_answer *answer, int status, const char *code, const char *title,
                      const char *detail) {
    sbx_errors errors = {0};
    sbx_errors_add(&errors, status, code, title, SBX_SOURCE_NONE, NULL, "%s", detail);
    sbx_answer_errors(answer, &errors);
    sbx_errors_free(&errors);
}

static void put_digits(char *out, int count, int value) {
    while (count--) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The sandbox's time, not the system's: clients compare it with what the resources say. */
static void format_date(int64_t instant, char out[40]) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = sbx_floor_div(instant, SBX_DAY), year;
    int second = (int)((instant - day * SBX_DAY) / SBX_SECOND), month, date;
    sbx_date_from_days(day, &year, &month, &date);
    int weekday = (int)((day + 4) - sbx_floor_div(day + 4, 7) * 7);
    /* by hand: this is on the way of every answer, and printf takes its time */
    memcpy(out, "Xxx, 00 Xxx 0000 00:00:00 GMT", 30);
    memcpy(out, days[weekday], 3);
    put_digits(out + 5, 2, date);
    memcpy(out + 8, months[month - 1], 3);
    put_digits(out + 12, 4, (int)year);
    put_digits(out + 17, 2, second / 3600);
    put_digits(out + 20, 2, second / 60 % 60);
    put_digits(out + 23, 2, second % 60);
}

/* Whole seconds, never too few; below that, of windows that were made shorter, milliseconds. */
static void format_seconds(double seconds, char out[24]) {
    double whole = ceil(seconds);
    if (fabs(whole - seconds) < 1e-9)
        snprintf(out, 24, "%.0f", whole);
    else
        snprintf(out, 24, "%.3f", ceil(seconds * 1000) / 1000);
}

static void send_limits(const sbx_answer *answer, sbx_header_sink *sink, void *context) {
    char number[24];
    if (answer->limited) {
        snprintf(number, sizeof number, "%d", answer->limit);
        sink(context, "RateLimit-Limit", number);
        snprintf(number, sizeof number, "%d", answer->remaining);
        sink(context, "RateLimit-Remaining", number);
        format_seconds(answer->reset, number);
        sink(context, "RateLimit-Reset", number);
    }
    if (answer->retry_after > 0) {
        format_seconds(answer->retry_after, number);
        sink(context, "Retry-After", number);
    }
}

void sbx_answer_headers(const sbx_answer *answer, sbx_header_sink *sink, void *context) {
    char date[40];
    format_date(answer->date, date);
    sink(context, "Date", date);
    if (answer->content_type)
        sink(context, "Content-Type", answer->content_type);
    if (*answer->id)
        sink(context, "x-klaviyo-req-id", answer->id);
    if (answer->revision)
        sink(context, "x-klaviyo-api-revision", answer->revision);
    if (*answer->allow)
        sink(context, "Allow", answer->allow);
    if (answer->location)
        sink(context, "Location", answer->location);
    send_limits(answer, sink, context);
}
