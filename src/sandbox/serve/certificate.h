/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_CERTIFICATE_H
#define SBX_SERVE_CERTIFICATE_H

#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The temporary certificate of a server with the option `tls`, which lets a client test certificate
 * verification without a private key in a repository or openssl on the machine: a certificate
 * authority for this one server, whose key is discarded once it has signed, and the server's own
 * certificate. Owned by the caller; freed with sbx_certificate_free. */
typedef struct sbx_certificate {
    char *key;     /* PEM: the server's private key */
    char *chain;   /* PEM: the certificate of the server, then that of the authority */
    char *ca_file; /* path of a file with the certificate of the authority, for clients to trust */
} sbx_certificate;

/* Creates a certificate for localhost, 127.0.0.1, ::1 and `host` (a name or a numerical address),
 * valid from a day before `now` for a year. now: seconds since the epoch of the real clock, which
 * is what clients check against. directory: of ca_file, NULL for $TMPDIR or /tmp. Returns NULL, or
 * a phrase of static storage that says what went wrong, with *out empty. */
const char *sbx_certificate_make(const char *host, int64_t now, const char *directory,
                                 sbx_certificate *out);

/* Zeroizes the key and removes ca_file. */
void sbx_certificate_free(sbx_certificate *certificate);

SBX_HIDDEN_END
#endif
