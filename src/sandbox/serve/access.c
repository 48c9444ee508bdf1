/* SPDX-License-Identifier: MIT */
#include "serve/access.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "api/media_type.h"

#define NAME_MAX_SHOWN 100
#define HOST_SIZE      256

/* Copies the host of "host:port" or "[::1]:port", without the brackets; false when it is none. */
static bool read_host(const char *authority, char out[HOST_SIZE]) {
    bool bracketed = *authority == '[';
    const char *first = authority + bracketed;
    size_t length = strcspn(first, bracketed ? "]" : ":");
    const char *rest = first + length;
    if (!length || length >= HOST_SIZE || (bracketed && *rest != ']'))
        return false;
    rest += bracketed;
    if (*rest == ':')
        rest += 1 + strspn(rest + 1, "0123456789");
    memcpy(out, first, length);
    out[length] = '\0';
    return !*rest;
}

static bool is_loopback(const char *host) {
    static const char suffix[] = ".localhost"; /* RFC 6761: browsers never look these names up */
    unsigned char address[16];
    size_t length = strlen(host);
    if (inet_pton(AF_INET, host, address) == 1)
        return address[0] == 127;
    if (inet_pton(AF_INET6, host, address) == 1) {
        static const unsigned char loopback[16] = {[15] = 1};
        return !memcmp(address, loopback, sizeof loopback);
    }
    return !strcasecmp(host, suffix + 1) ||
           (length > sizeof suffix - 1 && !strcasecmp(host + length - (sizeof suffix - 1), suffix));
}

static bool is_allowed(const sbx_settings *settings, const char *host) {
    if (is_loopback(host) || !strcasecmp(host, settings->host))
        return true;
    for (size_t i = 0; i < settings->allowed_host_count; i++)
        if (!strcasecmp(host, settings->allowed_hosts[i]))
            return true;
    return false;
}

static bool check_host(const sbx_settings *settings, const char *header, sbx_errors *errors) {
    char host[HOST_SIZE];
    if (header && read_host(header, host) && is_allowed(settings, host))
        return true;
    return sbx_errors_add(
        errors, 403, "host_not_allowed", "Host not allowed.", SBX_SOURCE_HEADER, "Host",
        "'%.*s' is no name of this sandbox: use localhost, or allow the name with allow_host when "
        "it is started (klaviyo sandbox --allow-host NAME).",
        NAME_MAX_SHOWN, header ? header : "");
}

/* Whether an Origin names the site that the Host header names. Its scheme is that of a proxy in
 * front of the sandbox, and says nothing: two schemes never share a port. */
static bool is_own(const char *origin, const char *host) {
    const char *authority = !strncasecmp(origin, "http://", 7)    ? origin + 7
                            : !strncasecmp(origin, "https://", 8) ? origin + 8
                                                                  : NULL;
    return authority && !strcasecmp(authority, host);
}

static bool check_origin(const sbx_access *access, sbx_errors *errors) {
    if (!access->origin || is_own(access->origin, access->host))
        return true;
    return sbx_errors_add(
        errors, 403, "origin_not_allowed", "Origin not allowed.", SBX_SOURCE_HEADER, "Origin",
        "A web page of '%.*s' may not use this sandbox: only its own page and programs may. "
        "Programs send no Origin header.",
        NAME_MAX_SHOWN, access->origin);
}

bool sbx_access_check(const sbx_settings *settings, const sbx_access *access, sbx_errors *errors) {
    if (!check_host(settings, access->host, errors) || !check_origin(access, errors))
        return false;
    if (!access->writes_control || sbx_media_type_is_json(access->content_type))
        return true;
    return sbx_errors_add(errors, 415, "unsupported_media_type", "Unsupported media type.",
                          SBX_SOURCE_HEADER, "Content-Type",
                          "Send a control request as %s, also without a body (curl -H "
                          "'Content-Type: %s').",
                          SBX_JSON, SBX_JSON);
}
