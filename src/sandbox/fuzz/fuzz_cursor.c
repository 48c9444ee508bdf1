/* SPDX-License-Identifier: MIT */
/* Two properties: what decodes must be exactly what encode writes for it; and what encode writes
 * must decode to the same, but not after a byte of it was changed, lost or added. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/cursor.h"

static void fuzz_require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static const sbx_sort_key sorts[] = {
    {"updated_at", "campaigns.updated", "campaigns.pk", true},
    {"name", "campaigns.name", "campaigns.pk", false},
    {"id", NULL, "campaigns.pk", true},
};

static void decode(const sbx_sort_key *sort, const char *text, size_t size) {
    sbx_arena arena = {0};
    sbx_cursor cursor;
    uint64_t binding = sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", sort, true, "", 0);
    if (sbx_cursor_decode(&arena, sort, text, size, binding, &cursor) == SBX_CURSOR_OK) {
        const char *same = sbx_cursor_encode(&arena, sort, &cursor, binding);
        fuzz_require(same && strlen(same) == size && memcmp(same, text, size) == 0,
                     "two texts for one cursor");
    }
    sbx_arena_free(&arena);
}

/* Derives a value from the input instead of using it: libFuzzer tracks comparisons and would copy
 * the digest of a cut cursor into the value, which is a forgery and not an accident (forgeries are
 * harmless, see cursor.c). */
static char *stir(sbx_arena *arena, const uint8_t *bytes, size_t size) {
    char *value = sbx_arena_copy(arena, (const char *)bytes, size);
    fuzz_require(value != NULL, "copy");
    for (size_t i = 0; i < size; i++)
        value[i] = (char)(bytes[i] * 31 + i * 167 + size);
    return value;
}

/* bytes: flags, row, position and value of the damage, then the sort value */
static void spoil(const sbx_sort_key *sort, const uint8_t *bytes, size_t size) {
    sbx_arena arena = {0};
    sbx_cursor cursor = {.backward = bytes[0] & 1, .row = bytes[1] * INT64_C(7919)}, back;
    uint64_t binding = sbx_cursor_binding(SBX_OP_CAMPAIGN_LIST, "", sort, false, "x", 1);
    cursor.value = (sbx_sql_value){.kind = SBX_SQL_TEXT,
                                   .text = stir(&arena, bytes + 4, size - 4),
                                   .length = size - 4,
                                   .integer = (int64_t)size * -3};
    char *text = sbx_cursor_encode(&arena, sort, &cursor, binding);
    size_t length = text ? strlen(text) : 0, at = length ? bytes[2] * length / 256 : 0;
    fuzz_require(text != NULL, "encode");
    if (length <= SBX_CURSOR_MAX) {
        fuzz_require(sbx_cursor_decode(&arena, sort, text, length, binding, &back) == SBX_CURSOR_OK,
                     "its own cursor is rejected");
        fuzz_require(back.row == cursor.row && back.backward == cursor.backward, "other key");
        fuzz_require(sbx_cursor_decode(&arena, sort, text, length, binding ^ (1u + bytes[3]),
                                       &back) == SBX_CURSOR_FOREIGN,
                     "a foreign cursor is taken");
        text[at] = (char)(text[at] ^ (bytes[3] ? bytes[3] : 1));
        fuzz_require(sbx_cursor_decode(&arena, sort, text, length, binding, &back) ==
                         SBX_CURSOR_BROKEN,
                     "an altered cursor is taken");
        text[at] = (char)(text[at] ^ (bytes[3] ? bytes[3] : 1));
        fuzz_require(sbx_cursor_decode(&arena, sort, text, at, binding, &back) == SBX_CURSOR_BROKEN,
                     "a cut cursor is taken");
    }
    sbx_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 5)
        return 0;
    const sbx_sort_key *sort = &sorts[data[0] / 2 % 3];
    decode(sort, (const char *)data + 1, size - 1);
    spoil(sort, data, size);
    return 0;
}
