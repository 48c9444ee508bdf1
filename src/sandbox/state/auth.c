/* SPDX-License-Identifier: MIT */
#include "state/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const schemes[] = {"Klaviyo-API-Key ", "Bearer "};

/* Returns the credential after a known scheme; NULL when it is not well-formed. */
static const char *credential_of(const char *authorization) {
    for (size_t i = 0; authorization && i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(authorization, schemes[i], length))
            continue;
        const char *credential = authorization + length;
        for (const char *c = credential; *c; c++)
            if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
                return NULL;
        return *credential ? credential : NULL;
    }
    return NULL;
}

static bool listed(char *const *list, size_t count, const char *credential) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i], credential))
            return true;
    return false;
}

static bool reject(sbx_errors *errors, const char *code, const char *title, const char *detail) {
    return sbx_errors_add(errors, 401, code, title, SBX_SOURCE_HEADER, "Authorization", "%s",
                          detail);
}

bool sbx_auth_check(const sbx_auth *auth, const char *authorization, sbx_errors *errors) {
    if (!authorization)
        return reject(errors, "not_authenticated", "Authentication credentials were not provided.",
                      "Missing or invalid private key: send \"Authorization: Klaviyo-API-Key KEY\" "
                      "or \"Authorization: Bearer TOKEN\".");
    const char *credential = credential_of(authorization);
    if (!credential)
        return reject(errors, "authentication_failed", "Incorrect authentication credentials.",
                      "The header must be \"Klaviyo-API-Key KEY\" or \"Bearer TOKEN\".");
    if ((auth->keys && !listed(auth->keys, auth->key_count, credential)) ||
        listed(auth->revoked, auth->revoked_count, credential))
        return reject(errors, "authentication_failed", "Incorrect authentication credentials.",
                      "This key or token is not known here, or has expired.");
    return true;
}

bool sbx_auth_revoke(sbx_auth *auth, const char *credential) {
    char **list = realloc(auth->revoked, (auth->revoked_count + 1) * sizeof *list);
    if (!list)
        return false;
    auth->revoked = list;
    list[auth->revoked_count] = strdup(credential);
    if (!list[auth->revoked_count])
        return false;
    auth->revoked_count++;
    return true;
}

void sbx_auth_free(sbx_auth *auth) {
    for (size_t i = 0; i < auth->revoked_count; i++)
        free(auth->revoked[i]);
    free(auth->revoked);
    auth->revoked = NULL;
    auth->revoked_count = 0;
}

uint64_t sbx_auth_account(const char *authorization) {
    /* FNV-1a: tells accounts apart, and the credential need not be kept. */
    const char *credential = credential_of(authorization);
    uint64_t hash = UINT64_C(1469598103934665603);
    for (; credential && *credential; credential++)
        hash = (hash ^ (unsigned char)*credential) * UINT64_C(1099511628211);
    return hash;
}

void sbx_auth_mask(const char *authorization, char *out, size_t size) {
    const char *scheme = "";
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (!strncasecmp(authorization, schemes[i], strlen(schemes[i])))
            scheme = schemes[i];
    snprintf(out, size, "%s***", scheme);
}
