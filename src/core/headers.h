/* SPDX-License-Identifier: MIT */
#ifndef KLV_HEADERS_H
#define KLV_HEADERS_H

#include "internal.h"
#include "buffer.h"
#include "clock.h"

KLV_PRIVATE_BEGIN

/*
 * The head of an answer: the field lines as they came (one a line, for whoever asks for all of
 * them) and the few that steer the request machine. Sources: RFC 9110 10.2.3 (Retry-After), the
 * vendor's documented rate limit fields. Zero-initialised is empty but for the -1s that
 * klv_headers_reset writes.
 */
typedef struct {
    klv_buffer lines;     /* "name: value\n" each, owned */
    klv_time retry_after; /* span from the end of the head; -1: not said */
    klv_time
        retry_at; /* the instant of Retry-After (if it is a date), by the service's clock; or -1 */
    int64_t ratelimit_limit; /* -1: not said */
    int64_t ratelimit_remaining;
    klv_time ratelimit_reset; /* span from now; -1: not said */
    int64_t content_length;   /* -1: not said */
    bool complete;            /* it ended with an empty line, and was not cut */
    bool json;                /* the media type is JSON or ends in +json */
    bool has_content_type, has_date;
    char content_type[80];
    char request_id[80]; /* x-klaviyo-req-id */
} klv_headers;

void klv_headers_reset(klv_headers *headers);
void klv_headers_free(klv_headers *headers);

/*
 * Takes one line as libcurl's header callback gives it (status line, field line or the empty line,
 * CRLF included). A status line starts the head anew (1xx answers). `wall` is the present; only the
 * empty line looks at it.
 * False: out of memory, or the head grew past `bound` bytes.
 */
bool klv_headers_line(klv_headers *headers, const char *line, size_t length, size_t bound,
                      klv_time wall);

/* Seconds, with a fraction perhaps, as a span; -1 if it is none. At most a year. */
klv_time klv_seconds_parse(const char *value, size_t length);

/* An HTTP date as microseconds since 1970; -1 if it is none. */
klv_time klv_date_parse(const char *value, size_t length);

/*
 * The span from the present until `retry_at`. Both are instants of the service's clock; the present
 * there is `wall`, our own clock, unless `date` (the Date field, -1: none) shows that the two
 * differ: then it is that. Never less than what the service meant, at most a day.
 */
klv_time klv_span_until(klv_time retry_at, klv_time date, klv_time wall);

KLV_PRIVATE_END

#endif
