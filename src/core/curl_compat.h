/* SPDX-License-Identifier: MIT */
#ifndef KLV_CURL_COMPAT_H
#define KLV_CURL_COMPAT_H

#include <curl/curl.h>
#include <stdbool.h>

/* Differences between the supported versions of libcurl. */

/* Since 7.80.0 a callback runs before a request is issued, and can stop a second issue. Before,
 * only the debug callback hears of an issue, and only the progress callback can stop a second one.
 */
#define KLV_CURL_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)

/* Since 8.6.0 what exceeds a bound of libcurl's own has a code of its own. */
#if LIBCURL_VERSION_NUM >= 0x080600
#define KLV_CURL_TOO_LARGE CURLE_TOO_LARGE
#else
#define KLV_CURL_TOO_LARGE ((CURLcode)100)
#endif

/* Whether the transfer goes by a proxy; false before 8.7.0, where only its messages tell. */
static inline bool klv_compat_uses_proxy(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x080700
    long used = 0;
    return easy && curl_easy_getinfo(easy, CURLINFO_USED_PROXY, &used) == CURLE_OK && used;
#else
    (void)easy;
    return false;
#endif
}

/* Before 7.75.0 a connection that ended without a response is kept. A later transfer would wait to
 * see whether it is HTTP/2 (CURLOPT_PIPEWAIT), until its own timeout. */
#define KLV_CURL_KEEPS_ENDED (LIBCURL_VERSION_NUM < 0x074b00)

static inline CURLcode klv_compat_http_only(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* Since 7.87.0 a transfer can end while its host name is being resolved, without waiting for the
 * resolver thread. Before, a deadline or a close hangs on a slow name server. */
static inline CURLcode klv_compat_leave_resolver(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
    return CURLE_OK;
#endif
}

#endif
