/* SPDX-License-Identifier: MIT */
#ifndef KLV_MASK_H
#define KLV_MASK_H

#include "internal.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/* A shorter one is no secret, and would be found in any text. */
#define KLV_MASK_SHORTEST 4

/*
 * Overwrites a secret with asterisks wherever a text contains it: as it is, or with any of its
 * characters escaped as in JSON (\u0070) or a URL (%70), however often and in whatever order. An
 * asterisk replaces each byte of an escape. Without memory to look for escapes, the whole text is
 * overwritten. True: something was.
 */
bool klv_mask(char *text, size_t length, const char *secret, size_t secret_length);

KLV_PRIVATE_END

#endif
