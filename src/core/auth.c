/* SPDX-License-Identifier: MIT */
#include "auth.h"
#include "mask.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *start, *name;
} schemes[] = {
    [KLV_AUTH_KEY] = {"Authorization: Klaviyo-API-Key ", "API key"},
    [KLV_AUTH_BEARER] = {"Authorization: Bearer ", "access token"},
    [KLV_AUTH_BASIC] = {"Authorization: Basic ", "client id and secret"},
};

/* Appends the Base64 (RFC 4648) of the bytes; the buffer has room for it. */
static void append_base64(klv_buffer *out, const unsigned char *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = out->data + out->length;
    for (size_t i = 0; i < length; i += 3) {
        size_t rest = length - i;
        unsigned group = (unsigned)bytes[i] << 16 | (rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (rest > 2 ? (unsigned)bytes[i + 2] : 0);
        *to++ = digits[group >> 18];
        *to++ = digits[group >> 12 & 63];
        *to++ = rest > 1 ? digits[group >> 6 & 63] : '=';
        *to++ = rest > 2 ? digits[group & 63] : '=';
    }
    *to = '\0';
    out->length = (size_t)(to - out->data);
}

bool klv_auth_set(klv_auth *auth, klv_auth_scheme scheme, const char *secret, size_t length,
                  klv_error *error) {
    for (size_t i = 0; i < length && scheme != KLV_AUTH_BASIC; i++) {
        unsigned char byte = (unsigned char)secret[i];
        if (byte <= 0x20 || byte >= 0x7f) {
            return klv_fail(
                error, KLV_ERROR_AUTH,
                "the %s holds a space, a line break or another character that no header "
                "may carry (at byte %zu); was it pasted with something around it?",
                schemes[scheme].name, i + 1);
        }
    }
    if (!length) {
        return klv_fail(error, KLV_ERROR_AUTH, "the %s is empty", schemes[scheme].name);
    }
    klv_auth fresh = {.start = strlen(schemes[scheme].start), .scheme = scheme};
    /* one allocation: a growing buffer would leave copies of the secret in freed memory */
    if (!klv_buffer_reserve(&fresh.line, 64 + 2 * length) ||
        !klv_buffer_puts(&fresh.line, schemes[scheme].start)) {
        klv_auth_zeroize(&fresh);
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (scheme == KLV_AUTH_BASIC) {
        append_base64(&fresh.line, (const unsigned char *)secret, length);
    } else {
        klv_buffer_append(&fresh.line, secret, length);
    }
    klv_auth_zeroize(auth);
    *auth = fresh;
    return true;
}

void klv_auth_zeroize(klv_auth *auth) {
    klv_buffer_zeroize(&auth->line);
}

/* Decodes Base64 that append_base64 has written. `out` has room for three bytes of each four
 * digits. Returns the length. */
static size_t decode_base64(const char *digits, char *out) {
    size_t length = 0;
    unsigned group = 0;
    int bits = 0;
    for (; *digits && *digits != '='; digits++) {
        unsigned value = *digits == '+'   ? 62
                         : *digits == '/' ? 63
                         : *digits >= 'a' ? (unsigned)(*digits - 'a' + 26)
                         : *digits >= 'A' ? (unsigned)(*digits - 'A')
                                          : (unsigned)(*digits - '0' + 52);
        group = group << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[length++] = (char)(group >> bits & 255);
        }
    }
    return length;
}

/* The password alone: the name before it is no secret. */
static bool mask_password(const char *digits, char *text, size_t length) {
    size_t size = strlen(digits) / 4 * 3 + 1;
    char *pair = malloc(size);
    if (!pair) {
        memset(text, '*', length);
        return true;
    }
    size_t pair_length = decode_base64(digits, pair);
    const char *colon = memchr(pair, ':', pair_length);
    bool found =
        colon && klv_mask(text, length, colon + 1, (size_t)(pair + pair_length - colon - 1));
    klv_zeroize(pair, size);
    free(pair);
    return found;
}

bool klv_auth_mask(const klv_auth *auth, char *text, size_t length) {
    if (!auth->line.data) {
        return false;
    }
    const char *secret = auth->line.data + auth->start;
    bool found = klv_mask(text, length, secret, auth->line.length - auth->start);
    if (auth->scheme == KLV_AUTH_BASIC) {
        found = mask_password(secret, text, length) || found;
    }
    return found;
}

uint64_t klv_auth_fingerprint(const char *secret, size_t length) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)secret[i]) * 1099511628211u;
    }
    return hash;
}
