/* SPDX-License-Identifier: MIT */
#include "api/response.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

void sbx_response_free(sbx_response *response) {
    sbx_text_free(&response->body);
    free(response->location);
    memset(response, 0, sizeof *response);
}

void sbx_response_errors(sbx_response *response, sbx_errors *errors) {
    sbx_text_clear(&response->body);
    if (errors->failed || !errors->count) {
        sbx_errors_free(errors);
        sbx_errors_add(errors, 500, "internal", "Internal error.", SBX_SOURCE_NONE, NULL,
                       "The sandbox ran out of memory.");
    }
    response->status = sbx_errors_status(errors);
    response->content_type = SBX_JSON_API;
    sbx_errors_write(errors, response->id, &response->body);
}

void sbx_response_error(sbx_response *response, int status, const char *code, const char *title,
                        const char *detail) {
    sbx_errors errors = {0};
    sbx_errors_add(&errors, status, code, title, SBX_SOURCE_NONE, NULL, "%s", detail);
    sbx_response_errors(response, &errors);
    sbx_errors_free(&errors);
}

void sbx_response_stamp(sbx_response *response, uint64_t number, int64_t now) {
    /* not printf, which is slow: every response passes here */
    char digits[24], *first = digits + sizeof digits - 1;
    *first = '\0';
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    memcpy(response->id, "sbx-", 4);
    memcpy(response->id + 4, first, (size_t)(digits + sizeof digits - first));
    response->date = now;
}

static void put_digits(char *out, int count, int value) {
    while (count--) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The sandbox's time, not the system's: clients compare it with the times of resources. */
static void format_date(int64_t instant, char out[40]) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = sbx_floor_div(instant, SBX_DAY), year;
    int second = (int)((instant - day * SBX_DAY) / SBX_SECOND), month, date;
    sbx_date_from_days(day, &year, &month, &date);
    int weekday = (int)((day + 4) - sbx_floor_div(day + 4, 7) * 7);
    /* not strftime, which is slow and follows the locale: every response passes here */
    memcpy(out, "Xxx, 00 Xxx 0000 00:00:00 GMT", 30);
    memcpy(out, days[weekday], 3);
    put_digits(out + 5, 2, date);
    memcpy(out + 8, months[month - 1], 3);
    put_digits(out + 12, 4, (int)year);
    put_digits(out + 17, 2, second / 3600);
    put_digits(out + 20, 2, second / 60 % 60);
    put_digits(out + 23, 2, second % 60);
}

/* Whole seconds, rounded up; milliseconds when the windows were made shorter than that. */
static void format_seconds(double seconds, char out[24]) {
    double whole = ceil(seconds);
    if (fabs(whole - seconds) < 1e-9)
        snprintf(out, 24, "%.0f", whole);
    else
        snprintf(out, 24, "%.3f", ceil(seconds * 1000) / 1000);
}

static void send_limits(const sbx_response *response, sbx_header_sink *sink, void *context) {
    char number[48];
    if (response->limited) {
        int used = snprintf(number, sizeof number, "%d", response->limit);
        if (response->burst_limit) /* as the service was seen to send it */
            snprintf(number + used, sizeof number - (size_t)used, ", %d;w=1, %d;w=60",
                     response->burst_limit, response->limit);
        sink(context, "RateLimit-Limit", number);
        snprintf(number, sizeof number, "%d", response->remaining);
        sink(context, "RateLimit-Remaining", number);
        format_seconds(response->reset, number);
        sink(context, "RateLimit-Reset", number);
    }
    if (response->retry_after > 0) {
        format_seconds(response->retry_after, number);
        sink(context, "Retry-After", number);
    }
}

void sbx_response_headers(const sbx_response *response, sbx_header_sink *sink, void *context) {
    char date[40];
    if (!response->undated) {
        format_date(response->date, date);
        sink(context, "Date", date);
    }
    if (response->content_type)
        sink(context, "Content-Type", response->content_type);
    if (*response->id)
        sink(context, "x-klaviyo-req-id", response->id);
    if (response->revision)
        sink(context, "x-klaviyo-api-revision", response->revision);
    if (*response->allow)
        sink(context, "Allow", response->allow);
    if (response->location)
        sink(context, "Location", response->location);
    send_limits(response, sink, context);
}
