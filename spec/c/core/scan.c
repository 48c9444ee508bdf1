/* SPDX-License-Identifier: MIT */
/* The scan of strings without SSE2; every other spec covers the one with it. */
#undef __SSE2__
#include "../../../src/core/json_string.h"

#include "units.h"

#include <stdlib.h>

static unsigned wanted(const unsigned char *bytes) {
    unsigned specials = 0;
    for (int i = 0; i < 16; i++) {
        bool special = bytes[i] < ' ' || bytes[i] >= 0x80 || bytes[i] == '"' || bytes[i] == '\\';
        specials |= (unsigned)special << i;
    }
    return specials;
}

void test_scan(void) {
    static const char edges[] = "\"\\ !#[]\x1f\x7f\x80\xff";
    unsigned char bytes[16] = {0};
    int differ = 0;
    for (int byte = 0; byte < 256; byte++) {
        for (int position = 0; position < 16; position++) {
            for (size_t edge = 0; edge < sizeof edges; edge++) {
                memset(bytes, edges[edge], sizeof bytes);
                bytes[position] = (unsigned char)byte;
                differ += klv_json_specials((const char *)bytes) != wanted(bytes);
            }
        }
    }
    for (int i = 0; i < 100000; i++) {
        bytes[rand() % 16] =
            (unsigned char)(rand() % 2 ? rand() : edges[rand() % (int)sizeof edges]);
        differ += klv_json_specials((const char *)bytes) != wanted(bytes);
    }
    CHECK_INT(differ, 0);
}
