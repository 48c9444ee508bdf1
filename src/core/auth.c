/* SPDX-License-Identifier: MIT */
#include "auth.h"

bool klv_auth_set(klv_auth *auth, klv_auth_scheme scheme, const char *secret, size_t length,
                  klv_error *error) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)secret[i];
        if (byte <= 0x20 || byte >= 0x7f) {
            return klv_fail(error, KLV_ERROR_AUTH,
                            "the %s holds a space, a line break or another character that no header "
                            "may carry (at byte %zu); was it pasted with something around it?",
                            scheme == KLV_AUTH_KEY ? "API key" : "access token", i + 1);
        }
    }
    if (!length) {
        return klv_fail(error, KLV_ERROR_AUTH, "the %s is empty",
                        scheme == KLV_AUTH_KEY ? "API key" : "access token");
    }
    klv_auth fresh = {{0}};
    const char *name =
        scheme == KLV_AUTH_KEY ? "Authorization: Klaviyo-API-Key " : "Authorization: Bearer ";
    /* one allocation: a buffer that grew would leave pieces of the secret behind */
    if (!klv_buffer_reserve(&fresh.line, 64 + length) || !klv_buffer_puts(&fresh.line, name) ||
        !klv_buffer_append(&fresh.line, secret, length)) {
        klv_auth_burn(&fresh);
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    klv_auth_burn(auth);
    *auth = fresh;
    return true;
}

void klv_auth_burn(klv_auth *auth) {
    klv_buffer_burn(&auth->line);
}

uint64_t klv_auth_fingerprint(const char *secret, size_t length) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)secret[i]) * 1099511628211u;
    }
    return hash;
}
