/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_private.h"
#include "json_number.h"

static klv_json_entry entry_of(const klv_document *doc, uint32_t node) {
    return doc->tape.entries[node];
}

/* The node after `node` and its descendants. */
static uint32_t skip(const klv_document *doc, uint32_t node) {
    klv_json_entry entry = entry_of(doc, node);
    return klv_json_is_container(entry) ? klv_json_length(entry) : node + 1;
}

/* Sets line and column of the offset, for people: the column counts characters, not bytes. */
static void locate(klv_document_error *error, const char *text) {
    error->line = 1;
    error->column = 1;
    for (const char *at = text; at < text + error->offset; at++) {
        if (*at == '\n') {
            error->line++;
            error->column = 1;
        } else if ((*at & 0xc0) != 0x80) {
            error->column++;
        }
    }
}

__attribute__((format(printf, 2, 3))) static void say(klv_document_error *error, const char *format,
                                                      ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(error->message, sizeof error->message, format, list);
    va_end(list);
}

/* The text for the byte that a message quotes. */
static const char *describe(const char *at, char buffer[16]) {
    unsigned char byte = (unsigned char)*at;
    if (byte == 0xef && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        return "a byte order mark";
    }
    snprintf(buffer, 16, byte > ' ' && byte < 0x7f ? "'%c'" : "byte 0x%02x", byte);
    return buffer;
}

static void explain(klv_document_error *error, const klv_json_fault *fault, const char *text,
                    size_t length, uint32_t max_depth) {
    char buffer[16];
    *error = (klv_document_error){.code = fault->code, .offset = (size_t)(fault->at - text)};
    if (fault->code == KLV_DOCUMENT_MEMORY) {
        say(error, "out of memory");
        return;
    }
    locate(error, text);
    if (fault->code == KLV_DOCUMENT_DEPTH) {
        say(error, "line %zu, column %zu: nested deeper than %u levels", error->line, error->column,
            (unsigned)max_depth);
    } else if (error->offset == length) {
        error->code = KLV_DOCUMENT_TRUNCATED;
        say(error, "line %zu, column %zu: the text ends too early, expected %s", error->line,
            error->column, fault->expected);
    } else {
        say(error, "line %zu, column %zu: expected %s, found %s", error->line, error->column,
            fault->expected, describe(fault->at, buffer));
    }
}

/* Frees the unused part of a tape whose size was estimated. */
static void trim(klv_json_tape *tape) {
    if (tape->capacity - tape->count > tape->count / 8) {
        klv_json_entry *entries = realloc(tape->entries, tape->count * sizeof *entries);
        if (entries) {
            tape->entries = entries;
            tape->capacity = tape->count;
        }
    }
}

static size_t tape_size(const klv_json_tape *tape) {
    return tape->capacity * sizeof *tape->entries;
}

/* Responses have about one entry for 15 bytes; the tape grows if there are more. False: out of
 * memory. */
static bool make_tape(klv_json_tape *tape, size_t length, klv_pool *pool) {
    size_t size = (length / 12 + 16) * sizeof *tape->entries;
    tape->entries = klv_pool_take(pool, &size);
    tape->capacity = size / sizeof *tape->entries;
    return tape->entries != NULL;
}

klv_document *klv_document_new(klv_buffer *text, klv_pool *pool, const klv_document_limits *limits,
                               klv_document_error *error) {
    size_t length = text->length;
    uint32_t max_depth =
        limits && limits->max_depth ? limits->max_depth : KLV_DOCUMENT_DEFAULT_DEPTH;
    klv_json_fault fault = {KLV_DOCUMENT_MEMORY, text->data, NULL};
    if (max_depth > KLV_DOCUMENT_MAX_DEPTH) {
        max_depth = KLV_DOCUMENT_MAX_DEPTH;
    }
    if (length > KLV_DOCUMENT_MAX_LENGTH) {
        *error = (klv_document_error){.code = KLV_DOCUMENT_TOO_LARGE};
        say(error, "%zu bytes are too many, at most %zu can be indexed", length,
            KLV_DOCUMENT_MAX_LENGTH);
        return NULL;
    }
    klv_document *doc = calloc(1, sizeof *doc);
    if (!doc) {
        goto failed;
    }
    doc->pool = klv_pool_retain(pool);
    memset(text->data + length, 0, KLV_DOCUMENT_PADDING);
    if (!make_tape(&doc->tape, length, pool) ||
        !klv_json_parse(text->data, length, max_depth, &doc->tape, &fault)) {
        goto failed;
    }
    if (!klv_pool_keeps(pool, tape_size(&doc->tape))) {
        trim(&doc->tape);
    }
    doc->text = *text;
    *text = (klv_buffer){0};
    return doc;

failed:
    klv_document_free(doc);
    explain(error, &fault, text->data, length, max_depth);
    return NULL;
}

void klv_document_free(klv_document *doc) {
    if (doc) {
        klv_pool_give(doc->pool, doc->text.data, doc->text.capacity);
        klv_pool_give(doc->pool, doc->tape.entries, tape_size(&doc->tape));
        klv_pool_release(doc->pool);
        free(doc->slots);
        free(doc);
    }
}

size_t klv_document_memory(const klv_document *doc) {
    return sizeof *doc + doc->text.capacity + tape_size(&doc->tape) +
           doc->slot_count * sizeof *doc->slots;
}

const char *klv_document_code_name(klv_document_code code) {
    static const char *const names[] = {"ok",    "syntax",    "utf8",  "truncated",
                                        "depth", "too_large", "memory"};
    return names[code];
}

size_t klv_document_size(const klv_document *doc) {
    return doc->text.length;
}

bool klv_document_valid(const klv_document *doc, uint32_t node) {
    return node < doc->tape.count && !klv_json_is_key(entry_of(doc, node));
}

klv_document_type klv_document_type_of(const klv_document *doc, uint32_t node) {
    switch (klv_json_kind(entry_of(doc, node))) {
    case KLV_JSON_OBJECT:
        return KLV_DOCUMENT_OBJECT;
    case KLV_JSON_ARRAY:
        return KLV_DOCUMENT_ARRAY;
    case KLV_JSON_DOUBLE:
        return KLV_DOCUMENT_DOUBLE;
    case KLV_JSON_INTEGER:
        return KLV_DOCUMENT_INTEGER;
    case KLV_JSON_TRUE:
    case KLV_JSON_FALSE:
        return KLV_DOCUMENT_BOOLEAN;
    case KLV_JSON_NULL:
        return KLV_DOCUMENT_NULL;
    default:
        return KLV_DOCUMENT_STRING;
    }
}

/* The value at `index`, or after the key there, if it lies before `end`. */
static uint32_t value_at(const klv_document *doc, uint32_t index, uint32_t end) {
    if (index >= end) {
        return KLV_DOCUMENT_NONE;
    }
    return index + klv_json_is_key(entry_of(doc, index));
}

uint32_t klv_document_first(const klv_document *doc, uint32_t parent) {
    return value_at(doc, parent + 1, skip(doc, parent));
}

uint32_t klv_document_next(const klv_document *doc, uint32_t parent, uint32_t child) {
    return value_at(doc, skip(doc, child), skip(doc, parent));
}

uint32_t klv_document_count(const klv_document *doc, uint32_t node) {
    uint32_t count = 0, end = skip(doc, node);
    for (uint32_t child = node + 1; child < end; child = skip(doc, child)) {
        child += klv_json_is_key(entry_of(doc, child));
        count++;
    }
    return count;
}

static klv_document_slice slice_of(const klv_document *doc, klv_json_entry entry) {
    return (klv_document_slice){doc->text.data + entry.offset, klv_json_length(entry),
                                (entry.link & KLV_JSON_ESCAPED) != 0};
}

klv_document_slice klv_document_key(const klv_document *doc, uint32_t node) {
    if (node == 0 || !klv_json_is_key(entry_of(doc, node - 1))) {
        return (klv_document_slice){NULL, 0, false};
    }
    return slice_of(doc, entry_of(doc, node - 1));
}

klv_document_slice klv_document_string(const klv_document *doc, uint32_t node) {
    if (klv_document_type_of(doc, node) != KLV_DOCUMENT_STRING) {
        return (klv_document_slice){NULL, 0, false};
    }
    return slice_of(doc, entry_of(doc, node));
}

int64_t klv_document_integer(const klv_document *doc, uint32_t node) {
    klv_json_entry entry = entry_of(doc, node);
    return klv_json_kind(entry) == KLV_JSON_INTEGER
               ? klv_json_to_integer(doc->text.data + entry.offset, klv_json_length(entry))
               : 0;
}

double klv_document_number(const klv_document *doc, uint32_t node) {
    klv_json_entry entry = entry_of(doc, node);
    return klv_json_kind(entry) == KLV_JSON_DOUBLE
               ? klv_json_to_double(doc->text.data + entry.offset, klv_json_length(entry))
               : (double)klv_document_integer(doc, node);
}

/*
 * One behind the last byte of a node. The end of a container is not stored. Behind its last
 * descendant nothing but white space and brackets stands, one for each container that ends there.
 */
static const char *text_end(const klv_document *doc, uint32_t node) {
    uint32_t end = skip(doc, node), brackets = 0;
    for (uint32_t index = node; index < end; index++) {
        klv_json_entry entry = entry_of(doc, index);
        brackets += klv_json_is_container(entry) && klv_json_length(entry) == end;
    }
    klv_json_entry last = entry_of(doc, end - 1);
    const char *at = doc->text.data + last.offset;
    if (klv_json_is_container(last)) {
        at++;
    } else {
        at += klv_json_length(last) + (klv_document_type_of(doc, end - 1) == KLV_DOCUMENT_STRING);
    }
    for (; brackets; at++) {
        brackets -= *at == ']' || *at == '}';
    }
    return at;
}

klv_document_slice klv_document_text(const klv_document *doc, uint32_t node) {
    klv_json_entry entry = entry_of(doc, node);
    const char *start =
        doc->text.data + entry.offset - (klv_document_type_of(doc, node) == KLV_DOCUMENT_STRING);
    return (klv_document_slice){start, (size_t)(text_end(doc, node) - start), false};
}

/* Whether the key of an entry is that; `length` is at most KLV_DOCUMENT_MAX_LENGTH. */
static inline bool is_key(const klv_document *doc, klv_json_entry entry, const char *key,
                          size_t length) {
    if (entry.link == (KLV_JSON_KEY | (uint32_t)length)) {
        const char *data = doc->text.data + entry.offset;
        /* keys of one length mostly differ in their first byte */
        return !length || (*data == *key && memcmp(data, key, length) == 0);
    }
    return entry.link >= KLV_JSON_ESCAPED && klv_document_equals(slice_of(doc, entry), key, length);
}

uint32_t klv_document_member(const klv_document *doc, uint32_t object, const char *key,
                             size_t length) {
    uint32_t found = KLV_DOCUMENT_NONE, end = klv_json_length(entry_of(doc, object));
    if (klv_json_kind(entry_of(doc, object)) != KLV_JSON_OBJECT ||
        length > KLV_DOCUMENT_MAX_LENGTH) {
        return KLV_DOCUMENT_NONE;
    }
    for (uint32_t index = object + 1; index < end; index = skip(doc, index + 1)) {
        if (is_key(doc, entry_of(doc, index), key, length)) {
            found = index + 1;
        }
    }
    return found;
}

bool klv_document_identity(const klv_document *doc, uint32_t node, klv_document_slice *type,
                           klv_document_slice *id) {
    uint32_t type_at = KLV_DOCUMENT_NONE, id_at = KLV_DOCUMENT_NONE;
    uint32_t end = klv_json_length(entry_of(doc, node));
    if (klv_json_kind(entry_of(doc, node)) != KLV_JSON_OBJECT) {
        return false;
    }
    for (uint32_t index = node + 1; index < end; index = skip(doc, index + 1)) {
        klv_json_entry entry = entry_of(doc, index);
        if (is_key(doc, entry, "type", 4)) {
            type_at = index + 1;
        } else if (is_key(doc, entry, "id", 2)) {
            id_at = index + 1;
        }
    }
    if (type_at == KLV_DOCUMENT_NONE || id_at == KLV_DOCUMENT_NONE) {
        return false;
    }
    *type = klv_document_string(doc, type_at);
    *id = klv_document_string(doc, id_at);
    return type->data && id->data;
}

/* The element of an array at a decimal position, counted from 1. */
static uint32_t element(const klv_document *doc, uint32_t array, const char *step, size_t length) {
    uint32_t position = 0;
    for (size_t i = 0; i < length; i++) {
        if (step[i] < '0' || step[i] > '9' || position > KLV_DOCUMENT_MAX_LENGTH) {
            return KLV_DOCUMENT_NONE;
        }
        position = position * 10 + (uint32_t)(step[i] - '0');
    }
    uint32_t child = position ? klv_document_first(doc, array) : KLV_DOCUMENT_NONE;
    while (child != KLV_DOCUMENT_NONE && --position) {
        child = klv_document_next(doc, array, child);
    }
    return child;
}

uint32_t klv_document_find(const klv_document *doc, uint32_t node, const char *path,
                           size_t length) {
    const char *end = path + length, *dot;
    for (dot = length ? path : NULL; dot && node != KLV_DOCUMENT_NONE; path = dot + 1) {
        dot = memchr(path, '.', (size_t)(end - path));
        size_t step = (size_t)((dot ? dot : end) - path);
        node = klv_json_kind(entry_of(doc, node)) == KLV_JSON_ARRAY
                   ? element(doc, node, path, step)
                   : klv_document_member(doc, node, path, step);
        if (!dot) {
            break;
        }
    }
    return node;
}
