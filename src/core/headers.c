/* SPDX-License-Identifier: MIT */
#include "headers.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#define LONGEST_WAIT (366 * 86400 * KLV_SECOND)
#define CLOCKS_AGREE (2 * KLV_SECOND)
#define USUAL_LENGTH 1024

void klv_headers_reset(klv_headers *headers) {
    klv_buffer lines = headers->lines;
    lines.length = 0;
    *headers = (klv_headers){
        .lines = lines,
        .retry_after = -1,
        .retry_at = -1,
        .ratelimit_limit = -1,
        .ratelimit_remaining = -1,
        .ratelimit_reset = -1,
        .content_length = -1,
    };
}

void klv_headers_free(klv_headers *headers) {
    klv_buffer_free(&headers->lines);
}

/* Parses the digits at the start of a value; -1: there are none. The rest is ignored: `150, 10;w=1`
 * is 150. */
static int64_t leading_integer(const char *value, size_t length, size_t *digits) {
    int64_t number = 0;
    size_t i = 0;
    for (; i < length && value[i] >= '0' && value[i] <= '9'; i++) {
        if (number > INT64_MAX / 10 - 9) {
            return -1;
        }
        number = number * 10 + (value[i] - '0');
    }
    *digits = i;
    return i ? number : -1;
}

klv_time klv_seconds_parse(const char *value, size_t length) {
    size_t i = 0;
    int64_t whole = leading_integer(value, length, &i);
    if (whole < 0) {
        return -1;
    }
    if (whole >= LONGEST_WAIT / KLV_SECOND) {
        return LONGEST_WAIT;
    }
    klv_time span = whole * KLV_SECOND, unit = KLV_SECOND / 10;
    if (i < length && value[i] == '.') {
        for (i++; i < length && unit && value[i] >= '0' && value[i] <= '9'; i++, unit /= 10) {
            span += (value[i] - '0') * unit;
        }
    }
    return span;
}

klv_time klv_date_parse(const char *value, size_t length) {
    char text[64];
    if (!length || length >= sizeof text) {
        return -1;
    }
    memcpy(text, value, length);
    text[length] = '\0';
    time_t date = curl_getdate(text, NULL);
    return date < 0 || date > INT64_MAX / 2 / KLV_SECOND ? -1 : (klv_time)date * KLV_SECOND;
}

klv_time klv_span_until(klv_time retry_at, klv_time date, klv_time wall) {
    /* Date has whole seconds and may be some time in transit: a smaller difference is none */
    bool agree =
        date < 0 || (wall >= date - CLOCKS_AGREE && wall <= date + KLV_SECOND + CLOCKS_AGREE);
    klv_time span = retry_at - (agree ? wall : date);
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

static void take_field(klv_headers *headers, const char *name, size_t name_length,
                       const char *value, size_t length) {
    size_t digits;
#define IS(text) (name_length == sizeof text - 1 && strncasecmp(name, text, name_length) == 0)
    if (IS("retry-after")) {
        headers->retry_after = klv_seconds_parse(value, length);
        headers->retry_at = headers->retry_after < 0 ? klv_date_parse(value, length) : -1;
    } else if (IS("date")) {
        /* parsing it would take longer than all other fields together */
        if (!headers->date[0] && length < sizeof headers->date) {
            copy_value(headers->date, sizeof headers->date, value, length);
        }
    } else if (IS("ratelimit-limit")) {
        headers->ratelimit_limit = leading_integer(value, length, &digits);
    } else if (IS("ratelimit-remaining")) {
        headers->ratelimit_remaining = leading_integer(value, length, &digits);
    } else if (IS("ratelimit-reset")) {
        headers->ratelimit_reset = klv_seconds_parse(value, length);
    } else if (IS("content-length")) {
        headers->content_length = leading_integer(value, length, &digits);
    } else if (IS("content-encoding")) {
        klv_coding coding = klv_coding_of(value, length);
        if (coding != KLV_CODING_NONE) {
            bool first = headers->coding == KLV_CODING_NONE;
            headers->coding = first ? coding : KLV_CODING_UNKNOWN;
            copy_value(headers->coding_name, sizeof headers->coding_name, value, length);
        }
    } else if (IS("x-klaviyo-req-id")) {
        copy_value(headers->request_id, sizeof headers->request_id, value, length);
    } else if (IS("content-type")) {
        headers->has_content_type = true;
        copy_value(headers->content_type, sizeof headers->content_type, value, length);
        headers->json = is_json(headers->content_type);
    }
#undef IS
}

/* False: out of memory. */
static bool keep_line(klv_buffer *lines, const char *line, size_t length) {
    size_t end = lines->length + length + 1;
    if (!klv_buffer_reserve(lines, end < USUAL_LENGTH ? USUAL_LENGTH : end)) {
        return false;
    }
    memcpy(lines->data + lines->length, line, length);
    lines->data[end - 1] = '\n';
    lines->data[end] = '\0';
    lines->length = end;
    return true;
}

bool klv_headers_line(klv_headers *headers, const char *line, size_t length, size_t bound,
                      klv_time wall, klv_headers_mask *mask, const void *who) {
    while (length && (line[length - 1] == '\r' || line[length - 1] == '\n')) {
        length--;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        klv_headers_reset(headers);
        return true;
    }
    if (length == 0) {
        headers->complete = true;
        if (headers->retry_at >= 0) {
            klv_time date = klv_date_parse(headers->date, strlen(headers->date));
            headers->retry_after = klv_span_until(headers->retry_at, date, wall);
        }
        return true;
    }
    if (!memchr(line, ':', length)) {
        return true;
    }
    if (headers->lines.length + length + 1 > bound || !keep_line(&headers->lines, line, length)) {
        return false;
    }
    char *kept = headers->lines.data + headers->lines.length - length - 1;
    if (mask) {
        mask(who, kept, length);
    }
    line = kept;
    const char *colon = memchr(line, ':', length);
    if (!colon) {
        headers->lines.length -= length + 1; /* it was masked */
        return true;
    }
    const char *value = colon + 1, *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    take_field(headers, line, (size_t)(colon - line), value, (size_t)(end - value));
    return true;
}
