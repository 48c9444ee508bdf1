/* SPDX-License-Identifier: MIT */
/*
 * A base URL on the first line, a request target on the rest: whatever is accepted is of the base's
 * origin as libcurl parses it, because libcurl sends the key there.
 */
#include "same_server.h"
#include "../url.h"

static void check_target(const klv_base *base, const char *target, size_t length) {
    klv_buffer url = {0};
    klv_error error = {0};
    if (klv_base_resolve(base, target, length, &url, &error)) {
        CHECK(strlen(url.data) == url.length);
        for (size_t i = 0; i < url.length; i++) {
            CHECK((unsigned char)url.data[i] > ' ' && (unsigned char)url.data[i] < 0x7f);
        }
        check_same_server(url.data, base->origin);
    } else {
        CHECK(error.kind == KLV_ERROR_ORIGIN || error.kind == KLV_ERROR_VALIDATION);
        CHECK(error.message[0]);
    }
    klv_buffer_free(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    if (!end || size > 1024) {
        return 0;
    }
    size_t length = (size_t)(end - data), rest = size - length - 1;
    char *url = malloc(length + 1), *target = malloc(rest + 1);
    CHECK(url && target);
    memcpy(url, data, length);
    url[length] = '\0';
    memcpy(target, end + 1, rest);
    target[rest] = '\0';
    klv_base base = {0};
    klv_error error = {0};
    if (klv_base_parse(&base, url, false, &error)) {
        CHECK(base.tls || base.loopback);
        check_target(&base, target, rest);
    } else {
        CHECK(error.kind == KLV_ERROR_ORIGIN || error.kind == KLV_ERROR_VALIDATION);
        CHECK(error.message[0]);
    }
    klv_base_free(&base);
    free(url);
    free(target);
    return 0;
}
