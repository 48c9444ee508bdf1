/* SPDX-License-Identifier: MIT */
/*
 * A secret in any text, each of its characters escaped in any way, as often as the input says:
 * whatever a reader unescapes afterwards, it is not found.
 */
#include "check.h"
#include "../mask.h"

#include <stdbool.h>
#include <stdio.h>

#define LAYERS 4

typedef struct {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t next(input *in) {
    return in->size ? in->size--, *in->data++ : 0;
}

typedef struct {
    char bytes[4096];
    size_t length;
} text;

static void append(text *out, const char *bytes, size_t length) {
    if (out->length + length < sizeof out->bytes) {
        memcpy(out->bytes + out->length, bytes, length);
        out->length += length;
    }
}

/* Appends a character: as it is, or an escape whose characters may be escaped in turn. */
static void escape(text *out, input *in, char c, int depth) {
    static const char *const forms[] = {"%%%02x", "%%%02X", "\\u%04x", "\\u00%02X"};
    uint8_t how = depth ? next(in) % 8 : 7;
    char one[8] = {c, '\0'};
    if (how < 4) {
        snprintf(one, sizeof one, forms[how], (unsigned)(unsigned char)c);
        for (const char *at = one; *at; at++) {
            escape(out, in, *at, depth - 1);
        }
    } else if (how < 6 && (c == '\\' || c == '/' || c == '"')) {
        escape(out, in, '\\', depth - 1);
        append(out, one, 1);
    } else {
        append(out, one, 1);
    }
}

static int hex(const char *at, size_t digits) {
    char copy[5] = "";
    memcpy(copy, at, digits);
    return strspn(copy, "0123456789abcdefABCDEF") == digits ? (int)strtol(copy, NULL, 16) : -1;
}

/* One layer of escapes less, as a reader of a URL or of a JSON string does it. */
static void unescape(const text *from, text *to, bool url) {
    to->length = 0;
    for (size_t i = 0; i < from->length; i++) {
        const char *at = from->bytes + i;
        size_t rest = from->length - i;
        int number = -1;
        if (url && *at == '%' && rest >= 3) {
            number = hex(at + 1, 2);
            i += number < 0 ? 0 : 2;
        } else if (!url && *at == '\\' && rest >= 6 && at[1] == 'u') {
            number = hex(at + 2, 4);
            i += number < 0 ? 0 : 5;
        } else if (!url && *at == '\\' && rest >= 2 && strchr("\\/\"", at[1])) {
            number = at[1];
            i++;
        }
        to->bytes[to->length++] = number < 0 ? *at : (char)number;
    }
}

static void check_absent(const text *in, const char *secret, size_t length, int layers) {
    CHECK(!memmem(in->bytes, in->length, secret, length));
    for (int url = 0; url < 2 && layers; url++) {
        text *out = malloc(sizeof *out);
        CHECK(out);
        unescape(in, out, url);
        check_absent(out, secret, length, layers - 1);
        free(out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char alphabet[] = "pk_abcdef0123456789ABCDEFxyzut-.~+/=";
    input in = {data, size};
    char secret[48];
    size_t length = 12 + next(&in) % 36;
    memcpy(secret, "pk_",
           3); /* as the service's keys: no text before it makes an escape of these */
    for (size_t i = 3; i < length; i++) {
        secret[i] = alphabet[next(&in) % (sizeof alphabet - 1)];
    }
    text *out = calloc(1, sizeof *out);
    CHECK(out);
    size_t before = next(&in) % 16;
    for (size_t i = 0; i < before; i++) {
        char byte = (char)next(&in);
        append(out, &byte, 1);
    }
    for (size_t i = 0; i < length; i++) {
        escape(out, &in, secret[i], LAYERS - 2);
    }
    append(out, (const char *)in.data, in.size);
    size_t whole = out->length;
    klv_mask(out->bytes, out->length, secret, length);
    CHECK(out->length == whole);
    check_absent(out, secret, length, LAYERS);
    free(out);
    return 0;
}
