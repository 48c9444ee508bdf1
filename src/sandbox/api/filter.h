/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_FILTER_H
#define SBX_API_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/errors.h"
#include "store/sql.h"

SBX_HIDDEN_BEGIN

/* The filter language: comparison[,comparison...], where a comparison is operator(field,value),
 * has(field) or and(comparison,...). A comma at the top level means AND too. */

typedef enum sbx_filter_operator { /* bits, so that a table can allow several */
                                   SBX_FILTER_EQUALS = 1 << 0,
                                   SBX_FILTER_LESS_THAN = 1 << 1,
                                   SBX_FILTER_LESS_OR_EQUAL = 1 << 2,
                                   SBX_FILTER_GREATER_THAN = 1 << 3,
                                   SBX_FILTER_GREATER_OR_EQUAL = 1 << 4,
                                   SBX_FILTER_CONTAINS = 1 << 5,
                                   SBX_FILTER_CONTAINS_ANY = 1 << 6,
                                   SBX_FILTER_CONTAINS_ALL = 1 << 7,
                                   SBX_FILTER_STARTS_WITH = 1 << 8,
                                   SBX_FILTER_ENDS_WITH = 1 << 9,
                                   SBX_FILTER_ANY = 1 << 10,
                                   SBX_FILTER_HAS = 1 << 11,
                                   SBX_FILTER_AND = 1 << 12
} sbx_filter_operator;
#define SBX_FILTER_RANGE                                                                           \
    (SBX_FILTER_LESS_THAN | SBX_FILTER_LESS_OR_EQUAL | SBX_FILTER_GREATER_THAN |                   \
     SBX_FILTER_GREATER_OR_EQUAL)

typedef enum sbx_filter_type {
    SBX_FILTER_STRING,   /* 'a' or "a", JSON escapes, UTF-8 without NUL */
    SBX_FILTER_DATETIME, /* bare, see sbx_time_parse */
    SBX_FILTER_BOOLEAN,  /* true, false */
    SBX_FILTER_NUMBER    /* bare JSON number */
} sbx_filter_type;

typedef struct sbx_filter_value {
    sbx_filter_type type;
    size_t position;     /* first byte of it in the filter, from 0 */
    size_t length;       /* bytes it occupies in the filter */
    sbx_sql_value value; /* string; date-time: int64 microseconds; boolean: 0 or 1; number */
} sbx_filter_value;

/* A node of the parsed tree. Lives in the arena of the parse. */
typedef struct sbx_filter {
    sbx_filter_operator op;
    size_t position;   /* of the operator's name, from 0 */
    const char *field; /* NULL for AND */
    size_t field_position;
    bool is_list;                   /* the value was written in [] */
    const sbx_filter_value *values; /* `count` of them; none for AND and HAS */
    size_t count;
    struct sbx_filter *first, *next; /* AND: its children; next sibling */
} sbx_filter;

/* A value of an enumeration: its spelling on the wire and in the column. */
typedef struct sbx_filter_word {
    const char *wire;
    const char *stored;
} sbx_filter_word;

/* How useful an index is for finding the rows with a value. SQLite has no statistics here: it would
 * rather sort a hundred thousand rows with one status than scan in the order asked for. */
typedef enum sbx_filter_use {
    SBX_FILTER_SCAN,  /* useless, unless the list is sorted by the field: scan in sort order and
                         compare */
    SBX_FILTER_GROUP, /* many rows per value; there is an index (column, sort column) for each sort
                       */
    SBX_FILTER_KEY    /* few rows per value: better than any sort order */
} sbx_filter_use;

/* One field that may be filtered by. A table of these ends with .name = NULL. */
typedef struct sbx_filter_field {
    const char *name; /* on the wire: "campaign.id" */
    unsigned single;  /* operators that take one value (and HAS) */
    unsigned list;    /* operators that take a list: ANY, CONTAINS_ANY, ..., EQUALS */
    sbx_filter_type type;
    const char *column;      /* an SQL expression: TEXT, or INTEGER for the other types */
    const char *placeholder; /* SQL for one value, with one "?"; NULL for "?" itself. To look up a
                                key: "(SELECT pk FROM campaigns WHERE id = ?)" */
    sbx_filter_use use;
    const sbx_filter_word
        *words; /* STRING only: the allowed values (ends with .wire = NULL), or NULL for any */
} sbx_filter_field;

#define SBX_FILTER_LENGTH_MAX 16384 /* bytes of a filter */
#define SBX_FILTER_DEPTH_MAX  16    /* of and( inside and( */
#define SBX_FILTER_NODES_MAX  100   /* comparisons */
#define SBX_FILTER_LIST_MAX   500   /* values of a list */

/* Parses text[0..length). Returns the tree, whose root is an AND node even for one comparison.
 * Returns NULL after adding one error about the parameter "filter"; without an error, when out of
 * memory. The text need not outlive the call. */
const sbx_filter *sbx_filter_parse(sbx_arena *arena, const char *text, size_t length,
                                   sbx_errors *errors);

/* Checks a parsed tree against the table: fields, operators, types, single value or list, words.
 * Adds one error per comparison that is not allowed; true if there was none. */
bool sbx_filter_check(sbx_arena *arena, const sbx_filter *filter, const sbx_filter_field *fields,
                      sbx_errors *errors);

/* The order in which the rows will be read. */
typedef struct sbx_filter_scan {
    const char *column; /* the sort column; NULL: the primary key */
    bool above, below;  /* a cursor already bounds the sort column from above or below */
} sbx_filter_scan;

/* Appends a checked tree to a statement as one expression in parentheses: "(messages.status = ? AND
 * ...)". A column whose index must not be used gets a "+" in front. A NULL filter appends "1".
 * contains, starts-with and ends-with ignore the case of ASCII letters, everything else is exact;
 * has: neither null nor empty. */
void sbx_filter_render(const sbx_filter *filter, const sbx_filter_field *fields,
                       const sbx_filter_scan *scan, sbx_sql *sql);

SBX_HIDDEN_END
#endif
