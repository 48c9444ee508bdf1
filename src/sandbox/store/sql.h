/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_SQL_H
#define SBX_STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

SBX_HIDDEN_BEGIN

/* A value to bind. TEXT is UTF-8 without NUL, borrowed from the arena or from the caller. */
typedef struct sbx_sql_value {
    enum { SBX_SQL_TEXT, SBX_SQL_INT, SBX_SQL_REAL } kind;
    const char *text;
    size_t length;
    int64_t integer;
    double real;
} sbx_sql_value;

/* A statement in the making: text with one "?" per value, values in the order of the "?"s, so that
 * value i is bound to parameter i + 1. The same shape of question always gives the same text, which
 * can therefore be the key of a cache of prepared statements. */
typedef struct sbx_sql {
    sbx_arena *arena; /* borrowed; holds text and values */
    char *text;       /* NUL-terminated; "" at first */
    size_t length, text_room;
    sbx_sql_value *values;
    size_t count, values_room;
    bool failed; /* memory was at its end: the statement is incomplete, do not use it */
} sbx_sql;

void sbx_sql_init(sbx_sql *sql, sbx_arena *arena);

/* Appends SQL text. Never give it anything that came from a request. */
void sbx_sql_add(sbx_sql *sql, const char *text);

/* Each appends one "?" and its value. Text is borrowed until the statement was run. */
void sbx_sql_text(sbx_sql *sql, const char *text, size_t length);
void sbx_sql_int(sbx_sql *sql, int64_t value);

/* Adds the value of a "?" that sbx_sql_add has written. */
void sbx_sql_bind(sbx_sql *sql, const sbx_sql_value *value);

SBX_HIDDEN_END
#endif
