/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_TEXT_H
#define SBX_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* A growing buffer of bytes, always NUL-terminated. A failed allocation sets `failed` and turns
 * every later call into a no-op, so that a writer checks once, at its end. Zeroed by its owner,
 * freed with sbx_text_free; one thread at a time. */
typedef struct sbx_text {
    char *data;
    size_t size;
    size_t room;
    bool failed;
} sbx_text;

void sbx_text_free(sbx_text *text);
void sbx_text_clear(sbx_text *text);
/* Adds bytes when the room may have to grow. */
void sbx_text_add_growing(sbx_text *text, const char *bytes, size_t size);
static inline void sbx_text_add(sbx_text *text, const char *bytes, size_t size) {
    if (text->room - text->size <= size || text->failed) {
        sbx_text_add_growing(text, bytes, size);
        return;
    }
    memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}
void sbx_text_printf(sbx_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Passes the bytes to the caller, who frees them with free(); NULL when an allocation failed. */
char *sbx_text_take(sbx_text *text, size_t *size);

/* Inline, so that the compiler computes the length of literals. */
static inline void sbx_text_puts(sbx_text *text, const char *string) {
    sbx_text_add(text, string, strlen(string));
}

/* JSON writers. Each writes a comma first where the preceding byte calls for one. A NULL name: the
 * value is an item of an array, or the whole document. */
void sbx_json_string(sbx_text *text, const char *string, size_t size);
void sbx_json_item(sbx_text *text);
void sbx_json_member(sbx_text *text, const char *name, size_t size);
void sbx_json_number(sbx_text *text, int64_t value);

static inline void sbx_json_key(sbx_text *text, const char *name) {
    sbx_json_member(text, name, strlen(name));
}

static inline void sbx_json_begin(sbx_text *text, const char *name) {
    if (name)
        sbx_json_key(text, name);
    else
        sbx_json_item(text);
}

static inline void sbx_json_open(sbx_text *text, const char *name, char bracket) {
    sbx_json_begin(text, name);
    sbx_text_add(text, &bracket, 1);
}

static inline void sbx_json_raw(sbx_text *text, const char *name, const char *json) {
    sbx_json_begin(text, name);
    sbx_text_puts(text, json);
}

/* Writes a NULL value as null. */
static inline void sbx_json_text(sbx_text *text, const char *name, const char *value) {
    sbx_json_begin(text, name);
    if (value)
        sbx_json_string(text, value, strlen(value));
    else
        sbx_text_puts(text, "null");
}

static inline void sbx_json_bool(sbx_text *text, const char *name, bool value) {
    sbx_json_raw(text, name, value ? "true" : "false");
}

static inline void sbx_json_int(sbx_text *text, const char *name, int64_t value) {
    sbx_json_begin(text, name);
    sbx_json_number(text, value);
}

SBX_HIDDEN_END
#endif
