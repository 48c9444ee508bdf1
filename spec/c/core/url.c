/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/url.h"

static void good_bases(void) {
    static const struct {
        const char *url, *origin, *prefix;
        bool insecure, tls, loopback;
    } bases[] = {
        {"https://a.klaviyo.com", "https://a.klaviyo.com", "", false, true, false},
        {"https://A.Klaviyo.COM:443/", "https://a.klaviyo.com", "", false, true, false},
        {"HTTPS://a.klaviyo.com:8443/v1/", "https://a.klaviyo.com:8443", "/v1", false, true, false},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080", "", false, false, true},
        {"http://127.8.9.1", "http://127.8.9.1", "", false, false, true},
        {"http://localhost:80/x", "http://localhost", "/x", false, false, true},
        {"http://[::1]:9", "http://[::1]:9", "", false, false, true},
        {"http://example.com", "http://example.com", "", true, false, false},
    };
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        klv_base base = {0};
        klv_error error;
        bool good = klv_base_parse(&base, bases[i].url, bases[i].insecure, &error);
        CHECK(good);
        if (good) {
            CHECK_TEXT(base.origin, bases[i].origin);
            CHECK_TEXT(base.prefix, bases[i].prefix);
            CHECK_INT(base.tls, bases[i].tls);
            CHECK_INT(base.loopback, bases[i].loopback);
        }
        klv_base_free(&base);
    }
}

static void bad_bases(void) {
    static const char *const bases[] = {
        "",
        "a.klaviyo.com",
        "ftp://a.klaviyo.com",
        "file:///etc/passwd",
        "https://",
        "https://user@a.klaviyo.com",
        "https://user:secret@a.klaviyo.com",
        "https://:secret@a.klaviyo.com",
        "https://@a.klaviyo.com",
        "https://a.klaviyo.com?x=y",
        "https://a.klaviyo.com#x",
        "https://a.klaviyo.com/a b",
        "https://a.klaviyo.com\r\nX: y",
        "https://a.klaviyo.com\\@evil.example",
        "https://a.klaviyo.com:99999",
        "https://a.klaviyo.com:x",
        "https://\xc3\xa4.example",
        /* plain http to another machine */
        "http://a.klaviyo.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://128.0.0.1",
        "http://[::2]",
    };
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        klv_base base = {0};
        klv_error error;
        bool rejected = !klv_base_parse(&base, bases[i], false, &error);
        if (!rejected) {
            fprintf(stderr, "    taken: %s as %s\n", bases[i], base.origin);
        }
        CHECK(rejected);
        bool plain_http = strncmp(bases[i], "http:", 5) == 0;
        CHECK(!rejected || error.kind == (plain_http ? KLV_ERROR_ORIGIN : KLV_ERROR_VALIDATION));
        CHECK(!rejected || !strstr(error.message, "secret"));
        klv_base_free(&base);
    }
}

static const char *resolve(const klv_base *base, const char *target, klv_error *error) {
    static char text[256];
    klv_buffer out = {0};
    bool good = klv_base_resolve(base, target, strlen(target), &out, error);
    snprintf(text, sizeof text, "%s", good ? out.data : "");
    klv_buffer_free(&out);
    return text;
}

static void targets(void) {
    static const struct {
        const char *target, *url;
    } good[] = {
        {"/api/campaigns", "https://a.klaviyo.com/v1/api/campaigns"},
        {"/api/campaigns?filter=equals(name,%22x%22)",
         "https://a.klaviyo.com/v1/api/campaigns?filter=equals(name,%22x%22)"},
        {"/api/campaigns/a%2Fb", "https://a.klaviyo.com/v1/api/campaigns/a%2Fb"},
        {"/a/../b", "https://a.klaviyo.com/v1/a/../b"},
        {"https://a.klaviyo.com/other?x", "https://a.klaviyo.com/other?x"},
        {"https://a.klaviyo.com:443/x", "https://a.klaviyo.com/x"},
        {"HTTPS://A.klaviyo.com/X", "https://a.klaviyo.com/X"},
        {"https://a.klaviyo.com/a/../b", "https://a.klaviyo.com/a/../b"},
        {"https://a.klaviyo.com?x=/y", "https://a.klaviyo.com/?x=/y"},
        {"https://a.klaviyo.com", "https://a.klaviyo.com/"},
    };
    static const char *const elsewhere[] = {
        "api/campaigns",
        "//evil.example/x",
        "///evil.example/x",
        "http://a.klaviyo.com/x",
        "https://evil.example/x",
        "https://a.klaviyo.com.evil.example/x",
        "https://a.klaviyo.com:444/x",
        "https://a.klaviyo.com@evil.example/x",
        "https://user@a.klaviyo.com/x",
        "https://:p@a.klaviyo.com/x",
        "https://@a.klaviyo.com/x",
        "https://evil.example?@a.klaviyo.com/x",
        "https:a.klaviyo.com",
        "https:/a.klaviyo.com/x",
        "https:///a.klaviyo.com/x",
        "javascript:alert(1)",
    };
    static const char *const malformed[] = {
        "",
        "https://evil.example\\@a.klaviyo.com/x",
        "https://evil.example#@a.klaviyo.com/x",
        "/x y",
        "/x\r\nHost: evil.example",
        "/x\ty",
        "/x#fragment",
        "/x\x7f",
        "/\xc3\xa4",
    };
    klv_base base = {0};
    klv_error error;
    CHECK(klv_base_parse(&base, "https://a.klaviyo.com/v1/", false, &error));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK_TEXT(resolve(&base, good[i].target, &error), good[i].url);
    }
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        error.kind = KLV_ERROR_NONE;
        CHECK_TEXT(resolve(&base, elsewhere[i], &error), "");
        CHECK_INT(error.kind, KLV_ERROR_ORIGIN);
    }
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        error.kind = KLV_ERROR_NONE;
        CHECK_TEXT(resolve(&base, malformed[i], &error), "");
        CHECK_INT(error.kind, KLV_ERROR_VALIDATION);
    }
    klv_buffer out = {0};
    CHECK(!klv_base_resolve(&base, "/x\0y", 4, &out, &error));
    klv_buffer_free(&out);
    klv_base_free(&base);
}

void test_url(void) {
    good_bases();
    bad_bases();
    targets();
}
