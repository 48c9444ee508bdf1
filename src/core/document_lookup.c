/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "document_private.h"

/*
 * Resource objects by (type, id): a hash table with linear probing, at most half full. The hash
 * is seeded with an address, which differs between runs, so that no sender can prepare colliding
 * ids.
 */
typedef struct {
    klv_document_slice type;
    klv_document_slice id;
} identity;

static bool read_identity(const klv_document *doc, uint32_t node, identity *found) {
    return klv_document_identity(doc, node, &found->type, &found->id);
}

static bool equal(const identity *one, const identity *other) {
    return klv_document_equals(one->id, other->id.data, other->id.length) &&
           klv_document_equals(one->type, other->type.data, other->type.length);
}

static uint64_t mix(uint64_t hash, const char *data, size_t length) {
    const uint64_t odd = 0x9e3779b97f4a7c15u; /* 2^64 over the golden ratio */
    hash = (hash ^ length) * odd;
    for (; length >= 8; data += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        hash = (hash ^ hash >> 29 ^ word) * odd;
    }
    for (; length; data++, length--) {
        hash = (hash ^ hash >> 29 ^ (unsigned char)*data) * odd;
    }
    return hash ^ hash >> 32;
}

static size_t slot_of(const klv_document *doc, const identity *of) {
    uint64_t hash = mix((uint64_t)(uintptr_t)doc, of->id.data, of->id.length);
    return (size_t)mix(hash, of->type.data, of->type.length) & (doc->slot_count - 1);
}

/* The slot of `wanted`, which has no escapes; or the empty slot where it belongs. */
static uint32_t *probe(const klv_document *doc, const identity *wanted) {
    size_t slot = slot_of(doc, wanted);
    for (; doc->slots[slot] != KLV_DOCUMENT_NONE; slot = (slot + 1) & (doc->slot_count - 1)) {
        identity there;
        if (read_identity(doc, doc->slots[slot], &there) && equal(&there, wanted)) {
            break;
        }
    }
    return &doc->slots[slot];
}

/* Resolves escapes into memory that *scratch owns from then on. False: out of memory. */
static bool flatten(klv_document_slice *slice, char **scratch) {
    if (slice->escaped) {
        *scratch = malloc(slice->length);
        if (!*scratch) {
            return false;
        }
        slice->length = klv_document_unescape(*slice, *scratch);
        *slice = (klv_document_slice){*scratch, slice->length, false};
    }
    return true;
}

/* Adds one resource object unless its identity is in the table. False: out of memory. */
static bool add(klv_document *doc, uint32_t node) {
    identity name;
    char *type = NULL, *id = NULL;
    if (!read_identity(doc, node, &name)) {
        return true;
    }
    bool flat = flatten(&name.type, &type) && flatten(&name.id, &id);
    if (flat) {
        uint32_t *slot = probe(doc, &name);
        if (*slot == KLV_DOCUMENT_NONE) {
            *slot = node;
        }
    }
    free(type);
    free(id);
    return flat;
}

typedef bool visit(klv_document *doc, uint32_t node, void *context);

/* Calls `step` for every resource object, in order, until it returns false; then returns false
 * too. */
static bool each_resource(klv_document *doc, visit *step, void *context) {
    static const char *const names[] = {"data", "included"};
    for (int i = 0; i < 2; i++) {
        uint32_t parent = klv_document_member(doc, 0, names[i], strlen(names[i]));
        if (parent == KLV_DOCUMENT_NONE) {
            continue;
        }
        if (klv_document_type_of(doc, parent) == KLV_DOCUMENT_OBJECT) {
            if (!step(doc, parent, context)) {
                return false;
            }
            continue;
        }
        for (uint32_t node = klv_document_first(doc, parent); node != KLV_DOCUMENT_NONE;
             node = klv_document_next(doc, parent, node)) {
            if (!step(doc, node, context)) {
                return false;
            }
        }
    }
    return true;
}

static bool count_one(klv_document *doc, uint32_t node, void *count) {
    (void)doc;
    (void)node;
    ++*(size_t *)count;
    return true;
}

static bool add_one(klv_document *doc, uint32_t node, void *unused) {
    (void)unused;
    return add(doc, node);
}

typedef struct {
    const identity *wanted;
    uint32_t found;
} search;

static bool differs(klv_document *doc, uint32_t node, void *context) {
    search *of = context;
    identity name;
    if (read_identity(doc, node, &name) && equal(&name, of->wanted)) {
        of->found = node;
        return false;
    }
    return true;
}

/* False: out of memory, and there is no table. */
static bool build(klv_document *doc) {
    size_t count = 0, slots = 16;
    each_resource(doc, count_one, &count);
    while (slots < count * 2) {
        slots *= 2;
    }
    doc->slots = malloc(slots * sizeof *doc->slots);
    if (!doc->slots) {
        return false;
    }
    memset(doc->slots, 0xff, slots * sizeof *doc->slots);
    doc->slot_count = slots;
    if (!each_resource(doc, add_one, NULL)) {
        free(doc->slots);
        doc->slots = NULL;
        doc->slot_count = 0;
        return false;
    }
    return true;
}

uint32_t klv_document_lookup(klv_document *doc, const char *type, size_t type_length,
                             const char *id, size_t id_length) {
    identity wanted = {{type, type_length, false}, {id, id_length, false}};
    if (doc->slots || build(doc)) {
        return *probe(doc, &wanted);
    }
    search of = {&wanted, KLV_DOCUMENT_NONE};
    each_resource(doc, differs, &of);
    return of.found;
}
