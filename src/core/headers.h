/* SPDX-License-Identifier: MIT */
#ifndef KLV_HEADERS_H
#define KLV_HEADERS_H

#include "internal.h"
#include "buffer.h"
#include "clock.h"

KLV_PRIVATE_BEGIN

/*
 * The head of an answer: the field lines as they came (one a line, for whoever asks for all of them) and the few
 * that steer the request machine. Sources: RFC 9110 10.2.3 (Retry-After), the vendor's documented rate limit fields.
 * Zero-initialised is empty but for the -1s that klv_headers_reset writes.
 */
typedef struct {
    klv_buffer lines;         /* "name: value\n" each, owned */
    klv_time retry_after;     /* span from now; -1: not said */
    int64_t ratelimit_limit;  /* -1: not said */
    int64_t ratelimit_remaining;
    klv_time ratelimit_reset; /* span from now; -1: not said */
    int64_t content_length;   /* -1: not said */
    bool json;                /* the media type is JSON or ends in +json */
    bool has_content_type;
    char content_type[80];
    char request_id[80];      /* x-klaviyo-req-id */
} klv_headers;

void klv_headers_reset(klv_headers *headers);
void klv_headers_free(klv_headers *headers);

/*
 * Takes one line as libcurl's header callback gives it (status line, field line or the empty line, CRLF included).
 * A status line starts the head anew (1xx answers). `wall` is the present, for dates.
 * False: out of memory, or the head grew past `bound` bytes.
 */
bool klv_headers_line(klv_headers *headers, const char *line, size_t length, size_t bound,
                      klv_time wall);

/* Retry-After's value: whole seconds or an HTTP date; -1 if it is neither. At most a day. */
klv_time klv_retry_after_parse(const char *value, size_t length, klv_time wall);

KLV_PRIVATE_END

#endif
