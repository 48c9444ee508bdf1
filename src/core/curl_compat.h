/* SPDX-License-Identifier: MIT */
#ifndef KLV_CURL_COMPAT_H
#define KLV_CURL_COMPAT_H

#include <curl/curl.h>

/* What differs between the versions of libcurl that one source serves. */

/* Since 7.80.0 a callback tells when a request is about to be issued, so that a second issue can be stopped. */
#define KLV_CURL_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)

static inline void klv_compat_http_only(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

#endif
