/* SPDX-License-Identifier: MIT */
#ifndef KLV_PAGES_H
#define KLV_PAGES_H

#include "internal.h"
#include "buffer.h"
#include "document.h"
#include "error.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/* Pages in a row that may hold nothing and link to another one: a filter may leave some empty. */
#define KLV_PAGES_EMPTY 50

/*
 * Pagination by JSON:API `links.next`: the link to follow next, and a copy of the link of the 1st,
 * 2nd, 4th, 8th ... page. A next link equal to that copy, or to the present link, means that the
 * pages go round in a circle: found within twice its length, in constant memory (Brent's cycle
 * detection, 1980). Pages that all differ and hold nothing are followed KLV_PAGES_EMPTY times in a
 * row. Zero-initialised has not begun.
 */
typedef struct {
    klv_buffer link; /* of the page that is being requested, or is requested next */
    klv_buffer mark;
    uint64_t count; /* pages read */
    unsigned empty; /* pages in a row whose `data` is an empty list */
} klv_pages;

typedef enum { KLV_PAGES_NEXT, KLV_PAGES_END, KLV_PAGES_FAILED } klv_pages_state;

/* Begins at `target`. False: out of memory. */
bool klv_pages_begin(klv_pages *pages, const char *target, size_t length);

/*
 * Reads the next link from the page of the present one. NEXT: `link` is the next one; its origin is
 * checked when it is requested. END: there is none. FAILED: the pages go round in a circle
 * or hold nothing (KLV_ERROR_LOOP), or out of memory.
 */
klv_pages_state klv_pages_follow(klv_pages *pages, const klv_document *page, klv_error *error);

void klv_pages_free(klv_pages *pages);

KLV_PRIVATE_END

#endif
