/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "json_number.h"
#include "json_tape.h"

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Entries that one step of the parser may write: a key and a value. */
#define ROOM 2

static __attribute__((noinline)) const char *long_space_end(const char *at) {
#ifdef __SSE2__
    for (;; at += 16) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i spaces = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(chunk, _mm_set1_epi8(' ')),
                                                   _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\n'))),
                                      _mm_or_si128(_mm_cmpeq_epi8(chunk, _mm_set1_epi8('\r')),
                                                   _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\t'))));
        unsigned others = (unsigned)_mm_movemask_epi8(spaces) ^ 0xffffu;
        if (others) {
            return at + __builtin_ctz(others);
        }
    }
#else
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
        at++;
    }
    return at;
#endif
}

/* No space, as services write it, and one space, as Python does, are the common cases. */
static inline const char *space_end(const char *at) {
    if (LIKELY((unsigned char)*at > ' ')) {
        return at;
    }
    at += *at == ' ';
    return LIKELY((unsigned char)*at > ' ') ? at : long_space_end(at);
}

/* Makes room for at least ROOM entries after `used`. */
static __attribute__((noinline)) bool grow(klv_json_tape *tape, size_t used) {
    size_t capacity = tape->capacity + tape->capacity / 2 + 16;
    klv_json_entry *entries = realloc(tape->entries, capacity * sizeof *entries);
    if (!entries) {
        return false;
    }
    tape->entries = entries;
    tape->capacity = capacity;
    tape->count = used;
    return true;
}

/* Returns the byte after the literal at `at`; NULL and the first wrong byte in *fault if it is
 * another. */
static inline const char *literal_end(const char *at, const char *word, size_t length,
                                      klv_json_fault *fault) {
    if (LIKELY(memcmp(at, word, length) == 0)) {
        return at + length;
    }
    while (*at == *word) {
        at++;
        word++;
    }
    *fault = (klv_json_fault){KLV_DOCUMENT_SYNTAX, at, "true, false or null"};
    return NULL;
}

/* Writes the entry of the string or key whose first byte is at `start`. Returns the byte after
 * its closing quote, or NULL with *fault filled. */
static inline const char *string(klv_json_scan *scan, const char *start, const char *text,
                                 const char *end, uint32_t kind, klv_json_entry *entry,
                                 klv_json_fault *fault) {
    const char *at = klv_json_scan_plain_end(scan, start);
    if (UNLIKELY(*at != '"')) {
        bool escaped = false;
        at = klv_json_string_rest(at, end, &escaped, fault);
        if (!at) {
            return NULL;
        }
        kind |= escaped ? KLV_JSON_ESCAPED : 0;
    }
    *entry = (klv_json_entry){(uint32_t)(start - text), (uint32_t)(at - start) | kind};
    return at + 1;
}

/* Writes the entry of the scalar at `at`, which is not a string. Returns the byte after it, or
 * NULL with *fault filled. */
static inline const char *scalar(const char *at, const char *text, klv_json_entry *entry,
                                 klv_json_fault *fault) {
    const char *start = at;
    bool flag = false;
    uint32_t kind;
    switch (*at) {
    case 't':
        kind = KLV_JSON_TRUE;
        at = literal_end(at, "true", 4, fault);
        break;
    case 'f':
        kind = KLV_JSON_FALSE;
        at = literal_end(at, "false", 5, fault);
        break;
    case 'n':
        kind = KLV_JSON_NULL;
        at = literal_end(at, "null", 4, fault);
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        at = klv_json_number_end(at, &flag, fault);
        kind = flag ? KLV_JSON_INTEGER : KLV_JSON_DOUBLE;
        break;
    default:
        *fault = (klv_json_fault){KLV_DOCUMENT_SYNTAX, at, "a value"};
        return NULL;
    }
    if (UNLIKELY(!at)) {
        return NULL;
    }
    *entry = (klv_json_entry){(uint32_t)(start - text), (uint32_t)(at - start) | kind};
    return at;
}

/* Writes the entry of the key at `at`. Returns the first byte of its value, or NULL with *fault
 * filled. */
static inline const char *key(klv_json_scan *scan, const char *at, const char *text,
                              const char *end, klv_json_entry *entry, klv_json_fault *fault) {
    if (UNLIKELY(*at != '"')) {
        *fault = (klv_json_fault){KLV_DOCUMENT_SYNTAX, at, "a key in quotes"};
        return NULL;
    }
    at = string(scan, at + 1, text, end, KLV_JSON_KEY, entry, fault);
    if (UNLIKELY(!at)) {
        return NULL;
    }
    at = space_end(at);
    if (UNLIKELY(*at != ':')) {
        *fault = (klv_json_fault){KLV_DOCUMENT_SYNTAX, at, "a colon after a key"};
        return NULL;
    }
    return space_end(at + 1);
}

static bool reject(klv_json_fault *fault, klv_document_code code, const char *at,
                   const char *expected) {
    *fault = (klv_json_fault){code, at, expected};
    return false;
}

/*
 * Without recursion: the link of an open container holds the index of the container around it.
 * `closer` is the byte that ends the innermost open container; in ASCII a closing bracket is two
 * after its opening one.
 */
bool klv_json_parse(const char *text, size_t length, uint32_t max_depth, klv_json_tape *tape,
                    klv_json_fault *fault) {
    const char *const end = text + length;
    const char *at = space_end(text);
    size_t top = 0, parent = KLV_JSON_COUNT;
    uint32_t depth = 0;
    char closer = 0;
    klv_json_scan scan;
    klv_json_scan_block(&scan, text);

value:
    if (UNLIKELY(tape->capacity - top < ROOM) && !grow(tape, top)) {
        return reject(fault, KLV_DOCUMENT_MEMORY, at, NULL);
    }
value_in_room:
    if (*at == '"') {
        at = string(&scan, at + 1, text, end, KLV_JSON_STRING, &tape->entries[top++], fault);
    } else if (*at == '{' || *at == '[') {
        if (UNLIKELY(depth++ == max_depth)) {
            return reject(fault, KLV_DOCUMENT_DEPTH, at, NULL);
        }
        closer = (char)(*at + 2);
        tape->entries[top] =
            (klv_json_entry){(uint32_t)(at - text),
                             (uint32_t)parent | (closer == '}' ? KLV_JSON_OBJECT : KLV_JSON_ARRAY)};
        parent = top++;
        at = space_end(at + 1);
        if (*at == closer) {
            goto close;
        }
        goto child;
    } else {
        at = scalar(at, text, &tape->entries[top++], fault);
    }
    if (UNLIKELY(!at)) {
        return false;
    }

next:
    at = space_end(at);
    if (!depth) {
        goto done;
    }
    if (LIKELY(*at == ',')) {
        at = space_end(at + 1);
        goto child;
    }
    if (LIKELY(*at == closer)) {
        goto close;
    }
    return reject(fault, KLV_DOCUMENT_SYNTAX, at,
                  closer == '}' ? "a comma or } after a member" : "a comma or ] after an element");

child:
    if (closer == ']') {
        goto value;
    }
    if (UNLIKELY(tape->capacity - top < ROOM) && !grow(tape, top)) {
        return reject(fault, KLV_DOCUMENT_MEMORY, at, NULL);
    }
    at = key(&scan, at, text, end, &tape->entries[top++], fault);
    if (UNLIKELY(!at)) {
        return false;
    }
    goto value_in_room;

close : {
    klv_json_entry *open = &tape->entries[parent];
    parent = klv_json_length(*open);
    open->link = klv_json_kind(*open) | (uint32_t)top;
    at++;
    if (--depth) {
        closer = klv_json_kind(tape->entries[parent]) == KLV_JSON_OBJECT ? '}' : ']';
    }
    goto next;
}

done:
    tape->count = top;
    return at == end || reject(fault, KLV_DOCUMENT_SYNTAX, at, "the end of the text");
}
