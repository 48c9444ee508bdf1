/* SPDX-License-Identifier: MIT */
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies printable characters alone. */
static void copy(char *to, size_t size, const char *from, size_t length) {
    size_t n = 0;
    for (size_t i = 0; i < length && n < size - 1; i++) {
        if (from[i] > ' ' && from[i] <= '~') {
            to[n++] = from[i];
        }
    }
    to[n] = '\0';
}

/* "[scheme://][user[:password]@]host[:port][/...]": a password may hold any of these characters, so
 * all up to the last @ is left out. */
static void name(klv_proxy *proxy, const char *address) {
    const char *scheme_end = strstr(address, "://");
    const char *at = strrchr(address, '@');
    const char *place = at ? at + 1 : scheme_end ? scheme_end + 3 : address;
    bool literal = place[0] == '['; /* an IPv6 address */
    const char *host = place + literal;
    const char *rest = host + strcspn(host, literal ? "]" : ":/?#");
    char scheme[16] = "http", port[8];
    if (scheme_end) {
        copy(scheme, sizeof scheme, address, (size_t)(scheme_end - address));
    }
    copy(proxy->host, sizeof proxy->host, host, (size_t)(rest - host));
    rest += literal && *rest == ']';
    copy(port, sizeof port, rest + 1, *rest == ':' ? strspn(rest + 1, "0123456789") : 0);
    if (!port[0]) {
        strcpy(port, strcmp(scheme, "https") == 0 ? "443" : "1080"); /* as libcurl does */
    }
    snprintf(proxy->name, sizeof proxy->name, literal ? "%s://[%s]:%s" : "%s://%s:%s", scheme,
             proxy->host, port);
}

klv_proxy klv_proxy_find(const char *option, bool tls) {
    static const char *const variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    klv_proxy proxy = {.source = "option proxy"};
    for (size_t i = 0; !option && tls && i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value && value[0]) {
            option = value;
            proxy.source = variables[i];
        }
    }
    if (option && option[0]) {
        name(&proxy, option);
    }
    return proxy;
}

bool klv_proxy_blamed(const klv_proxy *proxy, const char *words) {
    if (!proxy->name[0]) {
        return false;
    }
    if (strncmp(words, "Proxy CONNECT", 13) == 0 || strncmp(words, "CONNECT tunnel", 14) == 0) {
        return true;
    }
    /* "Failed to connect to HOST port 3128 after ...", with the host that was connected to; before
     * 7.78 "... to HOST port 3128: ...", since 8.12 "... to HOST port 443 via PROXY ..." */
    const char *port = strrchr(proxy->name, ':') + 1;
    char place[192], earlier[192], via[192];
    snprintf(place, sizeof place, " %s port %s ", proxy->host, port);
    snprintf(earlier, sizeof earlier, " %s port %s: ", proxy->host, port);
    snprintf(via, sizeof via, " via %s ", proxy->host);
    return strstr(words, place) || strstr(words, earlier) || strstr(words, via);
}
