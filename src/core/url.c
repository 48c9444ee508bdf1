/* SPDX-License-Identifier: MIT */
#include "url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Gets a part of a URL, which the caller frees with curl_free. False: the URL has no such part, or
 * out of memory. The two must not be confused: without its port, a URL leads to another server. */
static bool take_part(CURLU *handle, CURLUPart which, unsigned flags, char **part,
                      bool *out_of_memory) {
    CURLUcode code = curl_url_get(handle, which, part, flags);
    *out_of_memory = *out_of_memory || code == CURLUE_OUT_OF_MEMORY;
    return code == CURLUE_OK;
}

static char *join_origin(char *scheme, char *host, const char *port) {
    for (char *c = host; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    size_t size = strlen(scheme) + strlen(host) + (port ? strlen(port) : 0) + 5;
    char *origin = malloc(size);
    if (origin) {
        snprintf(origin, size, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "");
    }
    return origin;
}

/* Returns scheme://host[:port] of a URL in canonical form, malloc'ed, and its path unless `path` is
 * NULL. NULL: not a URL that a base or a link may have. libcurl's parser decides, so that the
 * checked origin is the one that libcurl connects to. */
static char *origin_of(const char *url, char **path, bool *out_of_memory) {
    CURLU *handle = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *url_path = NULL, *origin = NULL;
    CURLUcode code = handle ? curl_url_set(handle, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    *out_of_memory = code == CURLUE_OUT_OF_MEMORY;
    if (code != CURLUE_OK || take_part(handle, CURLUPART_USER, 0, &user, out_of_memory) ||
        !take_part(handle, CURLUPART_SCHEME, 0, &scheme, out_of_memory) ||
        !take_part(handle, CURLUPART_HOST, 0, &host, out_of_memory) || !*host ||
        (strcasecmp(scheme, "https") != 0 && strcasecmp(scheme, "http") != 0)) {
        goto out;
    }
    take_part(handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &port, out_of_memory);
    take_part(handle, CURLUPART_PATH, 0, &url_path, out_of_memory);
    if (*out_of_memory) {
        goto out;
    }
    origin = join_origin(scheme, host, port);
    *out_of_memory = !origin;
    if (origin && path) {
        *path = strdup(url_path);
        *out_of_memory = !*path;
    }
out:
    curl_free(url_path);
    curl_free(user);
    curl_free(port);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(handle);
    return origin;
}

static bool has_forbidden_byte(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '\\' || byte == '#') {
            return true;
        }
    }
    return false;
}

static bool is_loopback(const char *origin) {
    const char *host = strstr(origin, "://") + 3;
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    int a, b, c, d, end = 0;
    if (sscanf(host, "%d.%d.%d.%d%n", &a, &b, &c, &d, &end) == 4 && (size_t)end == length) {
        return a == 127;
    }
    return (length == 9 && strncmp(host, "localhost", 9) == 0) ||
           (length == 5 && strncmp(host, "[::1]", 5) == 0);
}

bool klv_base_parse(klv_base *base, const char *url, bool insecure, klv_error *error) {
    bool out_of_memory = false;
    if (has_forbidden_byte(url, strlen(url)) || strchr(url, '?')) {
        return klv_fail(error, KLV_ERROR_VALIDATION,
                        "base_url holds a space, a control character, a query or a fragment; it is "
                        "scheme, host and optional path, like https://a.klaviyo.com");
    }
    *base = (klv_base){0};
    base->origin = origin_of(url, &base->prefix, &out_of_memory);
    /* a decoded percent-encoded host may contain bytes that no host name has */
    if (!base->origin || !base->prefix || has_forbidden_byte(base->origin, strlen(base->origin))) {
        klv_base_free(base);
        return out_of_memory
                   ? klv_fail(error, KLV_ERROR_MEMORY, "out of memory")
                   : klv_fail(
                         error, KLV_ERROR_VALIDATION,
                         "base_url is not an http or https URL with a host and without a user, "
                         "like https://a.klaviyo.com");
    }
    size_t length = strlen(base->prefix);
    while (length && base->prefix[length - 1] == '/') {
        base->prefix[--length] = '\0';
    }
    base->url = curl_url();
    if (!base->url || curl_url_set(base->url, CURLUPART_URL, base->origin, 0) != CURLUE_OK) {
        klv_base_free(base);
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    base->tls = strncmp(base->origin, "https:", 6) == 0;
    base->loopback = is_loopback(base->origin);
    if (!base->tls && !base->loopback && !insecure) {
        klv_base_free(base);
        return klv_fail(
            error, KLV_ERROR_ORIGIN,
            "base_url is plain http to another machine, which would show the API key to "
            "everyone on the way; use https, or set insecure = true");
    }
    return true;
}

void klv_base_free(klv_base *base) {
    curl_url_cleanup(base->url);
    free(base->origin);
    free(base->prefix);
    *base = (klv_base){0};
}

/* Returns where the path or the query of an absolute URL begins. NULL: it is of another origin, see
 * `error`. */
static const char *after_origin(const klv_base *base, const char *url, klv_error *error) {
    size_t length = strlen(base->origin);
    if (strncmp(url, base->origin, length) == 0 && url[length] == '/') {
        return url + length; /* the usual case: links of the service itself */
    }
    bool out_of_memory = false;
    char *origin = origin_of(url, NULL, &out_of_memory);
    const char *host = strstr(url, "://");
    bool same = origin && host && host[3] != '/' && strcmp(origin, base->origin) == 0;
    if (!same) {
        if (out_of_memory) {
            klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        } else {
            klv_fail(error, KLV_ERROR_ORIGIN,
                     "refused to follow a link to %.100s: credentials stay at %.100s",
                     origin ? origin : "something that is not an http URL", base->origin);
        }
    }
    free(origin);
    return same ? host + 3 + strcspn(host + 3, "/?") : NULL;
}

bool klv_base_resolve(const klv_base *base, const char *target, size_t length, klv_buffer *out,
                      klv_error *error) {
    if (!length || has_forbidden_byte(target, length)) {
        return klv_fail(error, KLV_ERROR_VALIDATION,
                        "a request target is empty or holds a character that a URL cannot (spaces, "
                        "control characters, # and bytes over 126 must be percent-encoded)");
    }
    const char *prefix = base->prefix, *path = target;
    if (target[0] != '/' || (length > 1 && target[1] == '/')) {
        path = after_origin(base, target, error);
        if (!path) {
            return false;
        }
        prefix = *path == '/' ? "" : "/";
        length -= (size_t)(path - target);
    }
    return (klv_buffer_puts(out, base->origin) && klv_buffer_puts(out, prefix) &&
            klv_buffer_append(out, path, length)) ||
           klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
}

static bool is_plain(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

size_t klv_url_plain(const char *text, size_t length) {
    size_t i = 0;
    while (i < length && is_plain((unsigned char)text[i])) {
        i++;
    }
    return i;
}
