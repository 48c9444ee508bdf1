/* SPDX-License-Identifier: MIT */
#ifndef SBX_TEXT_H
#define SBX_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "visibility.h"

SBX_HIDDEN_BEGIN

/* A growing buffer of bytes, always followed by a NUL. An allocation that fails sets `failed` and
 * makes every later call a no-op, so that a writer checks once, at its end.
 * Created zeroed by its owner, freed with sbx_text_free; used by one thread at a time. */
typedef struct sbx_text {
    char *data;
    size_t size;
    size_t room;
    bool failed;
} sbx_text;

void sbx_text_free(sbx_text *text);
void sbx_text_clear(sbx_text *text);
void sbx_text_add(sbx_text *text, const char *bytes, size_t size);
void sbx_text_puts(sbx_text *text, const char *string);
void sbx_text_printf(sbx_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands the bytes over to the caller (free them with free()); NULL when an allocation failed. */
char *sbx_text_take(sbx_text *text, size_t *size);

/* JSON writers. A member or an item puts its own comma, by the byte in front of it. */
void sbx_json_string(sbx_text *text, const char *string, size_t size);
void sbx_json_item(sbx_text *text);
void sbx_json_key(sbx_text *text, const char *name);
void sbx_json_open(sbx_text *text, const char *name, char bracket);
void sbx_json_raw(sbx_text *text, const char *name, const char *json);
/* NULL is written as null. */
void sbx_json_text(sbx_text *text, const char *name, const char *value);
void sbx_json_bool(sbx_text *text, const char *name, bool value);
void sbx_json_int(sbx_text *text, const char *name, int64_t value);

SBX_HIDDEN_END
#endif
