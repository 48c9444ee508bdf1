/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(sbx_text *text, size_t more) {
    if (text->failed)
        return false;
    size_t room = text->room ? text->room : 512;
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

void sbx_text_puts(sbx_text *text, const char *string) {
    sbx_text_add(text, string, strlen(string));
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

void sbx_json_item(sbx_text *text) {
    if (text->size && !memchr("{[:", text->data[text->size - 1], 3))
        sbx_text_add(text, ",", 1);
}

void sbx_json_key(sbx_text *text, const char *name) {
    sbx_json_item(text);
    sbx_text_add(text, "\"", 1);
    sbx_text_puts(text, name);
    sbx_text_add(text, "\":", 2);
}

/* Without a name the value is an item of an array. */
static void begin(sbx_text *text, const char *name) {
    if (name)
        sbx_json_key(text, name);
    else
        sbx_json_item(text);
}

void sbx_json_open(sbx_text *text, const char *name, char bracket) {
    begin(text, name);
    sbx_text_add(text, &bracket, 1);
}

void sbx_json_raw(sbx_text *text, const char *name, const char *json) {
    begin(text, name);
    sbx_text_puts(text, json);
}

void sbx_json_text(sbx_text *text, const char *name, const char *value) {
    if (!value) {
        sbx_json_raw(text, name, "null");
        return;
    }
    begin(text, name);
    sbx_json_string(text, value, strlen(value));
}

void sbx_json_bool(sbx_text *text, const char *name, bool value) {
    sbx_json_raw(text, name, value ? "true" : "false");
}

void sbx_json_int(sbx_text *text, const char *name, int64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    sbx_json_raw(text, name, digits);
}
