/* SPDX-License-Identifier: MIT */
#ifndef KLV_DOCUMENT_H
#define KLV_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "pool.h"

KLV_PRIVATE_BEGIN

/*
 * One JSON text, checked against RFC 8259 and indexed once. The text is kept unchanged and never
 * copied; the index takes eight bytes for every value and every key. Values are converted when
 * they are asked for.
 *
 * A node is a number: 0 is the root, the others come from the functions below. Nodes stay valid
 * as long as the document. Only klv_document_lookup changes a document; between threads it needs
 * a lock.
 */

/* Bytes that must be allocated after the text; the document sets them to zero. */
#define KLV_DOCUMENT_PADDING 64

/* The longest text, one byte less than 256 MiB: the index counts in 28 bits. */
#define KLV_DOCUMENT_MAX_LENGTH ((size_t)0x0fffffff)

#define KLV_DOCUMENT_DEFAULT_DEPTH 128
#define KLV_DOCUMENT_MAX_DEPTH     1024

/* No such node. */
#define KLV_DOCUMENT_NONE UINT32_MAX

typedef struct klv_document klv_document;

typedef enum klv_document_type {
    KLV_DOCUMENT_NULL,
    KLV_DOCUMENT_BOOLEAN,
    KLV_DOCUMENT_INTEGER, /* without fraction and exponent, and within int64 */
    KLV_DOCUMENT_DOUBLE,  /* every other number */
    KLV_DOCUMENT_STRING,
    KLV_DOCUMENT_ARRAY,
    KLV_DOCUMENT_OBJECT
} klv_document_type;

typedef enum klv_document_code {
    KLV_DOCUMENT_OK,
    KLV_DOCUMENT_SYNTAX,    /* not JSON */
    KLV_DOCUMENT_UTF8,      /* a string is not UTF-8 */
    KLV_DOCUMENT_TRUNCATED, /* the text ended before the value did */
    KLV_DOCUMENT_DEPTH,     /* nested deeper than the limit */
    KLV_DOCUMENT_TOO_LARGE, /* longer than KLV_DOCUMENT_MAX_LENGTH */
    KLV_DOCUMENT_MEMORY     /* out of memory */
} klv_document_code;

typedef struct klv_document_limits {
    uint32_t max_depth; /* nested containers; 0: the default; at most MAX_DEPTH */
} klv_document_limits;

typedef struct klv_document_error {
    klv_document_code code;
    size_t offset;     /* of the offending byte, from 0 */
    size_t line;       /* from 1; 0 if no byte is at fault (too large, out of memory) */
    size_t column;     /* from 1, in characters */
    char message[128]; /* one line, printable ASCII, without a full stop */
} klv_document_error;

/* A part of the text, not terminated. Borrowed until the document is freed. */
typedef struct klv_document_slice {
    const char *data;
    size_t length;
    bool escaped; /* the bytes contain escapes, see klv_document_unescape */
} klv_document_slice;

/*
 * Checks and indexes the bytes of `text`, after which KLV_DOCUMENT_PADDING more must be
 * allocated (as klv_buffer_reserve does). On success the document owns them, and `text` is
 * empty; on failure the result is NULL, the caller keeps them, and *error says why. `limits` may
 * be NULL. `pool`, which may be NULL too, is retained: memory is taken from it and given back to
 * it.
 */
klv_document *klv_document_new(klv_buffer *text, klv_pool *pool, const klv_document_limits *limits,
                               klv_document_error *error);

/* NULL is allowed. */
void klv_document_free(klv_document *doc);

/* Bytes allocated for the document: text, padding, index and lookup table. */
size_t klv_document_memory(const klv_document *doc);

/* "syntax", "utf8", "truncated", "depth", "too_large", "memory". */
const char *klv_document_code_name(klv_document_code code);

/* Length of the text in bytes. */
size_t klv_document_size(const klv_document *doc);

/* Whether `node` is a value. All functions below require that of their nodes. */
bool klv_document_valid(const klv_document *doc, uint32_t node);

klv_document_type klv_document_type_of(const klv_document *doc, uint32_t node);

/*
 * The first child of a container, and the one after `child`; KLV_DOCUMENT_NONE at the end, and
 * for scalars. If `child` is not a child of `parent`, the result is some valid node or the end.
 */
uint32_t klv_document_first(const klv_document *doc, uint32_t parent);
uint32_t klv_document_next(const klv_document *doc, uint32_t parent, uint32_t child);

/* The number of children of a container (in linear time); 0 for scalars. */
uint32_t klv_document_count(const klv_document *doc, uint32_t node);

/* The key of an object's member; data is NULL for an element of an array and for the root. */
klv_document_slice klv_document_key(const klv_document *doc, uint32_t node);

/* The contents of a string, between the quotes; data is NULL for anything else. */
klv_document_slice klv_document_string(const klv_document *doc, uint32_t node);

/*
 * Resolves the escapes of a slice into `out`, which has room for slice.length bytes, and returns
 * the number of bytes written: UTF-8, which may contain NULs. A slice without escapes is copied.
 */
size_t klv_document_unescape(klv_document_slice slice, char *out);

/* Whether a slice, its escapes resolved, equals the `length` bytes at `text`. */
bool klv_document_equals(klv_document_slice slice, const char *text, size_t length);

/* 0 for anything but KLV_DOCUMENT_INTEGER. */
int64_t klv_document_integer(const klv_document *doc, uint32_t node);

/* Either kind of number, rounded to nearest, infinite beyond the range of double; 0 for anything
 * else. */
double klv_document_number(const klv_document *doc, uint32_t node);

/* The JSON of a node, unchanged. */
klv_document_slice klv_document_text(const klv_document *doc, uint32_t node);

/* The member of an object with that key; of several the last one, as in a decoded table. Else
 * KLV_DOCUMENT_NONE. */
uint32_t klv_document_member(const klv_document *doc, uint32_t object, const char *key,
                             size_t length);

/*
 * The `type` and the `id` of a JSON:API resource object, in one pass over its members. False: it
 * is not an object with both as strings.
 */
bool klv_document_identity(const klv_document *doc, uint32_t node, klv_document_slice *type,
                           klv_document_slice *id);

/*
 * Follows a path such as "attributes.definition.name" or "data.1.id" from `node`: keys separated
 * by dots, and in arrays numbers from 1. The empty path is `node` itself. A key that contains a
 * dot is reached with klv_document_member.
 */
uint32_t klv_document_find(const klv_document *doc, uint32_t node, const char *path, size_t length);

/*
 * The JSON:API resource object with that type and id, from the root's `data` (an object or an
 * array) and `included`; the first of several, else KLV_DOCUMENT_NONE. The first call builds a
 * hash table; if there is no memory for it, every call searches.
 */
uint32_t klv_document_lookup(klv_document *doc, const char *type, size_t type_length,
                             const char *id, size_t id_length);

KLV_PRIVATE_END

#endif
