/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_QUERY_H
#define SBX_API_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/api.h"
#include "api/cursor.h"
#include "api/filter.h"
#include "api/sparse.h"
#include "base/arena.h"
#include "base/errors.h"

SBX_HIDDEN_BEGIN

/* The query string of a request, parsed and checked. Everything lives in the arena of the parse. It
 * names columns as "campaigns.name", so the tables (store/schema.h) must be in scope under their
 * own names. Keys must ascend with ids: sort=id sorts by key, and every other sort breaks ties by
 * it. */
typedef struct sbx_query {
    const sbx_filter *filter;              /* NULL: none given */
    const sbx_filter_field *filter_fields; /* for sbx_filter_render; NULL: the operation has none */
    const sbx_sort_key *sort;              /* the one asked for, or the default; NULL: not a list */
    bool descending;
    unsigned include; /* bits SBX_TYPE_BIT(type) */
    bool counted;     /* profile_count was asked for */
    sbx_sparse fields[SBX_TYPE_COUNT];
    const sbx_cursor *cursor; /* NULL: the first page */
    size_t page_size;         /* the one asked for, or the default; 0: the operation is not paged */
    uint64_t binding;         /* for sbx_cursor_encode */
    /* For links: the parameters as given but without page[cursor], percent-encoded again, "a=b&c=d"
     * or "". */
    const char *canonical;
} sbx_query;

#define SBX_QUERY_LENGTH_MAX 32768 /* longer query strings are a 414 */

/* Parses raw[0..length), the bytes after the "?". parent: the id in the path of a nested list, ""
 * otherwise. Adds all errors, not the first only: invalid escapes, NUL, invalid UTF-8, duplicates,
 * parameters that the operation does not take (listing those it does), and what is wrong with each
 * value. "+" is a space, as in forms. True if *out is complete. False: see errors; if there are
 * none, out of memory. */
bool sbx_query_parse(sbx_arena *arena, sbx_op op, sbx_dialect dialect, const char *parent,
                     const char *raw, size_t length, sbx_errors *errors, sbx_query *out);

/* Whether the dialect has the operation (if not: 404). */
bool sbx_op_known(sbx_op op, sbx_dialect dialect);

/* Appends filter and cursor as "(...) AND (...)"; the caller has appended "WHERE ". */
void sbx_query_where(const sbx_query *query, sbx_sql *sql);

/* Appends " ORDER BY ... LIMIT ?" with page_size + 1, see sbx_cursor_ends. */
void sbx_query_order(const sbx_query *query, sbx_sql *sql);

SBX_HIDDEN_END
#endif
