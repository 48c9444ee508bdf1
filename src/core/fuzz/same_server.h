/* SPDX-License-Identifier: MIT */
#ifndef KLV_FUZZ_SAME_SERVER_H
#define KLV_FUZZ_SAME_SERVER_H

#include "check.h"

#include <curl/curl.h>
#include <stdio.h>
#include <strings.h>

/* Scheme, host and port of a URL as one text, parsed by libcurl, which connects there. */
static inline void server_of(const char *url, char *out, size_t size) {
    CURLU *handle = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    CHECK(handle && curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK);
    CHECK(curl_url_get(handle, CURLUPART_USER, &user, 0) != CURLUE_OK);
    CHECK(curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK);
    CHECK(curl_url_get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK);
    CHECK(curl_url_get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK);
    snprintf(out, size, "%s %s %s", scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(handle);
}

/* Checks that both URLs lead to the same server. */
static inline void check_same_server(const char *url, const char *base) {
    char there[2048], here[2048];
    server_of(url, there, sizeof there);
    server_of(base, here, sizeof here);
    CHECK(strcasecmp(there, here) == 0);
}

#endif
