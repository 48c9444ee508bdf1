/* SPDX-License-Identifier: MIT */
#ifndef KLV_PAGES_H
#define KLV_PAGES_H

#include "internal.h"
#include "buffer.h"
#include "document.h"
#include "error.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/*
 * Where a walk over pages stands: the link to follow next (JSON:API `links.next`), and a mark left
 * behind at the 1st, 2nd, 4th, 8th ... page. A link that leads to the mark, or to the page it
 * stands on, goes round in a circle: found within twice its length, in memory that does not grow
 * with the walk (Brent, 1980). Zero-initialised is a walk that has not begun. Owned by the
 * binding's userdata.
 */
typedef struct {
    klv_buffer link; /* the page asked for, or to be asked for next */
    klv_buffer mark;
    uint64_t steps;
} klv_pages;

typedef enum { KLV_PAGES_NEXT, KLV_PAGES_END, KLV_PAGES_FAILED } klv_pages_state;

/* Begins at `target`. False: out of memory. */
bool klv_pages_begin(klv_pages *pages, const char *target, size_t length);

/*
 * Reads the answer of the present link. NEXT: `link` is the next one (its origin is checked when it
 * is requested). END: there is none. FAILED: it goes round in a circle (KLV_ERROR_LOOP), or memory
 * is out.
 */
klv_pages_state klv_pages_follow(klv_pages *pages, const klv_document *page, klv_error *error);

void klv_pages_free(klv_pages *pages);

KLV_PRIVATE_END

#endif
