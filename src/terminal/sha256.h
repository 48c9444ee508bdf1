/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4): by which a saved plan knows its files again. */
#ifndef KLV_SHA256_H
#define KLV_SHA256_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define KLV_SHA256_SIZE 32

/* Writes the digest of the bytes. */
void klv_sha256(const void *bytes, size_t size, uint8_t digest[KLV_SHA256_SIZE]);

#pragma GCC visibility pop

#endif
