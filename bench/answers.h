/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Canned answers of the Campaigns API in the guide's shape (revision 2026-04-15.pre), written once
 * before the first request comes. No two pages in a row are the same text.
 */

typedef struct {
    unsigned pages;   /* of the list */
    unsigned objects; /* campaigns on a page; 0: as many as fit in `bytes` */
    size_t bytes;     /* of a page, about; counts only if `objects` is 0 */
    bool tree;        /* with audiences, messages and variations in `included` */
    bool gzip;
    unsigned port; /* where links.next leads */
} answers_shape;

/* Text that the answers own. */
typedef struct {
    const char *data;
    size_t length;
} answers_text;

typedef struct answers answers;

/* NULL: out of memory. */
answers *answers_new(const answers_shape *shape);
void answers_free(answers *all);

/* An answer in pieces, head first, as they go out one behind the other. The last one of a page that
 * is not compressed is written into `room`. */
#define ANSWERS_ROOM 1024
unsigned answers_page(const answers *all, unsigned page, answers_text pieces[3],
                      char room[ANSWERS_ROOM]);
answers_text answers_campaign(const answers *all); /* GET of one, 200 */
answers_text
answers_hierarchy(const answers *all);            /* GET of one with its whole tree included, 200 */
answers_text answers_created(const answers *all); /* POST, 201 */
answers_text answers_missing(const answers *all); /* 404 */

#endif
