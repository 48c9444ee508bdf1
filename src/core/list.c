/* SPDX-License-Identifier: MIT */
#include "list.h"

void klv_list_append(klv_list *list, klv_link *item) {
    item->list = list;
    item->next = NULL;
    item->previous = list->last;
    *(list->last ? &list->last->next : &list->first) = item;
    list->last = item;
    list->count++;
}

void klv_list_remove(klv_link *item) {
    klv_list *list = item->list;
    if (!list) {
        return;
    }
    *(item->previous ? &item->previous->next : &list->first) = item->next;
    *(item->next ? &item->next->previous : &list->last) = item->previous;
    list->count--;
    *item = (klv_link){0};
}
