/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_CERTIFICATE_H
#define SBX_SERVE_CERTIFICATE_H

#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* A certificate to throw away: an authority made for one server, whose key is forgotten as soon as
 * it has signed, and that server's own certificate. Owned by the caller; freed with
 * sbx_certificate_free. */
typedef struct sbx_certificate {
    char *key;     /* PEM: the server's private key */
    char *chain;   /* PEM: the server's certificate, then the authority's */
    char *ca_file; /* path of a file with the authority's certificate, for clients to trust */
} sbx_certificate;

/* Makes one for localhost, 127.0.0.1, ::1 and `host` (a name or a numerical address), good from a
 * day before `now` for a year. now: seconds since the epoch of the real clock, since that is what
 * clients look at. directory: where ca_file goes, NULL for $TMPDIR or /tmp. Returns NULL, or what
 * went wrong in a phrase of static storage; *out is empty then. */
const char *sbx_certificate_make(const char *host, int64_t now, const char *directory,
                                 sbx_certificate *out);

/* Wipes the key and removes ca_file. */
void sbx_certificate_free(sbx_certificate *certificate);

SBX_HIDDEN_END
#endif
