/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(sbx_text *text, size_t more) {
    if (text->failed)
        return false;
    size_t room = text->room ? text->room : 2048;
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

void sbx_text_add(sbx_text *text, const char *bytes, size_t size) {
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

void sbx_json_string(sbx_text *text, const char *string, size_t size) {
    static const char hex[] = "0123456789abcdef";
    sbx_text_add(text, "\"", 1);
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)string[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f)
            continue;
        sbx_text_add(text, string + start, i - start);
        start = i + 1;
        if (byte == '"' || byte == '\\') {
            char escaped[2] = {'\\', (char)byte};
            sbx_text_add(text, escaped, 2);
        } else {
            char escaped[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
            sbx_text_add(text, escaped, 6);
        }
    }
    sbx_text_add(text, string + start, size - start);
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
