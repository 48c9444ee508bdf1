/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/mask.h"

static void escapes(void) {
    static const struct {
        const char *text, *masked;
    } cases[] = {
        {"a pk_secret_key b", "a ************* b"},
        {"a pk_secret_kez b", "a pk_secret_kez b"},
        {"{\"a\":\"\\u0070k_secret_key\"}", "{\"a\":\"******************\"}"},
        {"\"\\\\u0070k_secret_key\"", "\"*******************\""},
        {"?a=%70k_secret_key&b=%70", "?a=***************&b=%70"},
        {"%2570k_secret_ke%79", "*******************"},
        {"pk_secret\\u005fkey \\n \\u00e9 %zz \\", "****************** \\n \\u00e9 %zz \\"},
        {"%%70k_secret_key%", "%***************%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        strcpy(text, cases[i].text);
        bool found = klv_mask(text, strlen(text), "pk_secret_key", 13);
        CHECK_TEXT(text, cases[i].masked);
        CHECK_INT(found, strcmp(text, cases[i].text) != 0);
    }
}

/* Text around a secret that makes an escape with its first or last characters hides nothing. */
static void borders(void) {
    static const struct {
        const char *text, *secret, *masked;
    } cases[] = {
        {"x%70abcdefghijk", "0abcdefghijk", "x**************"},
        {"x\\u0070abcdefghi", "0070abcdefghi", "x***************"},
        {"abcdefghijklm%25", "abcdefghijklm%2", "***************5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        strcpy(text, cases[i].text);
        klv_mask(text, strlen(text), cases[i].secret, strlen(cases[i].secret));
        CHECK(!strstr(text, cases[i].secret));
        CHECK_INT(strlen(text), strlen(cases[i].masked));
        CHECK(text[0] == 'x' || text[0] == '*');
    }
}

/* What is too short is no secret; long texts and secrets need memory. */
static void lengths(void) {
    static char text[5000], secret[600];
    strcpy(text, "\\\\\\\\%");
    klv_mask(text, 5, "\\\\\\\\", 4); /* ends, though without backslashes nothing is left of it */
    strcpy(text, "abc abc");
    CHECK(!klv_mask(text, 7, "abc", 3));
    memset(secret, 's', sizeof secret);
    memset(text, '%', sizeof text);
    memcpy(text + 100, secret, sizeof secret);
    memcpy(text + 1000, "%73", 3);
    memcpy(text + 1003, secret, sizeof secret - 1);
    CHECK(klv_mask(text, sizeof text, secret, sizeof secret));
    CHECK(!memchr(text, 's', sizeof text));
    CHECK(text[98] == '%' && text[100] == '*' && text[998] == '%' && text[1000] == '*');
}

void test_mask(void) {
    escapes();
    borders();
    lengths();
}
