/* SPDX-License-Identifier: MIT */
#ifndef KLV_AUTH_H
#define KLV_AUTH_H

#include "internal.h"
#include "buffer.h"
#include "error.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/* How a request proves who it is. */
typedef enum {
    KLV_AUTH_KEY,    /* Authorization: Klaviyo-API-Key pk_... */
    KLV_AUTH_BEARER, /* Authorization: Bearer ... */
    KLV_AUTH_BASIC,  /* Authorization: Basic ... (RFC 7617): the secret is "name:password" */
} klv_auth_scheme;

/*
 * The header line is the only copy of a credential that the core keeps. It is zeroed before it is
 * freed. libcurl's own copies (its send buffer) are out of reach.
 */
typedef struct {
    klv_buffer line; /* "Authorization: ...", owned */
} klv_auth;

/* Sets the line, burning the one before. Refuses an empty secret and, but for BASIC, one with
 * control characters, spaces or bytes over 126 (kind KLV_ERROR_AUTH; the message never quotes it).
 */
bool klv_auth_set(klv_auth *auth, klv_auth_scheme scheme, const char *secret, size_t length,
                  klv_error *error);
void klv_auth_burn(klv_auth *auth);

/* Puts asterisks over the credential wherever a text quotes it. */
void klv_auth_mask(const klv_auth *auth, char *text, size_t length);

/* A number that tells accounts apart in the table of shared limits, without telling the secret
 * (FNV-1a). */
uint64_t klv_auth_fingerprint(const char *secret, size_t length);

KLV_PRIVATE_END

#endif
