/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/proxy.h"

#include <stdlib.h>

static void names(void) {
    static const struct {
        const char *option, *name, *host;
    } cases[] = {
        {"http://proxy.example:3128", "http://proxy.example:3128", "proxy.example"},
        {"proxy.example", "http://proxy.example:1080", "proxy.example"},
        {"proxy.example:81/", "http://proxy.example:81", "proxy.example"},
        {"https://proxy.example", "https://proxy.example:443", "proxy.example"},
        {"socks5h://me:hush@[::1]:9", "socks5h://[::1]:9", "::1"},
        {"http://me:hu@sh/hu:sh?#@proxy.example:1", "http://proxy.example:1", "proxy.example"},
        {"me:hush@proxy.example:1", "http://proxy.example:1", "proxy.example"},
        {"http://a b\nc:1", "http://abc:1", "abc"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        klv_proxy proxy = klv_proxy_find(cases[i].option, true);
        CHECK_TEXT(proxy.name, cases[i].name);
        CHECK_TEXT(proxy.host, cases[i].host);
        CHECK_TEXT(proxy.source, "option proxy");
    }
}

static void environment(void) {
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("all_proxy");
    setenv("ALL_PROXY", "http://me:hush@all:1", 1);
    CHECK_TEXT(klv_proxy_find(NULL, true).name, "http://all:1");
    setenv("HTTPS_PROXY", "http://upper:2", 1);
    CHECK_TEXT(klv_proxy_find(NULL, true).source, "HTTPS_PROXY");
    setenv("https_proxy", "lower:3", 1);
    CHECK_TEXT(klv_proxy_find(NULL, true).name, "http://lower:3");
    CHECK_TEXT(klv_proxy_find(NULL, false).name, ""); /* with plain http it would read the key */
    CHECK_TEXT(klv_proxy_find("", true).name, "");
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("ALL_PROXY");
    CHECK_TEXT(klv_proxy_find(NULL, true).name, "");
}

static void blame(void) {
    klv_proxy proxy = klv_proxy_find("http://127.0.0.1:3128", true),
              none = klv_proxy_find("", true);
    static const char down[] =
        "Failed to connect to 127.0.0.1 port 3128 after 0 ms: Couldn't connect";
    CHECK(klv_proxy_blamed(&proxy, down));
    CHECK(!klv_proxy_blamed(&none, down));
    CHECK(klv_proxy_blamed(&proxy, "Failed to connect to x port 443 via 127.0.0.1 after 0 ms: no"));
    CHECK(klv_proxy_blamed(&proxy, "Proxy CONNECT aborted"));
    CHECK(!klv_proxy_blamed(&proxy, "Failed to connect to 127.0.0.1 port 443 after 0 ms: no"));
    CHECK(!klv_proxy_blamed(&proxy, ""));
}

void test_proxy(void) {
    names();
    environment();
    blame();
}
