/* SPDX-License-Identifier: MIT */
#include "pages.h"

#include <string.h>

static bool set(klv_buffer *buffer, const char *text, size_t length) {
    buffer->length = 0;
    return klv_buffer_append(buffer, text, length);
}

static bool same(const klv_buffer *a, const klv_buffer *b) {
    return a->length == b->length && a->length && memcmp(a->data, b->data, a->length) == 0;
}

bool klv_pages_begin(klv_pages *pages, const char *target, size_t length) {
    pages->count = 0;
    pages->empty = 0;
    pages->mark.length = 0;
    return set(&pages->link, target, length);
}

/* Copies links.next of a page into `link`; empty if it is missing or null. A link is a string, or
 * an object with `href` (JSON:API 1.1, "Link Objects"). Anything else is an error: what would come
 * next is not known, and half a list must not look like the whole. */
static bool read_next(const klv_document *page, klv_buffer *link, klv_error *error) {
    link->length = 0;
    uint32_t node = klv_document_find(page, 0, "links.next", 10);
    if (node == KLV_DOCUMENT_NONE || klv_document_type_of(page, node) == KLV_DOCUMENT_NULL) {
        return true;
    }
    klv_document_slice text = klv_document_string(page, node);
    if (!text.data) {
        node = klv_document_find(page, node, "href", 4);
        text = node == KLV_DOCUMENT_NONE ? text : klv_document_string(page, node);
    }
    if (!text.data) {
        return klv_fail(error, KLV_ERROR_JSON, "links.next of a page is no link");
    }
    if (!klv_buffer_reserve(link, text.length)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    link->length = klv_document_unescape(text, link->data);
    link->data[link->length] = '\0';
    return true;
}

static bool is_empty(const klv_document *page) {
    uint32_t data = klv_document_find(page, 0, "data", 4);
    return data != KLV_DOCUMENT_NONE && klv_document_type_of(page, data) == KLV_DOCUMENT_ARRAY &&
           klv_document_first(page, data) == KLV_DOCUMENT_NONE;
}

klv_pages_state klv_pages_follow(klv_pages *pages, const klv_document *page, klv_error *error) {
    klv_buffer next = {0};
    klv_pages_state state = KLV_PAGES_FAILED;
    pages->count++;
    bool power_of_two = (pages->count & (pages->count - 1)) == 0;
    if (power_of_two && !set(&pages->mark, pages->link.data, pages->link.length)) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        goto out;
    }
    if (!read_next(page, &next, error)) {
        goto out;
    }
    if (!next.length) {
        state = KLV_PAGES_END;
        goto out;
    }
    if (same(&next, &pages->mark) || same(&next, &pages->link)) {
        klv_fail(error, KLV_ERROR_LOOP,
                 "page %llu links to a page that was read before: the list goes round in a circle",
                 (unsigned long long)pages->count);
        goto out;
    }
    pages->empty = is_empty(page) ? pages->empty + 1 : 0;
    if (pages->empty >= KLV_PAGES_EMPTY) {
        klv_fail(error, KLV_ERROR_LOOP,
                 "%u pages in a row hold nothing, and each links to another one (%llu were read)",
                 pages->empty, (unsigned long long)pages->count);
        goto out;
    }
    klv_buffer previous = pages->link;
    pages->link = next;
    next = previous;
    state = KLV_PAGES_NEXT;
out:
    klv_buffer_free(&next);
    return state;
}

void klv_pages_free(klv_pages *pages) {
    klv_buffer_free(&pages->link);
    klv_buffer_free(&pages->mark);
}
