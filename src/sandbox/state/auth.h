/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_AUTH_H
#define SBX_STATE_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/errors.h"

SBX_HIDDEN_BEGIN

/* The credentials that are accepted. */
typedef struct sbx_auth {
    char *const *keys; /* borrowed from the settings; NULL: any key is accepted */
    size_t key_count;
    char **revoked; /* keys and tokens that are no longer accepted; owned */
    size_t revoked_count;
} sbx_auth;

/* Whether the Authorization header (NULL: not sent) has an accepted key or token; adds a 401 if
 * not, which repeats nothing of the header. */
bool sbx_auth_check(const sbx_auth *auth, const char *authorization, sbx_errors *errors);

/* Rejects a key or token from now on. False when out of memory. */
bool sbx_auth_revoke(sbx_auth *auth, const char *credential);

/* Forgets what was revoked. */
void sbx_auth_free(sbx_auth *auth);

/* Returns a hash that identifies the account of the header for rate limits. */
uint64_t sbx_auth_account(const char *authorization);

/* Writes the header with its credential masked: "Klaviyo-API-Key ***". */
void sbx_auth_mask(const char *authorization, char *out, size_t size);

SBX_HIDDEN_END
#endif
