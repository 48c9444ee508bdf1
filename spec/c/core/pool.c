/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/document.h"

#include <stdlib.h>

#define PAGE ((size_t)141000)

static void blocks(void) {
    klv_pool *pool = klv_pool_new();
    size_t size = PAGE;
    void *block = klv_pool_take(pool, &size);
    CHECK(size >= PAGE);
    klv_pool_give(pool, block, size);

    size_t larger = PAGE + 1000, small = 300, half = PAGE / 3;
    void *other = klv_pool_take(pool, &small), *third = klv_pool_take(pool, &half);
    CHECK(other != block && third != block); /* a small request does not take a large block */
    CHECK_INT(small, 300);
    void *again = klv_pool_take(pool, &larger);
    CHECK(again == block);
    CHECK_INT(larger, size);
    free(again);

    klv_pool_give(pool, other, small);
    klv_pool_give(pool, third, half);
    klv_pool_give(pool, NULL, PAGE);
    half = PAGE / 3;
    again = klv_pool_take(pool, &half);
    CHECK(again == third);
    klv_pool_give(pool, again, half);
    klv_pool_release(pool);
}

/* Without a pool, and with a closed one, the blocks are malloc's; ASan detects what leaks. */
static void none(void) {
    size_t size = PAGE;
    void *block = klv_pool_take(NULL, &size);
    CHECK_INT(size, PAGE);
    klv_pool_give(NULL, block, size);
    klv_pool *pool = klv_pool_new();
    block = klv_pool_take(pool, &size);
    klv_pool_close(pool);
    klv_pool_give(pool, block, size);
    CHECK(!klv_pool_keeps(pool, size));
    klv_pool_release(pool);
    CHECK(klv_pool_retain(NULL) == NULL);
    klv_pool_close(NULL);
    klv_pool_release(NULL);
}

static klv_document *page(klv_pool *pool) {
    klv_buffer text = {0};
    klv_document_error error;
    size_t size = PAGE;
    text.data = klv_pool_take(pool, &size);
    text.capacity = size;
    klv_buffer_puts(&text, "[");
    while (text.length < PAGE - 100) {
        klv_buffer_puts(&text, "{\"name\":\"a string\",\"at\":1},");
    }
    klv_buffer_puts(&text, "null]");
    klv_document *doc = klv_document_new(&text, pool, NULL, &error);
    CHECK(doc && !text.data);
    return doc;
}

/* Paging needs the memory of two pages, however many there are. */
static void pages(void) {
    klv_pool *pool = klv_pool_new();
    klv_document *read = page(pool), *coming = page(pool);
    const char *texts[] = {klv_document_text(read, 0).data, klv_document_text(coming, 0).data};
    for (int i = 0; i < 10; i++) {
        klv_document_free(read);
        read = coming;
        coming = page(pool);
        const char *text = klv_document_text(coming, 0).data;
        CHECK(text == texts[0] || text == texts[1]);
    }
    klv_pool_close(pool); /* as when a client is closed before its last page is freed */
    klv_pool_release(pool);
    klv_document_free(read);
    klv_document_free(coming);
}

void test_pool(void) {
    blocks();
    none();
    pages();
}
