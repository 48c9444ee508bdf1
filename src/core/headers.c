/* SPDX-License-Identifier: MIT */
#include "headers.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#define LONGEST_WAIT (86400 * KLV_SECOND)

void klv_headers_reset(klv_headers *headers) {
    klv_buffer lines = headers->lines;
    lines.length = 0;
    *headers = (klv_headers){
        .lines = lines,
        .retry_after = -1,
        .ratelimit_limit = -1,
        .ratelimit_remaining = -1,
        .ratelimit_reset = -1,
        .content_length = -1,
    };
}

void klv_headers_free(klv_headers *headers) {
    klv_buffer_free(&headers->lines);
}

/* The digits at the start of a value, or -1. Anything behind them is left alone: `150, 10;w=1` is 150. */
static int64_t leading_integer(const char *value, size_t length) {
    int64_t number = 0;
    size_t i = 0;
    for (; i < length && value[i] >= '0' && value[i] <= '9'; i++) {
        if (number > INT64_MAX / 10 - 9) {
            return -1;
        }
        number = number * 10 + (value[i] - '0');
    }
    return i ? number : -1;
}

/* Seconds with an optional fraction, as a span, or -1. */
static klv_time seconds_value(const char *value, size_t length) {
    int64_t whole = leading_integer(value, length);
    if (whole < 0) {
        return -1;
    }
    if (whole > LONGEST_WAIT / KLV_SECOND) {
        return LONGEST_WAIT;
    }
    klv_time span = whole * KLV_SECOND;
    const char *dot = memchr(value, '.', length);
    klv_time unit = KLV_SECOND / 10;
    for (size_t i = dot ? (size_t)(dot - value) + 1 : length; i < length && unit; i++, unit /= 10) {
        if (value[i] < '0' || value[i] > '9') {
            break;
        }
        span += (value[i] - '0') * unit;
    }
    return span;
}

klv_time klv_retry_after_parse(const char *value, size_t length, klv_time wall) {
    if (length && value[0] >= '0' && value[0] <= '9') {
        return seconds_value(value, length);
    }
    char text[64];
    if (!length || length >= sizeof text) {
        return -1;
    }
    memcpy(text, value, length);
    text[length] = '\0';
    time_t date = curl_getdate(text, NULL);
    if (date == (time_t)-1) {
        return -1;
    }
    klv_time span = (klv_time)date * KLV_SECOND - wall;
    return span < 0 ? 0 : span > LONGEST_WAIT ? LONGEST_WAIT : span;
}

static void copy_value(char *to, size_t size, const char *value, size_t length) {
    size_t n = length < size - 1 ? length : size - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)value[i];
        to[i] = byte < 0x20 || byte > 0x7e ? '?' : (char)byte;
    }
    to[n] = '\0';
}

/* `application/json`, `application/vnd.api+json; charset=utf-8`, ... */
static bool is_json(const char *type) {
    size_t length = strcspn(type, "; \t");
    return (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
           (length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

static void take_field(klv_headers *headers, const char *name, size_t name_length, const char *value,
                       size_t length, klv_time wall) {
#define IS(text) (name_length == sizeof text - 1 && strncasecmp(name, text, name_length) == 0)
    if (IS("retry-after")) {
        headers->retry_after = klv_retry_after_parse(value, length, wall);
    } else if (IS("ratelimit-limit")) {
        headers->ratelimit_limit = leading_integer(value, length);
    } else if (IS("ratelimit-remaining")) {
        headers->ratelimit_remaining = leading_integer(value, length);
    } else if (IS("ratelimit-reset")) {
        headers->ratelimit_reset = seconds_value(value, length);
    } else if (IS("content-length")) {
        headers->content_length = leading_integer(value, length);
    } else if (IS("x-klaviyo-req-id")) {
        copy_value(headers->request_id, sizeof headers->request_id, value, length);
    } else if (IS("content-type")) {
        headers->has_content_type = true;
        copy_value(headers->content_type, sizeof headers->content_type, value, length);
        headers->json = is_json(headers->content_type);
    }
#undef IS
}

bool klv_headers_line(klv_headers *headers, const char *line, size_t length, size_t bound,
                      klv_time wall) {
    while (length && (line[length - 1] == '\r' || line[length - 1] == '\n')) {
        length--;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        klv_headers_reset(headers);
        return true;
    }
    const char *colon = length ? memchr(line, ':', length) : NULL;
    if (!colon) {
        return true;
    }
    if (headers->lines.length + length + 1 > bound ||
        !klv_buffer_append(&headers->lines, line, length) ||
        !klv_buffer_append(&headers->lines, "\n", 1)) {
        return false;
    }
    const char *value = colon + 1, *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    take_field(headers, line, (size_t)(colon - line), value, (size_t)(end - value), wall);
    return true;
}
