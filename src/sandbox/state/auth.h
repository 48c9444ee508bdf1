/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_AUTH_H
#define SBX_STATE_AUTH_H

#include "base/errors.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* Whether the Authorization header lets a request in; adds a 401 if not. The header may be NULL.
 * Nothing of it goes into the error. */
bool sbx_auth_check(sbx_box *box, const char *authorization, sbx_errors *errors);

/* Makes a key or token unknown from now on. False when memory was at its end. */
bool sbx_auth_revoke(sbx_box *box, const char *credential);

/* The account and kind a header stands for, as a number that counts limits (the credential itself
 * is not kept). */
uint64_t sbx_auth_account(const char *authorization);

/* The header with its credential replaced: "Klaviyo-API-Key pk_...***". */
void sbx_auth_mask(const char *authorization, char *out, size_t size);

SBX_HIDDEN_END
#endif
