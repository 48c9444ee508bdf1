/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_CURSOR_H
#define SBX_API_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/api.h"
#include "base/arena.h"
#include "store/sql.h"

SBX_HIDDEN_BEGIN

/* A field a list can be sorted by. The column must be NOT NULL (a NULL compares as unknown and its
 * row would never be shown) and compared as BINARY. */
typedef struct sbx_sort_key {
    const char *name;   /* on the wire: "updated_at" */
    const char *column; /* SQL expression: "campaigns.updated"; NULL for sort=id, where the
                           tie-break is the order itself */
    const char *row;    /* the tie-break, an integer primary key: "campaigns.pk" */
    bool is_int;        /* INTEGER column, else TEXT */
} sbx_sort_key;

/* A place between two rows: just after (or, backward, just before) the row with this key. */
typedef struct sbx_cursor {
    bool backward;       /* the page before it is asked for */
    sbx_sql_value value; /* of the sort column: TEXT or INT as the key says; unused for sort=id */
    int64_t row;         /* its primary key */
} sbx_cursor;

typedef enum sbx_cursor_status {
    SBX_CURSOR_OK,
    SBX_CURSOR_BROKEN,  /* no cursor of ours, cut or altered */
    SBX_CURSOR_FOREIGN, /* a cursor of ours, of another list, sort or filter */
    SBX_CURSOR_NO_MEMORY
} sbx_cursor_status;

#define SBX_CURSOR_MAX 16384 /* bytes of an encoded cursor that are looked at */

/* What a cursor belongs to: the operation, its parent (path id, "" if none), sort and filter (as
 * decoded, "" if none). The page size may change from page to page, so it is not part of it. */
uint64_t sbx_cursor_binding(sbx_op op, const char *parent, const sbx_sort_key *sort,
                            bool descending, const char *filter, size_t filter_length);

/* The opaque text (base64url, nothing to percent-encode), in the arena; NULL when memory is at its
 * end (or the value longer than a megabyte). */
char *sbx_cursor_encode(sbx_arena *arena, const sbx_sort_key *sort, const sbx_cursor *cursor,
                        uint64_t binding);

/* The reverse; everything that encode did not write is refused. *out is set on SBX_CURSOR_OK alone
 * and points into the arena. */
sbx_cursor_status sbx_cursor_decode(sbx_arena *arena, const sbx_sort_key *sort, const char *text,
                                    size_t length, uint64_t binding, sbx_cursor *out);

/* Appends "(column, row) < (?, ?)" as sort, direction and cursor say; "1" for a NULL cursor. */
void sbx_cursor_where(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor);

/* Appends " ORDER BY column DESC, row DESC", reversed for a backward cursor: the rows of a page
 * backward come last first and are to be turned round. cursor may be NULL. */
void sbx_cursor_order(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor);

/* Whether there are pages on either side, when LIMIT page_size + 1 gave `fetched` rows. The extra
 * row is the last one fetched and is not shown. next is the page after the last row shown, prev the
 * one before the first. On an empty page both are false. */
typedef struct sbx_page_ends {
    bool has_next, has_prev;
} sbx_page_ends;
sbx_page_ends sbx_cursor_ends(const sbx_cursor *cursor, size_t fetched, size_t page_size);

SBX_HIDDEN_END
#endif
