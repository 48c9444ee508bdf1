/* SPDX-License-Identifier: MIT */
#ifndef KLV_HEADERS_H
#define KLV_HEADERS_H

#include "internal.h"
#include "buffer.h"
#include "clock.h"
#include "content_coding.h"

KLV_PRIVATE_BEGIN

/* Room for a Date; a longer one is no date. */
#define KLV_DATE_SIZE 64

/*
 * The header section of a response: all field lines, for callers that ask for them, and the values
 * that control the request. Sources: RFC 9110 10.2.3 (Retry-After), the vendor's documented rate
 * limit fields. To be initialised with klv_headers_reset.
 */
typedef struct {
    klv_buffer lines;        /* "name: value\n" each, owned */
    klv_time retry_after;    /* span from the end of the header section; -1: absent */
    klv_time retry_at;       /* Retry-After as a date, on the service's clock; -1: absent */
    int64_t ratelimit_limit; /* -1: absent */
    int64_t ratelimit_remaining;
    klv_time ratelimit_reset; /* span from now; -1: absent */
    int64_t content_length;   /* -1: absent */
    bool complete;            /* it ended with the empty line, and was not cut off */
    bool json;                /* the media type is JSON or ends in +json */
    bool has_content_type;
    klv_coding coding; /* Content-Encoding */
    char coding_name[40];
    char content_type[80];
    char date[KLV_DATE_SIZE]; /* the first Date, parsed only where it is needed; "": absent */
    char request_id[80];      /* x-klaviyo-req-id */
} klv_headers;

void klv_headers_reset(klv_headers *headers);
void klv_headers_free(klv_headers *headers);

/* Overwrites what a field line must not show. */
typedef void klv_headers_mask(const void *who, char *line, size_t length);

/*
 * Takes one line as libcurl's header callback gives it (status line, field line or the empty line,
 * with CRLF). A status line starts over, as 1xx responses come first. `wall` is the present; only
 * the empty line needs it. `mask`, which may be NULL, sees each field line before it is read.
 * False: out of memory, or the section is longer than `bound` bytes.
 */
bool klv_headers_line(klv_headers *headers, const char *line, size_t length, size_t bound,
                      klv_time wall, klv_headers_mask *mask, const void *who);

/* Parses seconds, which may have a fraction; -1: not a number. At most a year. */
klv_time klv_seconds_parse(const char *value, size_t length);

/* Parses an HTTP date into microseconds since 1970; -1: not a date. */
klv_time klv_date_parse(const char *value, size_t length);

/*
 * The span from the present until `retry_at`, both on the service's clock. The present there is
 * `date` (the Date field; -1: absent) if it shows that the local clock `wall` is wrong, else
 * `wall`. Not shorter than what the service meant; at most a year.
 */
klv_time klv_span_until(klv_time retry_at, klv_time date, klv_time wall);

KLV_PRIVATE_END

#endif
