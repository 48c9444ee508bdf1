/* SPDX-License-Identifier: MIT */
#ifndef KLV_JSON_STRING_H
#define KLV_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "document.h"

KLV_PRIVATE_BEGIN

/*
 * All scanners here stop at a NUL, and KLV_DOCUMENT_PADDING zeros stand behind every text: none of
 * them looks for the end, and none reads further than the padding.
 */

/* Where and why a text is refused. `expected` completes "expected ..."; a fault at the end means
 * truncated. */
typedef struct klv_json_fault {
    klv_document_code code;
    const char *at;
    const char *expected;
} klv_json_fault;

/* The first byte from `at` on that needs a look: a quote, a backslash, a control character, or one
 * beyond ASCII. */
static inline const char *klv_json_plain_end(const char *at) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(' ');
    for (;; at += 16) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* the comparison is signed, so bytes from 0x80 on count as less than a space too */
        __m128i hits = _mm_or_si128(
            _mm_cmplt_epi8(chunk, space),
            _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
        unsigned mask = (unsigned)_mm_movemask_epi8(hits);
        if (mask) {
            return at + __builtin_ctz(mask);
        }
    }
#else
    while ((signed char)*at >= ' ' && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
#endif
}

/*
 * Finishes the scan of a string from the byte that klv_json_plain_end stopped at: checks escapes
 * and UTF-8. Returns the closing quote and sets *escaped if there was an escape, or returns NULL
 * and fills *fault. `end` is the end of the text.
 */
const char *klv_json_string_rest(const char *at, const char *end, bool *escaped,
                                 klv_json_fault *fault);

KLV_PRIVATE_END

#endif
