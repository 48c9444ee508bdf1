/* SPDX-License-Identifier: MIT */
#ifndef KLV_LIST_H
#define KLV_LIST_H

#include "internal.h"

#include <stddef.h>

KLV_PRIVATE_BEGIN

typedef struct klv_list klv_list;

/* A place in a list: the first member of what is listed. Zero-initialised is in none. */
typedef struct klv_link {
    struct klv_link *previous, *next;
    klv_list *list; /* NULL: none */
} klv_link;

/* Items in the order in which they were appended; owned by others. Zero-initialised is empty. */
struct klv_list {
    klv_link *first, *last;
    size_t count;
};

void klv_list_append(klv_list *list, klv_link *item);

/* Takes an item out of its list, if it is in one. */
void klv_list_remove(klv_link *item);

KLV_PRIVATE_END

#endif
