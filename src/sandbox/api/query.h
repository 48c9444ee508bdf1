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

/* The query string of a request, read and checked. Everything lives in the arena of the parse.
 *
 * The tables behind it name these columns (INTEGER: microseconds, booleans 0 or 1; all NOT NULL):
 *   campaigns  (pk INTEGER PRIMARY KEY, id TEXT, name TEXT, builder TEXT 'wizard'|'canvas',
 *               archived INTEGER, created INTEGER, updated INTEGER)
 *   audiences  (pk, id, campaign -> campaigns.pk)
 *   messages   (pk, id, campaign -> campaigns.pk, name TEXT, status TEXT 'DRAFT' and so on in upper
 *               case, created INTEGER, updated INTEGER)
 *   variations (pk, id, message -> messages.pk)
 * always as "campaigns.name", so the tables must be in scope under these names. pk must ascend with
 * id: it is what sort=id sorts by, and the tie-break of every other sort. */
typedef struct sbx_query {
    const sbx_filter *filter;              /* NULL: none given */
    const sbx_filter_field *filter_fields; /* for sbx_filter_render; NULL: the operation has none */
    const sbx_sort_key *sort;              /* as asked for, or the default; NULL: not a list */
    bool descending;
    unsigned include; /* bits SBX_TYPE_BIT(type) */
    sbx_sparse fields[SBX_TYPE_COUNT];
    const sbx_cursor *cursor; /* NULL: the first page */
    size_t page_size;         /* as asked for, or the default; 0: the operation gives all */
    uint64_t binding;         /* for sbx_cursor_encode */
    /* For links.self/next/prev: the parameters as given but without page[cursor], percent-encoded
     * anew, "a=b&c=d" or "". */
    const char *canonical;
} sbx_query;

#define SBX_QUERY_LENGTH_MAX 32768 /* bytes of a query string; answer more with 414 */

/* Reads raw[0..length), what stands behind the "?" as it came. parent: the id in the path of a
 * nested list, "" otherwise. All errors are added, not the first alone: bad escapes, NUL, broken
 * UTF-8, duplicates, parameters the operation does not know (with those it knows), and what is
 * wrong with each value. "+" is a space, as in forms. True if *out is whole. False: see errors,
 * or, if there are none, memory was at its end. */
bool sbx_query_parse(sbx_arena *arena, sbx_op op, sbx_dialect dialect, const char *parent,
                     const char *raw, size_t length, sbx_errors *errors, sbx_query *out);

/* Whether the dialect has the operation at all (if not: 404). */
bool sbx_op_known(sbx_op op, sbx_dialect dialect);

/* "WHERE" is the caller's; this appends filter and cursor as "(...) AND (...)". */
void sbx_query_where(const sbx_query *query, sbx_sql *sql);

/* Appends " ORDER BY ... LIMIT ?" with page_size + 1, see sbx_cursor_ends. */
void sbx_query_order(const sbx_query *query, sbx_sql *sql);

SBX_HIDDEN_END
#endif
