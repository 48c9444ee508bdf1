/* SPDX-License-Identifier: MIT */
#ifndef KLV_URL_H
#define KLV_URL_H

#include "internal.h"
#include "buffer.h"
#include "error.h"

#include <curl/curl.h>

KLV_PRIVATE_BEGIN

/*
 * The origin of a client (RFC 6454: scheme, host, port) and the path prefix of its base URL. All
 * requests go to this origin. Owned by the client; zero-initialised is empty.
 */
typedef struct {
    char *
        origin; /* "https://a.klaviyo.com": scheme and host in lower case, no default port, owned */
    char *prefix; /* "" or "/v1": no trailing slash, owned */
    CURLU *url;   /* the parsed origin, shared by all transfers */
    bool tls;
    bool loopback; /* 127.0.0.0/8, [::1] or localhost */
} klv_base;

/*
 * Parses a base URL: http or https, a host, no user, query or fragment. False: `error` says what is
 * wrong, kind KLV_ERROR_VALIDATION; or KLV_ERROR_ORIGIN for plain http, which needs a loopback host
 * or `insecure`; or KLV_ERROR_MEMORY.
 */
bool klv_base_parse(klv_base *base, const char *url, bool insecure, klv_error *error);
void klv_base_free(klv_base *base);

/*
 * The absolute URL of a request target (NUL-terminated): a path ("/api/campaigns?x=y", put behind
 * the prefix) or an absolute URL of the base's origin; any other origin is rejected with
 * KLV_ERROR_ORIGIN. Control characters, spaces, backslashes, bytes over 126 and fragments are
 * rejected with KLV_ERROR_VALIDATION; nothing is re-encoded. Appends to `out` the origin as the
 * base spells it, followed by what goes into the request line.
 */
bool klv_base_resolve(const klv_base *base, const char *target, size_t length, klv_buffer *out,
                      klv_error *error);

/* The number of bytes up to the first that must be percent-encoded (all but RFC 3986 unreserved).
 */
size_t klv_url_plain(const char *text, size_t length);

KLV_PRIVATE_END

#endif
