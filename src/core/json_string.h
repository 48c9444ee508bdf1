/* SPDX-License-Identifier: MIT */
#ifndef KLV_JSON_STRING_H
#define KLV_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "document.h"

KLV_PRIVATE_BEGIN

/*
 * All scanners stop at a NUL, and KLV_DOCUMENT_PADDING zeros follow every text: none of them
 * checks for the end, and none reads beyond the padding.
 */

/* Where and why a text is rejected. `expected` completes "expected ..."; a fault at the end
 * means truncated. */
typedef struct klv_json_fault {
    klv_document_code code;
    const char *at;
    const char *expected;
} klv_json_fault;

/*
 * A bit for each of 16 bytes: whether it needs attention, being a quote, a backslash, a control
 * character or not ASCII. Exchanging quote and space makes the quote the neighbour of the
 * control characters, which stay together: one comparison finds both.
 */
static inline unsigned klv_json_specials(const char *at) {
#ifdef __SSE2__
    const __m128i swap = _mm_set1_epi8('"' ^ ' ');
    const __m128i limit = _mm_set1_epi8(' ' + 1);
    const __m128i backslash = _mm_set1_epi8('\\');
    __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)at);
    /* signed, so that bytes from 0x80 on are found as well */
    __m128i low = _mm_cmpgt_epi8(limit, _mm_xor_si128(chunk, swap));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(chunk, backslash)));
#else
    const uint64_t each = 0x0101010101010101, tops = each * 0x80, rest = each * 0x7f;
    unsigned specials = 0;
    for (int shift = 0; shift < 16; shift += 8) {
        uint64_t bytes;
        memcpy(&bytes, at + shift, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        bytes = __builtin_bswap64(bytes);
#endif
        /* a sum reaches the top bit of its byte unless the byte is special */
        uint64_t low = ((bytes ^ each * ('"' ^ ' ')) & rest) + each * (0x7f - ' ');
        uint64_t backslash = ((bytes ^ each * '\\') & rest) + rest;
        uint64_t found = (bytes | ~low | ~backslash) & tops;
        /* gathers the top bits */
        specials |= (unsigned)((found >> 7) * 0x0102040810204080 >> 56) << shift;
    }
    return specials;
#endif
}

/* The first byte from `at` on that needs attention. */
static inline const char *klv_json_plain_end(const char *at) {
    unsigned specials;
    while (!(specials = klv_json_specials(at))) {
        at += 16;
    }
    return at + __builtin_ctz(specials);
}

/*
 * The same for a whole text, from front to back: it is examined in blocks, and the end of a
 * string is found by counting in a register. So no string waits for the loads of the previous
 * one, which saves a third of the time.
 */
typedef struct klv_json_scan {
    const char *block;
    uint64_t specials; /* of the 64 bytes from there on */
} klv_json_scan;

static inline void klv_json_scan_block(klv_json_scan *scan, const char *block) {
    scan->block = block;
    scan->specials = klv_json_specials(block) | (uint64_t)klv_json_specials(block + 16) << 16 |
                     (uint64_t)klv_json_specials(block + 32) << 32 |
                     (uint64_t)klv_json_specials(block + 48) << 48;
}

static inline const char *klv_json_scan_plain_end(klv_json_scan *scan, const char *at) {
    if (at - scan->block >= 64) {
        /* step by step: a block computed from `at` would have to wait for it */
        const char *block = scan->block + 64;
        while (at - block >= 64) {
            block += 64;
        }
        klv_json_scan_block(scan, block);
    }
    uint64_t specials = scan->specials >> (at - scan->block);
    while (!specials) {
        at = scan->block + 64;
        klv_json_scan_block(scan, at);
        specials = scan->specials;
    }
    return at + __builtin_ctzll(specials);
}

/*
 * Finishes the scan of a string from the byte at which klv_json_plain_end stopped: checks
 * escapes and UTF-8. Returns the closing quote and sets *escaped if there was an escape, or
 * returns NULL and fills *fault. `end` is the end of the text.
 */
const char *klv_json_string_rest(const char *at, const char *end, bool *escaped,
                                 klv_json_fault *fault);

/* Whether `length` bytes, with a NUL after them, are UTF-8 as RFC 3629 defines it: no overlong
 * form, no surrogate, nothing above U+10FFFF. */
bool klv_utf8_is_valid(const char *text, size_t length);

KLV_PRIVATE_END

#endif
