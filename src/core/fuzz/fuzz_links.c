/* SPDX-License-Identifier: MIT */
/*
 * Pages, separated by NULs: following their links ends, or is rejected where it goes round in a
 * circle or leads to another origin. No other origin is ever requested.
 */
#include "same_server.h"
#include "../pages.h"
#include "../url.h"

static klv_document *parse(const uint8_t *data, size_t size) {
    klv_document_limits limits = {32};
    klv_document_error error;
    klv_buffer text = {malloc(size + KLV_DOCUMENT_PADDING), size, size + KLV_DOCUMENT_PADDING};
    CHECK(text.data);
    memcpy(text.data, data, size);
    memset(text.data + size, 0, KLV_DOCUMENT_PADDING);
    klv_document *page = klv_document_new(&text, NULL, &limits, &error);
    klv_buffer_free(&text);
    return page;
}

/* Resolves the present link as a client would: what is accepted is of the base's origin. */
static bool ask(const klv_pages *pages, const klv_base *base) {
    klv_buffer url = {0};
    klv_error error = {0};
    bool here = klv_base_resolve(base, pages->link.data, pages->link.length, &url, &error);
    if (here) {
        check_same_server(url.data, base->origin);
    } else {
        CHECK(error.kind == KLV_ERROR_ORIGIN || error.kind == KLV_ERROR_VALIDATION);
    }
    klv_buffer_free(&url);
    return here;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    klv_pages pages = {0};
    klv_base base = {0};
    klv_error error = {0};
    CHECK(klv_base_parse(&base, "https://a.klaviyo.com", false, &error));
    CHECK(klv_pages_begin(&pages, "/api/campaigns", 14));
    klv_pages_state state = KLV_PAGES_NEXT;
    while (size && state == KLV_PAGES_NEXT && ask(&pages, &base)) {
        const uint8_t *end = memchr(data, '\0', size);
        size_t length = end ? (size_t)(end - data) : size;
        klv_document *page = parse(data, length);
        if (!page) {
            break;
        }
        state = klv_pages_follow(&pages, page, &error);
        CHECK(state != KLV_PAGES_FAILED || error.kind == KLV_ERROR_LOOP ||
              error.kind == KLV_ERROR_JSON);
        klv_document_free(page);
        length += end != NULL;
        data += length;
        size -= length;
    }
    klv_pages_free(&pages);
    klv_base_free(&base);
    return 0;
}
