/* SPDX-License-Identifier: MIT */
#ifndef KLV_CURL_COMPAT_H
#define KLV_CURL_COMPAT_H

#include <curl/curl.h>

/* What differs between the versions of libcurl that one source serves. */

/* Since 7.80.0 a callback tells when a request is about to be issued, so that a second issue can be
 * stopped. */
#define KLV_CURL_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)

static inline CURLcode klv_compat_http_only(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* Since 7.87.0 a transfer whose host name is still being resolved can be left without waiting for
 * the resolver's thread, which then cleans up after itself: a deadline or a close would hang on a
 * slow name server otherwise. */
static inline CURLcode klv_compat_leave_resolver(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
    return CURLE_OK;
#endif
}

#endif
