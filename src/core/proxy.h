/* SPDX-License-Identifier: MIT */
#ifndef KLV_PROXY_H
#define KLV_PROXY_H

#include "internal.h"

#include <stdbool.h>

KLV_PRIVATE_BEGIN

/* The proxy that a client's requests may go through, for messages. libcurl decides whether they do:
 * no_proxy may except the service. */
typedef struct {
    char name[176];     /* "http://host:port", never with credentials; "": there is none */
    char host[128];     /* in there */
    const char *source; /* "option proxy", or the environment variable; static */
} klv_proxy;

/* Reads where libcurl would: the option, unless it is NULL; else, for https, the environment. */
klv_proxy klv_proxy_find(const char *option, bool tls);

/* Whether libcurl's words for a failed connection are about the proxy. */
bool klv_proxy_blamed(const klv_proxy *proxy, const char *words);

KLV_PRIVATE_END

#endif
