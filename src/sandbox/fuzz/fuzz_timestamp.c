/* SPDX-License-Identifier: MIT */
/* A date-time that parses must be written in a form that parses to the same instant; and for any
 * bytes that parse as a zone, local times and instants must convert back and forth. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/timestamp.h"
#include "base/zone.h"

static void fuzz_require(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void read_time(const char *text, size_t size) {
    int64_t time, again;
    char out[SBX_TIME_SIZE];
    if (sbx_time_parse(text, size, &time) == NULL) {
        fuzz_require(time >= SBX_TIME_MIN && time <= SBX_TIME_MAX, "out of range");
        sbx_time_format(time, out);
        fuzz_require(strlen(out) == SBX_TIME_SIZE - 1, "length");
        fuzz_require(sbx_time_parse(out, strlen(out), &again) == NULL && again == time, "again");
    }
    if (sbx_date_parse(text, size, &time) == NULL) {
        sbx_time_format(time, out);
        fuzz_require(size == 10 && memcmp(out, text, size) == 0, "date");
    }
}

static void read_zone(const uint8_t *data, size_t size) {
    static const int64_t instants[] = {
        SBX_TIME_MIN, INT64_C(-1), 0, INT64_C(1790000000000000), INT64_C(4102444800000000),
        SBX_TIME_MAX};
    sbx_zone *zone = NULL;
    if (sbx_zone_parse("fuzz", data, size, &zone) != SBX_ZONE_OK)
        return;
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        int64_t local = sbx_zone_local(zone, instants[i]);
        int64_t offset = local - instants[i];
        fuzz_require(offset >= -26 * SBX_HOUR && offset <= 26 * SBX_HOUR, "offset");
        sbx_zone_instant(zone, local);
    }
    sbx_zone_free(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *copy =
        malloc(size ? size : 1); /* of the exact size, so that the sanitizer sees overruns */
    fuzz_require(copy != NULL, "malloc");
    memcpy(copy, data, size);
    read_time((const char *)copy, size);
    read_zone(copy, size);
    free(copy);
    return 0;
}
