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

/* A field that a list can be sorted by. Its column must be NOT NULL (comparing with NULL is
 * unknown, so the row would never be returned) and compared as BINARY. */
typedef struct sbx_sort_key {
    const char *name;   /* on the wire: "updated_at" */
    const char *column; /* SQL expression: "campaigns.updated"; NULL for sort=id, which the
                           tie-break alone orders */
    const char *row;    /* the tie-break, an integer primary key: "campaigns.pk" */
    bool is_int;        /* INTEGER column, else TEXT */
} sbx_sort_key;

/* A position between two rows: right after (or, backward, right before) the row with this key. */
typedef struct sbx_cursor {
    bool backward;       /* asks for the page before this position */
    sbx_sql_value value; /* of the sort column, TEXT or INT as the key says; unused for sort=id */
    int64_t row;         /* its primary key */
} sbx_cursor;

typedef enum sbx_cursor_status {
    SBX_CURSOR_OK,
    SBX_CURSOR_BROKEN,  /* not a cursor, or cut or altered */
    SBX_CURSOR_FOREIGN, /* a valid cursor of another list, sort or filter */
    SBX_CURSOR_NO_MEMORY
} sbx_cursor_status;

#define SBX_CURSOR_MAX 16384 /* longer cursors are rejected unread */

/* Returns a digest of the list a cursor belongs to: operation, parent (path id, "" if none), sort
 * and filter (decoded, "" if none). The page size may change from page to page, so it is not
 * included. */
uint64_t sbx_cursor_binding(sbx_op op, const char *parent, const sbx_sort_key *sort,
                            bool descending, const char *filter, size_t filter_length);

/* Encodes a cursor as opaque text (base64url, nothing to percent-encode) in the arena; NULL when
 * out of memory, or when the value is longer than a megabyte. */
char *sbx_cursor_encode(sbx_arena *arena, const sbx_sort_key *sort, const sbx_cursor *cursor,
                        uint64_t binding);

/* Decodes a cursor; rejects everything that sbx_cursor_encode did not write. Sets *out on
 * SBX_CURSOR_OK only; it points into the arena. */
sbx_cursor_status sbx_cursor_decode(sbx_arena *arena, const sbx_sort_key *sort, const char *text,
                                    size_t length, uint64_t binding, sbx_cursor *out);

/* Appends "(column, row) < (?, ?)" for the sort, the direction and the cursor; "1" for a NULL
 * cursor. */
void sbx_cursor_where(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor);

/* Appends " ORDER BY column DESC, row DESC", reversed for a backward cursor: the rows of a backward
 * page come last first, and the caller reverses them. cursor may be NULL. */
void sbx_cursor_order(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor);

/* Whether there are pages on either side, when LIMIT page_size + 1 returned `fetched` rows. The
 * extra row is the last one fetched and is not shown. next follows the last row shown, prev
 * precedes the first. Both are false for an empty page. */
typedef struct sbx_page_ends {
    bool has_next, has_prev;
} sbx_page_ends;
sbx_page_ends sbx_cursor_ends(const sbx_cursor *cursor, size_t fetched, size_t page_size);

SBX_HIDDEN_END
#endif
