/* SPDX-License-Identifier: MIT */
#include "easy.h"
#include "curl_compat.h"

/* Sets what all requests of a client share. False: out of memory. Each of these must take effect:
 * one decides which server is trusted, another who can read the key. */
static bool set_common(klv_client *client, CURL *easy) {
    /* with plain http, a proxy from the environment would read the key */
    const char *proxy = client->proxy || client->base.tls ? client->proxy : "";
    const CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L),
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L),
        client->names_urls ? CURLE_OK : curl_easy_setopt(easy, CURLOPT_CURLU, client->base.url),
        curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED),
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024),
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         (long)klv_time_milliseconds(client->connect_timeout)),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 64L),
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                         (klv_time_milliseconds(client->stall_timeout) - 1L) / 1000 + 1),
        curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent),
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L),
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L),
        client->ca_file ? curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) : CURLE_OK,
        curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L),
        proxy ? curl_easy_setopt(easy, CURLOPT_PROXY, proxy) : CURLE_OK,
        /* without a proxy, libcurl would look for exceptions in the environment, each time */
        proxy && !proxy[0] ? curl_easy_setopt(easy, CURLOPT_NOPROXY, "") : CURLE_OK,
        klv_compat_http_only(easy),
        klv_compat_leave_resolver(easy),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] != CURLE_OK) {
            return false;
        }
    }
    return true;
}

CURL *klv_easy_take(klv_client *client) {
    if (client->idle_count) {
        return client->idle[--client->idle_count];
    }
    CURL *easy = curl_easy_init();
    if (easy && !set_common(client, easy)) {
        curl_easy_cleanup(easy);
        easy = NULL;
    }
    return easy;
}

void klv_easy_give(klv_client *client, CURL *easy) {
    if (client->idle_count < KLV_IDLE_HANDLES) {
        client->idle[client->idle_count++] = easy;
    } else {
        curl_easy_cleanup(easy);
    }
}

void klv_easy_free_idle(klv_client *client) {
    while (client->idle_count) {
        curl_easy_cleanup(client->idle[--client->idle_count]);
    }
}
