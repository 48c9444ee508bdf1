/* SPDX-License-Identifier: MIT */
#include "api/cursor.h"

#include <string.h>

/* The bytes before base64url: version, flags, row (8), binding (8), the value (none, an integer of
 * 8 bytes, or text), digest of all of it (8). Integers are big-endian. */
#define VERSION    1
#define BACKWARD   1 /* flags */
#define KIND_INT   2
#define KIND_TEXT  4
#define HEAD_SIZE  18
#define TAIL_SIZE  8
#define TEXT_LIMIT (1 << 20)

static uint64_t rotate(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 with a fixed key: the digest detects a cursor that was altered, cut or mixed up. It
 * is no protection against forgery, and needs to be none: a forged cursor asks for a page that its
 * maker may read anyway. */
static uint64_t digest(const unsigned char *bytes, size_t length) {
    const uint64_t k0 = UINT64_C(0x6C75612D6B6C6176), k1 = UINT64_C(0x637572736F722E31);
    uint64_t v[4] = {k0 ^ UINT64_C(0x736F6D6570736575), k1 ^ UINT64_C(0x646F72616E646F6D),
                     k0 ^ UINT64_C(0x6C7967656E657261), k1 ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length)
            word |= (uint64_t)bytes[i] << (i % 8 * 8);
        if (i % 8 == 7 || i == length) {
            if (i == length)
                word |= (uint64_t)(length & 0xFF) << 56;
            v[3] ^= word;
            sip_round(v);
            sip_round(v);
            v[0] ^= word;
            word = 0;
        }
    }
    v[2] ^= 0xFF;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void put64(unsigned char *at, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8)
        at[i] = (unsigned char)value;
}

static uint64_t get64(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

static uint64_t mix(uint64_t so_far, const char *text, size_t length) {
    unsigned char words[16];
    put64(words, so_far);
    put64(words + 8, digest((const unsigned char *)text, length));
    return digest(words, sizeof words);
}

uint64_t sbx_cursor_binding(sbx_op op, const char *parent, const sbx_sort_key *sort,
                            bool descending, const char *filter, size_t filter_length) {
    uint64_t binding = (uint64_t)op << 1 | descending;
    binding = mix(binding, parent, strlen(parent));
    binding = mix(binding, sort->name, strlen(sort->name));
    return mix(binding, filter, filter_length);
}

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *to_base64(sbx_arena *arena, const unsigned char *bytes, size_t length) {
    char *text = sbx_arena_alloc(arena, length * 4 / 3 + 4), *out = text;
    uint32_t pending = 0;
    int bits = 0;
    if (!text)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        pending = pending << 8 | bytes[i];
        for (bits += 8; bits >= 6; bits -= 6)
            *out++ = letters[pending >> (bits - 6) & 63];
    }
    if (bits)
        *out++ = letters[pending << (6 - bits) & 63];
    return text;
}

/* Returns the bytes written, or 0 for a character outside the alphabet or trailing bits that are
 * not zero (else two texts would decode to the same bytes). */
static size_t from_base64(const char *text, size_t length, unsigned char *out) {
    uint32_t pending = 0;
    int bits = 0;
    size_t size = 0;
    for (size_t i = 0; i < length; i++) {
        const char *letter = text[i] ? strchr(letters, text[i]) : NULL;
        if (!letter)
            return 0;
        pending = pending << 6 | (uint32_t)(letter - letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[size++] = (unsigned char)(pending >> bits);
        }
    }
    return bits < 6 && (pending & ((1u << bits) - 1)) == 0 ? size : 0;
}

static int kind_of(const sbx_sort_key *sort) {
    return !sort->column ? 0 : sort->is_int ? KIND_INT : KIND_TEXT;
}

char *sbx_cursor_encode(sbx_arena *arena, const sbx_sort_key *sort, const sbx_cursor *cursor,
                        uint64_t binding) {
    int kind = kind_of(sort);
    size_t value_size = kind == KIND_INT ? 8 : kind == KIND_TEXT ? cursor->value.length : 0;
    size_t size = HEAD_SIZE + value_size;
    unsigned char *bytes =
        value_size < TEXT_LIMIT ? sbx_arena_alloc(arena, size + TAIL_SIZE) : NULL;
    if (!bytes)
        return NULL;
    bytes[0] = VERSION;
    bytes[1] = (unsigned char)(kind | (cursor->backward ? BACKWARD : 0));
    put64(bytes + 2, (uint64_t)cursor->row);
    put64(bytes + 10, binding);
    if (kind == KIND_INT)
        put64(bytes + HEAD_SIZE, (uint64_t)cursor->value.integer);
    else if (value_size)
        memcpy(bytes + HEAD_SIZE, cursor->value.text, value_size);
    put64(bytes + size, digest(bytes, size));
    return to_base64(arena, bytes, size + TAIL_SIZE);
}

sbx_cursor_status sbx_cursor_decode(sbx_arena *arena, const sbx_sort_key *sort, const char *text,
                                    size_t length, uint64_t binding, sbx_cursor *out) {
    if (length > SBX_CURSOR_MAX)
        return SBX_CURSOR_BROKEN;
    unsigned char *bytes = sbx_arena_alloc(arena, length + 1);
    if (!bytes)
        return SBX_CURSOR_NO_MEMORY;
    size_t size = from_base64(text, length, bytes);
    if (size < HEAD_SIZE + TAIL_SIZE || bytes[0] != VERSION)
        return SBX_CURSOR_BROKEN;
    size -= TAIL_SIZE;
    if (get64(bytes + size) != digest(bytes, size))
        return SBX_CURSOR_BROKEN;

    int kind = bytes[1] & ~BACKWARD;
    if (get64(bytes + 10) != binding || kind != kind_of(sort))
        return SBX_CURSOR_FOREIGN;
    if ((kind == KIND_INT && size != HEAD_SIZE + 8) || (kind == 0 && size != HEAD_SIZE))
        return SBX_CURSOR_BROKEN;
    *out = (sbx_cursor){.backward = bytes[1] & BACKWARD, .row = (int64_t)get64(bytes + 2)};
    if (kind == KIND_INT)
        out->value =
            (sbx_sql_value){.kind = SBX_SQL_INT, .integer = (int64_t)get64(bytes + HEAD_SIZE)};
    if (kind == KIND_TEXT)
        out->value = (sbx_sql_value){.kind = SBX_SQL_TEXT,
                                     .text = (const char *)bytes + HEAD_SIZE,
                                     .length = size - HEAD_SIZE};
    return SBX_CURSOR_OK;
}

void sbx_cursor_where(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor) {
    if (!cursor) {
        sbx_sql_add(sql, "1");
        return;
    }
    const char *sign = descending != cursor->backward ? " < " : " > ";
    if (!sort->column) {
        sbx_sql_add(sql, sort->row);
        sbx_sql_add(sql, sign);
        sbx_sql_int(sql, cursor->row);
        return;
    }
    /* COLLATE has no effect on an integer, but without it SQLite finds no collation for a primary
     * key, does not use it in the index search, and scans all rows with an equal value. */
    sbx_sql_add(sql, "(");
    sbx_sql_add(sql, sort->column);
    sbx_sql_add(sql, ", ");
    sbx_sql_add(sql, sort->row);
    sbx_sql_add(sql, ")");
    sbx_sql_add(sql, sign);
    sbx_sql_add(sql, "(?, ");
    sbx_sql_bind(sql, &cursor->value);
    sbx_sql_int(sql, cursor->row);
    sbx_sql_add(sql, " COLLATE BINARY)");
}

void sbx_cursor_order(sbx_sql *sql, const sbx_sort_key *sort, bool descending,
                      const sbx_cursor *cursor) {
    bool down = descending != (cursor && cursor->backward);
    sbx_sql_add(sql, " ORDER BY ");
    if (sort->column) {
        sbx_sql_add(sql, sort->column);
        sbx_sql_add(sql, down ? " DESC, " : ", ");
    }
    sbx_sql_add(sql, sort->row);
    sbx_sql_add(sql, down ? " DESC" : "");
}

sbx_page_ends sbx_cursor_ends(const sbx_cursor *cursor, size_t fetched, size_t page_size) {
    bool more = fetched > page_size;
    if (fetched == 0)
        return (sbx_page_ends){false, false};
    if (cursor && cursor->backward)
        return (sbx_page_ends){.has_next = true, .has_prev = more};
    return (sbx_page_ends){.has_next = more, .has_prev = cursor != NULL};
}
