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

/* A statement under construction: text with one "?" per value, and the values in the order of the
 * "?"s. Equal forms of a query have equal text, which can therefore be the key of a cache of
 * prepared statements. */
typedef struct sbx_sql {
    sbx_arena *arena; /* borrowed; holds text and values */
    char *text;       /* NUL-terminated; "" at first */
    size_t length, text_room;
    sbx_sql_value *values;
    size_t count, values_room;
    bool failed; /* out of memory: the statement is incomplete and must not be used */
} sbx_sql;

void sbx_sql_init(sbx_sql *sql, sbx_arena *arena);

/* Appends SQL text, which must never come from a request. */
void sbx_sql_add(sbx_sql *sql, const char *text);

/* Append one "?" and its value. Text is borrowed until the statement has run. */
void sbx_sql_text(sbx_sql *sql, const char *text, size_t length);
void sbx_sql_int(sbx_sql *sql, int64_t value);

/* Adds the value of a "?" that was part of sbx_sql_add. */
void sbx_sql_bind(sbx_sql *sql, const sbx_sql_value *value);

SBX_HIDDEN_END
#endif
