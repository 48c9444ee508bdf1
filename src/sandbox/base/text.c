/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small enough for the per-thread cache of malloc. */
#define FIRST_ROOM 1000

static bool grow(sbx_text *text, size_t more) {
    if (text->failed)
        return false;
    size_t room = text->room ? text->room : FIRST_ROOM;
    while (room - text->size <= more) {
        if (room > SIZE_MAX / 2) {
            text->failed = true;
            return false;
        }
        room *= 2;
    }
    char *data = realloc(text->data, room);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->room = room;
    return true;
}

static inline bool reserve(sbx_text *text, size_t more) {
    if (text->data && text->room - text->size > more && !text->failed)
        return true;
    return grow(text, more);
}

void sbx_text_free(sbx_text *text) {
    free(text->data);
    memset(text, 0, sizeof *text);
}

void sbx_text_clear(sbx_text *text) {
    text->size = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void sbx_text_add_growing(sbx_text *text, const char *bytes, size_t size) {
    if (!reserve(text, size))
        return;
    if (size)
        memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void sbx_text_printf(sbx_text *text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0)
        text->failed = true;
    else if (reserve(text, (size_t)size)) {
        vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
        text->size += (size_t)size;
    }
    va_end(again);
}

char *sbx_text_take(sbx_text *text, size_t *size) {
    reserve(text, 0);
    char *data = text->failed ? NULL : text->data;
    if (data)
        data[text->size] = '\0';
    else
        free(text->data);
    *size = data ? text->size : 0;
    memset(text, 0, sizeof *text);
    return data;
}

#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0 when one of the eight bytes is 0, or below 0x20: see "Bit Twiddling Hacks", haszero and
 * hasless. */
static uint64_t zero_among(uint64_t bytes) {
    return (bytes - EVERY(1)) & ~bytes & EVERY(0x80);
}
static uint64_t control_among(uint64_t bytes) {
    return (bytes - EVERY(0x20)) & ~bytes & EVERY(0x80);
}

static bool wants_escape(unsigned char byte) {
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
}

/* Counts the bytes before the first that needs an escape, eight at a time: most strings have none.
 */
static size_t plain_bytes(const char *string, size_t size) {
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, string + i, sizeof bytes);
        if (control_among(bytes) | zero_among(bytes ^ EVERY('"')) |
            zero_among(bytes ^ EVERY('\\')) | zero_among(bytes ^ EVERY(0x7f)))
            break;
    }
    while (i < size && !wants_escape((unsigned char)string[i]))
        i++;
    return i;
}

void sbx_json_string(sbx_text *text, const char *string, size_t size) {
    static const char hex[] = "0123456789abcdef";
    sbx_text_add(text, "\"", 1);
    for (;;) {
        size_t plain = plain_bytes(string, size);
        sbx_text_add(text, string, plain);
        if (plain == size)
            break;
        unsigned char byte = (unsigned char)string[plain];
        if (byte == '"' || byte == '\\') {
            char escaped[2] = {'\\', (char)byte};
            sbx_text_add(text, escaped, 2);
        } else {
            char escaped[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
            sbx_text_add(text, escaped, 6);
        }
        string += plain + 1;
        size -= plain + 1;
    }
    sbx_text_add(text, "\"", 1);
}

static bool needs_comma(const sbx_text *text) {
    if (!text->size)
        return false;
    char last = text->data[text->size - 1];
    return last != '{' && last != '[' && last != ':';
}

void sbx_json_item(sbx_text *text) {
    if (needs_comma(text))
        sbx_text_add(text, ",", 1);
}

void sbx_json_member(sbx_text *text, const char *name, size_t size) {
    bool comma = needs_comma(text);
    if (!reserve(text, size + 4))
        return;
    char *at = text->data + text->size;
    if (comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, name, size);
    at += size;
    *at++ = '"';
    *at++ = ':';
    *at = '\0';
    text->size = (size_t)(at - text->data);
}

void sbx_json_number(sbx_text *text, int64_t value) {
    char digits[24];
    sbx_text_add(text, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value));
}
