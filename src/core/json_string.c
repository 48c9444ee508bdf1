/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "json_string.h"

static const char *reject(klv_json_fault *fault, klv_document_code code, const char *at,
                          const char *expected) {
    *fault = (klv_json_fault){code, at, expected};
    return NULL;
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Parses the four hexadecimal digits at *at. With fewer, returns -1 and moves *at to the first
 * byte that is none. */
static int32_t hex_unit(const char **at) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++, (*at)++) {
        int digit = hex_digit(**at);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/*
 * The rest of a \u escape; `at` is on its first digit. A surrogate without its other half is not
 * a character, and is rejected: it has no form in UTF-8.
 */
static const char *unicode_escape(const char *at, klv_json_fault *fault) {
    const char *start = at;
    int32_t unit = hex_unit(&at);
    if (unit >= 0xdc00 && unit <= 0xdfff) {
        return reject(fault, KLV_DOCUMENT_SYNTAX, start - 2, "a high surrogate before a low one");
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        for (const char *lead = "\\u"; *lead; lead++, at++) {
            if (*at != *lead) {
                return reject(fault, KLV_DOCUMENT_SYNTAX, at, "a low surrogate after a high one");
            }
        }
        start = at;
        unit = hex_unit(&at);
        if (unit >= 0 && (unit < 0xdc00 || unit > 0xdfff)) {
            return reject(fault, KLV_DOCUMENT_SYNTAX, start, "a low surrogate after a high one");
        }
    }
    return unit >= 0 ? at : reject(fault, KLV_DOCUMENT_SYNTAX, at, "four hexadecimal digits");
}

/* Returns the byte after the escape whose backslash is at `at`. */
static const char *escape_end(const char *at, klv_json_fault *fault) {
    switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return at + 2;
    case 'u':
        return unicode_escape(at + 2, fault);
    default:
        return reject(fault, KLV_DOCUMENT_SYNTAX, at + 1, "one of \"\\/bfnrtu after a backslash");
    }
}

static bool within(char byte, unsigned low, unsigned high) {
    return (unsigned char)byte >= low && (unsigned char)byte <= high;
}

/*
 * The length of the UTF-8 sequence at `at` as RFC 3629 allows it (no overlong form, no
 * surrogate, nothing above U+10FFFF), or 0; *good is the number of its valid bytes.
 */
static int sequence_length(const char *at, int *good) {
    unsigned char first = (unsigned char)*at;
    unsigned low = 0x80, high = 0xbf;
    int length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first == 0xe0) {
        low = 0xa0;
    } else if (first == 0xed) {
        high = 0x9f;
    } else if (first == 0xf0) {
        low = 0x90;
    } else if (first == 0xf4) {
        high = 0x8f;
    }
    *good = length > 0;
    if (!length || !within(at[1], low, high)) {
        return 0;
    }
    for (*good = 2; *good < length; ++*good) {
        if (!within(at[*good], 0x80, 0xbf)) {
            return 0;
        }
    }
    return length;
}

/* Returns the byte after the non-ASCII characters that begin at `at`. */
static const char *wide_end(const char *at, const char *end, klv_json_fault *fault) {
    do {
        int good;
        int length = sequence_length(at, &good);
        if (!length) {
            bool cut = good > 0 && at + good == end;
            return reject(fault, KLV_DOCUMENT_UTF8, cut ? end : at, "UTF-8");
        }
        at += length;
    } while ((signed char)*at < 0);
    return at;
}

bool klv_utf8_is_valid(const char *text, size_t length) {
    const char *end = text + length;
    while (text < end) {
        int step = 1, good;
        if ((signed char)*text < 0) {
            step = sequence_length(text, &good);
        }
        if (!step) {
            return false;
        }
        text += step;
    }
    return true;
}

const char *klv_json_string_rest(const char *at, const char *end, bool *escaped,
                                 klv_json_fault *fault) {
    while (*at != '"') {
        if (*at == '\\') {
            *escaped = true;
            at = escape_end(at, fault);
        } else if ((signed char)*at < 0) {
            at = wide_end(at, end, fault);
        } else if (at == end) {
            return reject(fault, KLV_DOCUMENT_SYNTAX, at, "the quote that ends a string");
        } else {
            return reject(fault, KLV_DOCUMENT_SYNTAX, at, "control characters to be escaped");
        }
        if (!at) {
            return NULL;
        }
        at = klv_json_plain_end(at);
    }
    return at;
}

static char *put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* Resolves the escape at *at, checked before, to at most four bytes, fewer than it has itself;
 * moves *at past it. */
static char *put_escape(char *out, const char **at) {
    static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    char name = (*at)[1];
    *at += 2;
    if (name != 'u') {
        const char *found = strchr(names, name);
        *out = found ? bytes[found - names] : name;
        return out + 1;
    }
    uint32_t code = (uint32_t)hex_unit(at);
    if (code >= 0xd800 && code <= 0xdbff) {
        *at += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)hex_unit(at) - 0xdc00);
    }
    return put_utf8(out, code);
}

size_t klv_document_unescape(klv_document_slice slice, char *out) {
    const char *at = slice.data, *end = slice.data + slice.length;
    char *start = out;
    while (at < end) {
        const char *stop = slice.escaped ? memchr(at, '\\', (size_t)(end - at)) : NULL;
        size_t plain = (size_t)((stop ? stop : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (stop) {
            out = put_escape(out, &at);
        }
    }
    return (size_t)(out - start);
}

bool klv_document_equals(klv_document_slice slice, const char *text, size_t length) {
    if (!slice.escaped) {
        return slice.length == length && memcmp(slice.data, text, length) == 0;
    }
    const char *at = slice.data, *end = slice.data + slice.length, *text_end = text + length;
    while (at < end) {
        char bytes[4];
        size_t count = 1;
        if (*at == '\\') {
            count = (size_t)(put_escape(bytes, &at) - bytes);
        } else {
            bytes[0] = *at++;
        }
        if (count > (size_t)(text_end - text) || memcmp(bytes, text, count) != 0) {
            return false;
        }
        text += count;
    }
    return text == text_end;
}
