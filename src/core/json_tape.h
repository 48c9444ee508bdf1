/* SPDX-License-Identifier: MIT */
#ifndef KLV_JSON_TAPE_H
#define KLV_JSON_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_string.h"

KLV_PRIVATE_BEGIN

/*
 * The index: one entry for every value and every key, in the order of the text; a member's key
 * comes right before its value. The top four bits of `link` are the kind of the entry. The other
 * 28 are the length of a scalar, without the quotes of a string; or, for a container, the index
 * of the entry after its last descendant.
 */
typedef struct klv_json_entry {
    uint32_t offset; /* of the first byte; of a string or key, the byte after its quote */
    uint32_t link;
} klv_json_entry;

/* Ordered so that each test below is one comparison. */
#define KLV_JSON_KEY            (0u << 28)
#define KLV_JSON_KEY_ESCAPED    (1u << 28)
#define KLV_JSON_STRING         (2u << 28)
#define KLV_JSON_STRING_ESCAPED (3u << 28)
#define KLV_JSON_NULL           (4u << 28)
#define KLV_JSON_FALSE          (5u << 28)
#define KLV_JSON_TRUE           (6u << 28)
#define KLV_JSON_INTEGER        (7u << 28)
#define KLV_JSON_DOUBLE         (8u << 28)
#define KLV_JSON_ARRAY          (9u << 28)
#define KLV_JSON_OBJECT         (10u << 28)
#define KLV_JSON_ESCAPED        (1u << 28) /* added to a key or a string */
#define KLV_JSON_COUNT          0x0fffffffu

static inline uint32_t klv_json_kind(klv_json_entry entry) {
    return entry.link & ~KLV_JSON_COUNT;
}

static inline uint32_t klv_json_length(klv_json_entry entry) {
    return entry.link & KLV_JSON_COUNT;
}

static inline bool klv_json_is_key(klv_json_entry entry) {
    return entry.link < KLV_JSON_STRING;
}

static inline bool klv_json_is_container(klv_json_entry entry) {
    return entry.link >= KLV_JSON_ARRAY;
}

/* The owner of the struct frees `entries`. Zeroed is empty. */
typedef struct klv_json_tape {
    klv_json_entry *entries;
    size_t count;
    size_t capacity;
} klv_json_tape;

/*
 * Checks `length` bytes, followed by KLV_DOCUMENT_PADDING zeros, and fills the empty tape.
 * False: *fault says why (at the end of the text: it is truncated), and the tape may hold
 * memory.
 */
bool klv_json_parse(const char *text, size_t length, uint32_t max_depth, klv_json_tape *tape,
                    klv_json_fault *fault);

KLV_PRIVATE_END

#endif
