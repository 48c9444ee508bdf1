/* SPDX-License-Identifier: MIT */
#ifndef KLV_URL_H
#define KLV_URL_H

#include "internal.h"
#include "buffer.h"
#include "error.h"

#include <curl/curl.h>

KLV_PRIVATE_BEGIN

/*
 * The origin that a client speaks to (RFC 6454: scheme, host, port), with the path prefix of its
 * base URL. Everything it sends stays inside. Owned by the client; zero-initialised is empty.
 */
typedef struct {
    char *
        origin; /* "https://a.klaviyo.com": scheme and host in lower case, no default port, owned */
    char *prefix; /* "" or "/v1": no trailing slash, owned */
    CURLU *url;   /* the origin as libcurl has read it, for all transfers: none of them has a URL of
                     its own */
    bool tls;
    bool loopback; /* 127.0.0.0/8, [::1] or localhost */
} klv_base;

/*
 * Reads a base URL: http or https, a host, no user, query or fragment. Plain http needs a loopback
 * host or `insecure`. False: `error` says what is wrong (kind KLV_ERROR_ORIGIN), or that memory is
 * out.
 */
bool klv_base_parse(klv_base *base, const char *url, bool insecure, klv_error *error);
void klv_base_free(klv_base *base);

/*
 * The absolute URL of a request target (NUL-terminated): a path ("/api/campaigns?x=y", put behind
 * the prefix) or an absolute URL, which must be of the base's origin: a link that points elsewhere
 * is refused with KLV_ERROR_ORIGIN. Control characters, spaces, backslashes and bytes over 126 are
 * refused, and so is a fragment; nothing is ever re-encoded. Appends to `out`: the origin as it is
 * spelt in the base, and behind it what goes into the request line.
 */
bool klv_base_resolve(const klv_base *base, const char *target, size_t length, klv_buffer *out,
                      klv_error *error);

/* How many bytes of a text stand for themselves in a URL's parts (RFC 3986, unreserved), up to the
 * first that does not. */
size_t klv_url_plain(const char *text, size_t length);

KLV_PRIVATE_END

#endif
