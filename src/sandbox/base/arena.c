/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sbx_arena_block {
    struct sbx_arena_block *next;
    size_t room, used;
    alignas(max_align_t) char bytes[];
};

#define FIRST_BLOCK 960 /* small enough for the per-thread cache of malloc */
#define QUOTE_MAX   60

void sbx_arena_init(sbx_arena *arena, size_t limit) {
    *arena = (sbx_arena){.limit = limit};
}

void sbx_arena_free(sbx_arena *arena) {
    struct sbx_arena_block *block = arena->blocks;
    while (block) {
        struct sbx_arena_block *next = block->next;
        free(block);
        block = next;
    }
    sbx_arena_init(arena, arena->limit);
}

/* Blocks double, so that the number of mallocs grows with the logarithm of the request. */
static struct sbx_arena_block *add_block(sbx_arena *arena, size_t size) {
    size_t room = arena->blocks ? arena->blocks->room * 2 : FIRST_BLOCK;
    if (room < size)
        room = size;
    struct sbx_arena_block *block = malloc(sizeof *block + room);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    block->room = room;
    block->used = 0;
    arena->blocks = block;
    return block;
}

void *sbx_arena_alloc(sbx_arena *arena, size_t size) {
    const size_t align = alignof(max_align_t);
    struct sbx_arena_block *block = arena->blocks;

    if (size > SIZE_MAX / 4)
        goto fail;
    size = (size + align - 1) / align * align;
    if (arena->limit && size > arena->limit - arena->used)
        goto fail;
    if (!block || size > block->room - block->used)
        block = add_block(arena, size);
    if (!block)
        goto fail;
    void *memory = block->bytes + block->used;
    block->used += size;
    arena->used += size;
    return memset(memory, 0, size);
fail:
    arena->failed = true;
    return NULL;
}

char *sbx_arena_copy(sbx_arena *arena, const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? sbx_arena_alloc(arena, length + 1) : NULL;
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

char *sbx_arena_printf(sbx_arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : sbx_arena_alloc(arena, (size_t)length + 1);
    if (text) {
        va_start(args, format);
        vsnprintf(text, (size_t)length + 1, format, args);
        va_end(args);
    }
    return text;
}

size_t sbx_utf8_length(const char *text, size_t length) {
    const unsigned char *s = (const unsigned char *)text;
    if (length == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    size_t size = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || length < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    /* overlong forms, surrogates, above U+10FFFF */
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
        (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return size;
}

const char *sbx_arena_quote(sbx_arena *arena, const char *text, size_t length) {
    char *quoted = sbx_arena_alloc(arena, QUOTE_MAX * 4 + 8), *out = quoted;
    size_t i = 0;
    if (!quoted)
        return "";
    *out++ = '"';
    while (i < length && i < QUOTE_MAX) {
        size_t size = sbx_utf8_length(text + i, length - i);
        unsigned char c = (unsigned char)text[i];
        if (size == 0 || c < 0x20 || c == 0x7F) {
            out += snprintf(out, 5, "\\x%02X", c);
            i++;
            continue;
        }
        memcpy(out, text + i, size);
        out += size;
        i += size;
    }
    *out++ = '"';
    if (i < length)
        memcpy(out, "...", 3);
    return quoted;
}
