/* SPDX-License-Identifier: MIT */
#include "store/ulid.h"

#include <stdbool.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
#define MS_MAX    ((INT64_C(1) << 48) - 1)
#define LOW_40    ((UINT64_C(1) << 40) - 1)
#define GOLDEN    UINT64_C(0x9E3779B97F4A7C15)
#define KEY_SHIFT 40

#define HALF_BITS     15
#define LOW_HALF      ((UINT64_C(1) << HALF_BITS) - 1)
#define SHORT_ROUNDS  4
#define SHORT_KEY_MAX ((INT64_C(1) << (2 * HALF_BITS)) - 1)

/* splitmix64: good statistics, small and reproducible. */
static uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t digest(uint64_t secret, uint64_t ms, uint64_t key) {
    return mixed(mixed(secret + ms * GOLDEN) + key * GOLDEN) & LOW_40;
}

static int64_t milliseconds(int64_t instant) {
    int64_t ms = instant > 0 ? instant / 1000 : 0;
    return ms < MS_MAX ? ms : MS_MAX;
}

/* A permutation of the keys below 2^30, its own inverse but for the order of the rounds (a Feistel
 * network over two halves of 15 bits). */
static uint64_t permuted(uint64_t secret, uint64_t key, bool back) {
    uint64_t left = key >> HALF_BITS, right = key & LOW_HALF;
    for (uint64_t round = 0; round < SHORT_ROUNDS; round++) {
        uint64_t number = back ? SHORT_ROUNDS - 1 - round : round, next;
        if (back) {
            next = right ^ (mixed(secret + number * GOLDEN + left) & LOW_HALF);
            right = left;
            left = next;
        } else {
            next = left ^ (mixed(secret + number * GOLDEN + right) & LOW_HALF);
            left = right;
            right = next;
        }
    }
    return left << HALF_BITS | right;
}

sbx_key sbx_key_shortened(sbx_key key) {
    if (key.pk <= SHORT_KEY_MAX)
        key.ahead = SBX_AHEAD_SHORT;
    return key;
}

sbx_key sbx_ulid_next(sbx_ulid_source *source, int64_t now) {
    int64_t ms = milliseconds(now);
    if (ms > source->last_ms)
        source->last_ms = ms;
    return (sbx_key){.pk = ++source->last_key, .ahead = source->last_ms - ms};
}

/* Writes the lowest bits of a number, five per digit. */
static void put_digits(char *out, int count, uint64_t bits) {
    for (; count--; bits >>= 5)
        out[count] = alphabet[bits & 31];
}

void sbx_ulid_write(uint64_t secret, int64_t pk, int64_t created, int64_t ahead,
                    char out[SBX_ULID_SIZE]) {
    if (ahead == SBX_AHEAD_SHORT) {
        put_digits(out, SBX_SHORT_ID_LENGTH, permuted(secret, (uint64_t)pk, false));
        out[SBX_SHORT_ID_LENGTH] = '\0';
        return;
    }
    uint64_t ms = (uint64_t)(milliseconds(created) + ahead), key = (uint64_t)pk;
    uint64_t top = ms << 16 | (key >> 24 & 0xFFFF);
    uint64_t low = key << KEY_SHIFT | digest(secret, ms, key);
    put_digits(out, 2, top >> 56);
    put_digits(out + 2, 12, top << 4 | low >> 60);
    put_digits(out + 14, 12, low);
    out[SBX_ULID_LENGTH] = '\0';
}

/* -1 for a character that is not a digit. */
static int digit(char c) {
    static const int8_t from_0[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  -1, -1, -1, -1, -1,
                                    -1, -1, 10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, -1, 20,
                                    21, -1, 22, 23, 24, 25, 26, -1, 27, 28, 29, 30, 31};
    size_t index = (size_t)((unsigned char)c - '0');
    return index < sizeof from_0 ? from_0[index] : -1;
}

static int64_t short_key(uint64_t secret, const char *text) {
    uint64_t bits = 0;
    for (int i = 0; i < SBX_SHORT_ID_LENGTH; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return 0;
        bits = bits << 5 | (uint64_t)value;
    }
    return (int64_t)permuted(secret, bits, true);
}

int64_t sbx_ulid_key(uint64_t secret, const char *text, size_t length) {
    if (length == SBX_SHORT_ID_LENGTH)
        return short_key(secret, text);
    uint64_t top = 0, low = 0; /* the upper and lower halves of the 128 bits */
    if (length != SBX_ULID_LENGTH || text[0] > '7')
        return 0;
    for (int i = 0; i < SBX_ULID_LENGTH; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return 0;
        top = top << 5 | low >> 59;
        low = low << 5 | (uint64_t)value;
    }
    uint64_t key = (top & 0xFFFF) << 24 | low >> KEY_SHIFT;
    return (low & LOW_40) == digest(secret, top >> 16, key) ? (int64_t)key : 0;
}
