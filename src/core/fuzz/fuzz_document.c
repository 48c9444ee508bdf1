/* SPDX-License-Identifier: MIT */

/*
 * Any bytes are rejected with a place and a sentence, or become a document whose every node can
 * be read. Build with clang -g -O1 -fsanitize=fuzzer,address,undefined
 * src/core/fuzz/fuzz_document.c src/core/document*.c src/core/json_*.c src/core/buffer.c
 * src/core/pool.c
 */
#include "check.h"
#include "../document.h"

/* Allocates the exact size, so that the sanitizer detects a read beyond the padding. */
static klv_document *parse(const char *data, size_t size, uint32_t depth,
                           klv_document_error *error) {
    klv_document_limits limits = {depth};
    klv_buffer text = {malloc(size + KLV_DOCUMENT_PADDING), size, size + KLV_DOCUMENT_PADDING};
    CHECK(text.data);
    memcpy(text.data, data, size);
    memset(text.data + size, '"', KLV_DOCUMENT_PADDING);
    klv_document *doc = klv_document_new(&text, NULL, &limits, error);
    CHECK((doc == NULL) == (text.data != NULL));
    klv_buffer_free(&text);
    return doc;
}

static void check_error(const klv_document_error *error, size_t size) {
    CHECK(error->code != KLV_DOCUMENT_OK && error->offset <= size);
    CHECK((error->code == KLV_DOCUMENT_TRUNCATED) == (error->offset == size));
    CHECK(error->line >= 1 && error->column >= 1 && error->message[0]);
    CHECK(strlen(error->message) < sizeof error->message - 1);
    for (const char *at = error->message; *at; at++) {
        CHECK(*at >= ' ' && *at <= '~');
    }
}

static void check_slice(klv_document_slice slice) {
    char *flat = malloc(slice.length);
    CHECK(flat || !slice.length);
    size_t length = klv_document_unescape(slice, flat);
    CHECK(length <= slice.length && (slice.escaped || length == slice.length));
    CHECK(klv_document_equals(slice, flat, length));
    CHECK(!length || !klv_document_equals(slice, flat, length - 1));
    free(flat);
}

/* The text of a node is itself a document, of the same type. */
static void check_text(const klv_document *doc, uint32_t node) {
    klv_document_error error;
    klv_document_slice text = klv_document_text(doc, node);
    klv_document *copy = parse(text.data, text.length, KLV_DOCUMENT_MAX_DEPTH, &error);
    CHECK(copy && klv_document_type_of(copy, 0) == klv_document_type_of(doc, node));
    CHECK(klv_document_count(copy, 0) == klv_document_count(doc, node));
    klv_document_free(copy);
}

/* Visits `node` and its descendants. Returns their number, keys included. */
static uint32_t check_node(const klv_document *doc, uint32_t node, int *budget) {
    CHECK(klv_document_valid(doc, node));
    klv_document_type type = klv_document_type_of(doc, node);
    klv_document_slice key = klv_document_key(doc, node), string = klv_document_string(doc, node);
    uint32_t nodes = 1, children = 0;
    CHECK((string.data != NULL) == (type == KLV_DOCUMENT_STRING));
    if (key.data) {
        check_slice(key);
    }
    if (string.data) {
        check_slice(string);
    }
    double number = klv_document_number(doc, node);
    CHECK(type != KLV_DOCUMENT_INTEGER || number == (double)klv_document_integer(doc, node));
    CHECK(number == number);
    if (--*budget > 0) {
        check_text(doc, node);
    }
    for (uint32_t child = klv_document_first(doc, node); child != KLV_DOCUMENT_NONE;
         child = klv_document_next(doc, node, child)) {
        CHECK((klv_document_key(doc, child).data != NULL) == (type == KLV_DOCUMENT_OBJECT));
        nodes += check_node(doc, child, budget) + (type == KLV_DOCUMENT_OBJECT);
        children++;
    }
    CHECK(children == klv_document_count(doc, node));
    return nodes;
}

/* Lookup agrees with a search for every resource object, whatever else the text contains. */
static void check_lookup(klv_document *doc) {
    static const char type[] = "campaign", id[] = "1";
    uint32_t node = klv_document_lookup(doc, type, sizeof type - 1, id, sizeof id - 1);
    if (node != KLV_DOCUMENT_NONE) {
        uint32_t found = klv_document_find(doc, node, "type", 4);
        CHECK(klv_document_equals(klv_document_string(doc, found), type, sizeof type - 1));
        found = klv_document_find(doc, node, "id", 2);
        CHECK(klv_document_equals(klv_document_string(doc, found), id, sizeof id - 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    klv_document_error error;
    const char *text = (const char *)data;
    klv_document *doc = parse(text, size, 0, &error);
    if (!doc) {
        check_error(&error, size);
        return 0;
    }
    int budget = 50;
    uint32_t nodes = check_node(doc, 0, &budget);
    CHECK(!klv_document_valid(doc, nodes) && !klv_document_valid(doc, KLV_DOCUMENT_NONE));
    check_lookup(doc);
    /* the text serves as a path too, and every number below the end is a node or a key */
    klv_document_find(doc, 0, text, size);
    for (uint32_t node = 0; node < nodes; node++) {
        if (klv_document_valid(doc, node)) {
            klv_document_next(doc, 0, node);
            klv_document_next(doc, node, 0);
        }
    }
    CHECK(klv_document_memory(doc) >= size);
    klv_document_free(doc);
    return 0;
}
