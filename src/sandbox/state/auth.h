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

/* Whether the Authorization header (NULL: none was sent) names a key or token that is accepted;
 * adds a 401 if not, which repeats nothing of the header. */
bool sbx_auth_check(const sbx_auth *auth, const char *authorization, sbx_errors *errors);

/* Accepts a key or token no longer. False when out of memory. */
bool sbx_auth_revoke(sbx_auth *auth, const char *credential);

/* Forgets what was revoked. */
void sbx_auth_free(sbx_auth *auth);

/* The account and kind a header stands for, as a number that counts limits (the credential itself
 * is not kept). */
uint64_t sbx_auth_account(const char *authorization);

/* The header with its credential replaced: "Klaviyo-API-Key pk_...***". */
void sbx_auth_mask(const char *authorization, char *out, size_t size);

SBX_HIDDEN_END
#endif
