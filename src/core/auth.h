/* SPDX-License-Identifier: MIT */
#ifndef KLV_AUTH_H
#define KLV_AUTH_H

#include "internal.h"
#include "buffer.h"
#include "error.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/* How a request authenticates. */
typedef enum {
    KLV_AUTH_KEY,    /* Authorization: Klaviyo-API-Key pk_... */
    KLV_AUTH_BEARER, /* Authorization: Bearer ... */
    KLV_AUTH_BASIC,  /* Authorization: Basic ... (RFC 7617): the secret is "name:password" */
} klv_auth_scheme;

/*
 * The header line is the only copy of a credential that the core keeps. It is zeroized before it is
 * freed. libcurl's own copies (its send buffer) cannot be zeroized.
 */
typedef struct {
    klv_buffer line; /* "Authorization: ...", owned */
    size_t start;    /* of the secret within it */
    klv_auth_scheme scheme;
} klv_auth;

/* Replaces the line. Rejects an empty secret and, except for BASIC, one with control characters,
 * spaces or bytes over 126 (kind KLV_ERROR_AUTH; the message never quotes it). */
bool klv_auth_set(klv_auth *auth, klv_auth_scheme scheme, const char *secret, size_t length,
                  klv_error *error);
void klv_auth_zeroize(klv_auth *auth);

/* Overwrites the credential with asterisks wherever the text contains it, see klv_mask; of BASIC
 * the password too. True: it did. */
bool klv_auth_mask(const klv_auth *auth, char *text, size_t length);

/* A hash (FNV-1a) that tells accounts apart in the table of shared limits. */
uint64_t klv_auth_fingerprint(const char *secret, size_t length);

KLV_PRIVATE_END

#endif
