/* SPDX-License-Identifier: MIT */
#include "mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Texts of this length, such as header fields and URLs, need no memory. */
#define USUAL_LENGTH 512

/*
 * A text without escapes. Each of its bytes knows where it begins in the original, where the next
 * one ends it. Characters are appended one by one, and whenever the last ones form an escape, they
 * become the character that it stands for: so what results from an escape can be part of another
 * one, as in %2570 and in \\u0070. Backslashes are left out: how many of them precede an escape
 * depends on how often it was escaped. So "u0070" is an escape by itself; as the secret is treated
 * alike, that is found too.
 */
typedef struct {
    unsigned char *bytes;
    uint32_t *starts; /* of each byte, with the backslashes before it; and the end of the last */
    size_t count;
} plain_text;

static int digit_of(unsigned char byte) {
    return byte >= '0' && byte <= '9'   ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

/* The number that the last `digits` bytes are, if `before` precedes them; else -1. */
static int number_at_end(const plain_text *text, char before, size_t digits) {
    if (text->count <= digits || text->bytes[text->count - digits - 1] != before) {
        return -1;
    }
    int number = 0;
    for (size_t i = text->count - digits; i < text->count; i++) {
        int digit = digit_of(text->bytes[i]);
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/* The UTF-8 of a character of the basic plane. Returns its length. */
static size_t encode(int character, unsigned char out[3]) {
    if (character < 0x80) {
        out[0] = (unsigned char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (unsigned char)(0xc0 | character >> 6);
        out[1] = (unsigned char)(0x80 | (character & 63));
        return 2;
    }
    out[0] = (unsigned char)(0xe0 | character >> 12);
    out[1] = (unsigned char)(0x80 | (character >> 6 & 63));
    out[2] = (unsigned char)(0x80 | (character & 63));
    return 3;
}

/* Replaces the escape that the text ends with. False: it ends with none. */
static bool reduce(plain_text *text) {
    unsigned char out[3];
    size_t length = 3, count = 1;
    if (digit_of(text->bytes[text->count - 1]) < 0) {
        return false;
    }
    int number = number_at_end(text, '%', 2);
    if (number >= 0) {
        out[0] = (unsigned char)number;
    } else if ((number = number_at_end(text, 'u', 4)) >= 0) {
        length = 5;
        count = encode(number, out);
    } else {
        return false;
    }
    size_t at = text->count - length;
    uint32_t start = text->starts[at];
    for (size_t i = 0; i < count; i++) {
        text->bytes[at + i] = out[i];
        text->starts[at + i] = start;
    }
    text->count = at + count;
    return true;
}

/* `bytes` has room for `length` bytes, `starts` for one more. */
static void unescape(plain_text *text, const char *from, size_t length) {
    size_t start = 0; /* of the next byte */
    text->count = 0;
    for (size_t i = 0; i < length; i++) {
        if (from[i] == '\\') {
            continue;
        }
        text->bytes[text->count] = (unsigned char)from[i];
        text->starts[text->count++] = (uint32_t)start;
        start = i + 1;
        while (text->count && reduce(text)) {
            if (text->bytes[text->count - 1] == '\\') {
                start = text->starts[--text->count];
            }
        }
    }
    text->starts[text->count] = (uint32_t)length;
}

static bool has_escapes(const char *text, size_t length) {
    return memchr(text, '%', length) || memchr(text, '\\', length);
}

/* Not memmem: for each call it makes a table, which takes longer than to look through a header
 * field. */
static bool mask_literal(char *text, size_t length, const char *secret, size_t size) {
    bool found = false;
    char *at = text, *end = text + length;
    while ((size_t)(end - at) >= size &&
           (at = memchr(at, secret[0], (size_t)(end - at) - size + 1)) != NULL) {
        bool here = memcmp(at, secret, size) == 0;
        if (here) {
            memset(at, '*', size);
            found = true;
        }
        at += here ? size : 1;
    }
    return found;
}

/*
 * The part of a secret to look for in a text without escapes. Text around the secret can make an
 * escape with its first or last characters, as "%7" does before "0abc": up to four of the former,
 * and of the latter those from the beginning of an escape on.
 */
typedef struct {
    const unsigned char *bytes;
    size_t head, length; /* the characters before it; its own */
} pattern;

#define LONGEST_HEAD 4
#define LEAST        8 /* characters of the secret that are no coincidence */

/* Whether the secret ends in the middle of what can be an escape from there on. */
static bool begins_escape(const plain_text *secret, size_t at) {
    size_t digits = secret->bytes[at] == '%' ? 2 : secret->bytes[at] == 'u' ? 4 : 0;
    size_t rest = secret->count - at - 1;
    for (size_t i = at + 1; i < secret->count; i++) {
        digits = digit_of(secret->bytes[i]) < 0 ? 0 : digits;
    }
    return rest < digits;
}

static pattern pattern_of(const plain_text *secret, bool without_head, bool without_tail) {
    size_t most = secret->count < LONGEST_HEAD ? secret->count : LONGEST_HEAD;
    size_t head = without_head ? most : 0, end = secret->count;
    for (size_t i = end; without_tail && i > 0 && i + 4 > secret->count; i--) {
        end = begins_escape(secret, i - 1) ? i - 1 : end;
    }
    return (pattern){secret->bytes + head, head, end > head ? end - head : 0};
}

static bool mask_pattern(char *original, const plain_text *text, const plain_text *secret,
                         pattern p) {
    const unsigned char *end = text->bytes + text->count;
    bool found = false;
    if (p.length < KLV_MASK_SHORTEST) {
        return false;
    }
    for (const unsigned char *at = text->bytes;
         (at = memmem(at, (size_t)(end - at), p.bytes, p.length)) != NULL; at += p.length) {
        size_t from = (size_t)(at - text->bytes), to = from + p.length, head = p.head;
        while (from && head && text->bytes[from - 1] == secret->bytes[head - 1]) {
            from--;
            head--;
        }
        from -= from && head ? 1 : 0; /* the character that consumed the rest */
        size_t rest = secret->count - p.head - p.length;
        to = text->count - to < rest ? text->count : to + rest;
        memset(original + text->starts[from], '*', text->starts[to] - text->starts[from]);
        found = true;
    }
    return found;
}

static bool mask_escaped(char *original, const plain_text *text, const plain_text *secret) {
    bool found = mask_pattern(original, text, secret, pattern_of(secret, false, false));
    for (int part = 1; part < 4; part++) {
        pattern p = pattern_of(secret, part & 1, part & 2);
        size_t length = secret->starts[p.head + p.length] - secret->starts[p.head];
        found = (length >= LEAST && mask_pattern(original, text, secret, p)) || found;
    }
    return found;
}

/* Gets memory for a text without escapes; `small` is of USUAL_LENGTH and so on. False: there is
 * none. */
static bool make(plain_text *text, size_t length, unsigned char *small, uint32_t *small_starts) {
    bool fits = length < USUAL_LENGTH;
    text->bytes = fits ? small : malloc(length + 1);
    text->starts = fits ? small_starts : malloc((length + 1) * sizeof *text->starts);
    if (!text->bytes || !text->starts) {
        free(text->bytes);
        free(text->starts);
        return false;
    }
    return true;
}

static void drop(plain_text *text, const unsigned char *small) {
    if (text->bytes != small) {
        free(text->bytes);
        free(text->starts);
    }
}

bool klv_mask(char *text, size_t length, const char *secret, size_t secret_length) {
    unsigned char small[USUAL_LENGTH], small_secret[USUAL_LENGTH];
    uint32_t starts[USUAL_LENGTH], secret_starts[USUAL_LENGTH];
    plain_text plain = {0}, plain_secret = {0};
    if (secret_length < KLV_MASK_SHORTEST || length < secret_length) {
        return false;
    }
    bool found = mask_literal(text, length, secret, secret_length);
    if (!has_escapes(text, length)) {
        return found;
    }
    if (length >= UINT32_MAX || !make(&plain, length, small, starts)) {
        memset(text, '*', length);
        return true;
    }
    if (!make(&plain_secret, secret_length, small_secret, secret_starts)) {
        drop(&plain, small);
        memset(text, '*', length);
        return true;
    }
    unescape(&plain, text, length);
    unescape(&plain_secret, secret, secret_length);
    found = mask_escaped(text, &plain, &plain_secret) || found;
    drop(&plain, small);
    drop(&plain_secret, small_secret);
    return found;
}
