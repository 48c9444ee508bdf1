/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/auth.h"

#include <stdlib.h>
#include <string.h>

static void lines(void) {
    klv_auth auth = {.line = {0}};
    klv_error error;
    CHECK(klv_auth_set(&auth, KLV_AUTH_KEY, "pk_1234", 7, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Klaviyo-API-Key pk_1234");
    CHECK(klv_auth_set(&auth, KLV_AUTH_BEARER, "eyJ.x", 5, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Bearer eyJ.x");
    /* the example of RFC 7617, and all lengths of Base64 padding */
    CHECK(klv_auth_set(&auth, KLV_AUTH_BASIC, "Aladdin:open sesame", 19, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(klv_auth_set(&auth, KLV_AUTH_BASIC, "a:b", 3, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Basic YTpi");
    CHECK(klv_auth_set(&auth, KLV_AUTH_BASIC, "a:bc", 4, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Basic YTpiYw==");
    CHECK(klv_auth_set(&auth, KLV_AUTH_BASIC, "a:\xff\xfe", 4, &error));
    CHECK_TEXT(auth.line.data, "Authorization: Basic YTr//g==");
    klv_auth_zeroize(&auth);
    CHECK(!auth.line.data);
}

static void refusals(void) {
    static const char *const bad[] = {"",        " ",           "pk_x ", "pk_\r\nX: y",
                                      "pk_\x7f", "pk_\xc3\xa4", "\tpk"};
    for (int scheme = KLV_AUTH_KEY; scheme <= KLV_AUTH_BEARER; scheme++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            klv_auth auth = {.line = {0}};
            klv_error error = {0};
            CHECK(!klv_auth_set(&auth, (klv_auth_scheme)scheme, bad[i], strlen(bad[i]), &error));
            CHECK_INT(error.kind, KLV_ERROR_AUTH);
            CHECK(!strstr(error.message, "pk_"));
            klv_auth_zeroize(&auth);
        }
        klv_auth auth = {.line = {0}};
        klv_error error = {0};
        CHECK(!klv_auth_set(&auth, (klv_auth_scheme)scheme, "pk\0x", 4, &error));
        klv_auth_zeroize(&auth);
    }
    /* a colon in the name would change both name and secret */
    klv_auth auth = {.line = {0}};
    klv_error error = {0};
    CHECK(!klv_auth_set(&auth, KLV_AUTH_BASIC, "", 0, &error));
    klv_auth_zeroize(&auth);
}

/* A credential is zeroized before it is freed: read where it was, through a second view of the
 * memory. */
static void burning(void) {
    char memory[16] = "pk_secret";
    klv_zeroize(memory, sizeof memory);
    for (size_t i = 0; i < sizeof memory; i++) {
        CHECK_INT(memory[i], 0);
    }
}

static void fingerprints(void) {
    CHECK(klv_auth_fingerprint("pk_a", 4) != klv_auth_fingerprint("pk_b", 4));
    CHECK(klv_auth_fingerprint("pk_a", 4) == klv_auth_fingerprint("pk_ab", 4));
}

static void masking(void) {
    static const struct {
        const char *text, *masked;
    } cases[] = {
        {"the key pk_secret is wrong", "the key ********* is wrong"},
        {"pk_secretpk_secret", "******************"},
        {"pk_secre pk_secreT", "pk_secre pk_secreT"},
        {"", ""},
    };
    klv_auth auth = {.line = {0}};
    klv_error error = {0};
    char text[64] = "pk_secret";
    klv_auth_mask(&auth, text, strlen(text));
    CHECK_TEXT(text, "pk_secret");
    CHECK(klv_auth_set(&auth, KLV_AUTH_KEY, "pk_secret", 9, &error));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strcpy(text, cases[i].text);
        klv_auth_mask(&auth, text, strlen(text));
        CHECK_TEXT(text, cases[i].masked);
    }
    klv_auth_zeroize(&auth);
}

void test_auth(void) {
    masking();
    lines();
    refusals();
    burning();
    fingerprints();
}
