/* SPDX-License-Identifier: MIT */
#include "ulid.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
#define MS_MAX ((UINT64_C(1) << 48) - 1)

/* splitmix64: statistically good, tiny, and reproducible from one number. Nothing here is a secret.
 */
static uint64_t random_bits(sbx_ulid_source *source) {
    uint64_t z = source->rng += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void sbx_ulid_init(sbx_ulid_source *source, uint64_t seed) {
    *source = (sbx_ulid_source){.rng = seed};
}

static int digit(char c) {
    const char *found = c ? strchr(alphabet, c) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

bool sbx_ulid_valid(const char *text, size_t length) {
    if (length != SBX_ULID_LENGTH || text[0] > '7')
        return false;
    for (size_t i = 0; i < length; i++)
        if (digit(text[i]) < 0)
            return false;
    return true;
}

bool sbx_ulid_resume(sbx_ulid_source *source, const char *newest) {
    uint64_t top = 0, low = 0; /* the upper and lower 64 of the 128 bits */
    if (!sbx_ulid_valid(newest, strlen(newest)))
        return false;
    for (int i = 0; i < SBX_ULID_LENGTH; i++) {
        top = top << 5 | low >> 59;
        low = low << 5 | (uint64_t)digit(newest[i]);
    }
    source->last_ms = top >> 16;
    source->high = (uint16_t)top;
    source->low = low;
    source->started = true;
    return true;
}

static void renew(sbx_ulid_source *source, uint64_t ms) {
    source->last_ms = ms;
    source->low = random_bits(source);
    /* One bit stays free above, so that counting on within the millisecond does not run over. */
    source->high = (uint16_t)random_bits(source) & 0x7FFF;
    source->started = true;
}

void sbx_ulid_next(sbx_ulid_source *source, int64_t now, char out[SBX_ULID_SIZE]) {
    uint64_t ms = now > 0 ? (uint64_t)now / 1000 : 0;
    if (ms > MS_MAX)
        ms = MS_MAX;
    if (!source->started || ms > source->last_ms)
        renew(source, ms);
    else if (++source->low == 0 && ++source->high == 0)
        renew(source, source->last_ms + 1);

    uint64_t top = source->last_ms << 16 | source->high, low = source->low;
    for (int i = SBX_ULID_LENGTH - 1; i >= 0; i--) {
        out[i] = alphabet[low & 31];
        low = low >> 5 | top << 59;
        top >>= 5;
    }
    out[SBX_ULID_LENGTH] = '\0';
}
