/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/pages.h"

#include <stdlib.h>

static klv_document *page_of(const char *data, const char *next) {
    char json[256];
    snprintf(json, sizeof json, "{\"data\":%s,\"links\":{\"next\":%s}}", data, next);
    klv_buffer text = {0};
    klv_buffer_puts(&text, json);
    klv_document_limits limits = {0};
    klv_document_error error;
    return klv_document_new(&text, NULL, &limits, &error);
}

static klv_document *page_with(const char *next) {
    return page_of("[{}]", next);
}

static klv_pages_state step(klv_pages *pages, const char *next, klv_error *error) {
    klv_document *page = page_with(next);
    klv_pages_state state = klv_pages_follow(pages, page, error);
    klv_document_free(page);
    return state;
}

static void links(void) {
    klv_pages pages = {0};
    klv_error error;
    CHECK(klv_pages_begin(&pages, "/a", 2));
    CHECK_INT(step(&pages, "\"https:\\/\\/h/a?page%5Bcursor%5D=\\u0078\"", &error), KLV_PAGES_NEXT);
    CHECK_TEXT(pages.link.data, "https://h/a?page%5Bcursor%5D=x");
    CHECK_INT(step(&pages, "null", &error), KLV_PAGES_END);
    CHECK(klv_pages_begin(&pages, "/a", 2));
    CHECK_INT(step(&pages, "\"\"", &error), KLV_PAGES_END);
    CHECK(klv_pages_begin(&pages, "/a", 2));
    CHECK_INT(step(&pages, "{\"href\":\"/b\"}", &error), KLV_PAGES_NEXT);
    CHECK(klv_pages_begin(&pages, "/a", 2));
    CHECK_INT(step(&pages, "17", &error), KLV_PAGES_FAILED);
    CHECK_INT(step(&pages, "{\"url\":\"/b\"}", &error), KLV_PAGES_FAILED);
    CHECK_INT(step(&pages, "{\"href\":null}", &error), KLV_PAGES_FAILED);
    CHECK_INT(error.kind, KLV_ERROR_JSON);
    klv_pages_free(&pages);
}

/* Pages without items end; a page with one in between begins the count anew. */
static void empty_pages(void) {
    klv_pages pages = {0};
    klv_error error = {0};
    klv_pages_state state = KLV_PAGES_NEXT;
    unsigned steps = 0;
    CHECK(klv_pages_begin(&pages, "/a", 2));
    for (; state == KLV_PAGES_NEXT && steps < 10 * KLV_PAGES_EMPTY; steps++) {
        char next[32];
        snprintf(next, sizeof next, "\"/%u\"", steps);
        klv_document *page = page_of(steps == KLV_PAGES_EMPTY - 2 ? "[{}]" : "[]", next);
        state = klv_pages_follow(&pages, page, &error);
        klv_document_free(page);
    }
    CHECK_INT(steps, 2 * KLV_PAGES_EMPTY - 1);
    CHECK_INT(state, KLV_PAGES_FAILED);
    CHECK_INT(error.kind, KLV_ERROR_LOOP);
    klv_pages_free(&pages);
}

/* A tail of pages, then a circle: found within twice the length of both. */
static int steps_until_found(int tail, int circle) {
    klv_pages pages = {0};
    klv_error error = {0};
    klv_pages_state state = KLV_PAGES_NEXT;
    int steps = 0;
    CHECK(klv_pages_begin(&pages, "/0", 2));
    while (state == KLV_PAGES_NEXT && steps < 10000) {
        steps++;
        int at = steps < tail ? steps : tail + (steps - tail) % circle;
        char link[32];
        snprintf(link, sizeof link, "\"/%d\"", at);
        state = step(&pages, link, &error);
    }
    CHECK_INT(state, KLV_PAGES_FAILED);
    CHECK_INT(error.kind, KLV_ERROR_LOOP);
    klv_pages_free(&pages);
    return steps;
}

static void circles(void) {
    for (int tail = 1; tail < 40; tail += 3) {
        for (int circle = 1; circle < 40; circle++) {
            CHECK(steps_until_found(tail, circle) <= 3 * (tail + circle) + 2);
        }
    }
}

void test_pages(void) {
    links();
    empty_pages();
    circles();
}
