/* SPDX-License-Identifier: MIT */
#ifndef KLV_SHA256_H
#define KLV_SHA256_H

#include "internal.h"

#include <stddef.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/* The SHA-256 digest (FIPS 180-4) of a text, as 64 lower-case hexadecimal digits and a zero byte.
 */
void klv_sha256_hex(const char *text, size_t length, char out[65]);

KLV_PRIVATE_END

#endif
