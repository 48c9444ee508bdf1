/* SPDX-License-Identifier: MIT */
#include "units.h"

#include "../../../src/core/content_coding.h"

#include <zlib.h>

enum { GZIP = MAX_WBITS + 16, ZLIB = MAX_WBITS, PLAIN = -MAX_WBITS };

static size_t compress_text(const char *text, size_t length, int bits, unsigned char *out,
                            size_t size) {
    z_stream stream = {0};
    CHECK(deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)text;
    stream.avail_in = (unsigned)length;
    stream.next_out = out;
    stream.avail_out = (unsigned)size;
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    return size - stream.avail_out;
}

/* Decodes in pieces of `step` bytes; the last one may be shorter. */
static klv_decode_result decode(klv_coding coding, const unsigned char *bytes, size_t length,
                                size_t step, size_t most, klv_buffer *out, bool *whole) {
    klv_decoder *decoder = klv_decoder_new(coding);
    klv_decode_result result = KLV_DECODED;
    for (size_t at = 0; at < length && result == KLV_DECODED; at += step) {
        size_t rest = length - at;
        result = klv_decoder_feed(decoder, bytes + at, rest < step ? rest : step, most, out);
    }
    *whole = klv_decoder_may_end(decoder);
    klv_decoder_free(decoder);
    return result;
}

static const char TEXT[] = "{\"data\":{\"type\":\"campaign\",\"id\":\"1\"}}";
static const size_t LENGTH = sizeof TEXT - 1;

static void names(void) {
    static const struct {
        const char *value;
        klv_coding coding;
    } cases[] = {
        {"", KLV_CODING_NONE},
        {"identity", KLV_CODING_NONE},
        {"gzip", KLV_CODING_GZIP},
        {"X-GZip", KLV_CODING_GZIP},
        {"deflate", KLV_CODING_DEFLATE},
        {"br", KLV_CODING_UNKNOWN},
        {"gzip, gzip", KLV_CODING_UNKNOWN},
        {"gz", KLV_CODING_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(klv_coding_of(cases[i].value, strlen(cases[i].value)), cases[i].coding);
    }
}

/* Each coding, in pieces of each length, and cut off at each byte. */
static void pieces_and_cuts(void) {
    static const struct {
        klv_coding coding;
        int bits;
    } cases[] = {{KLV_CODING_GZIP, GZIP}, {KLV_CODING_DEFLATE, ZLIB}, {KLV_CODING_DEFLATE, PLAIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[256];
        size_t length = compress_text(TEXT, LENGTH, cases[i].bits, bytes, sizeof bytes);
        for (size_t step = 1; step <= length; step++) {
            klv_buffer out = {0};
            bool whole;
            CHECK_INT(decode(cases[i].coding, bytes, length, step, LENGTH, &out, &whole),
                      KLV_DECODED);
            CHECK(whole && out.length == LENGTH && memcmp(out.data, TEXT, LENGTH) == 0);
            klv_buffer_free(&out);
            CHECK_INT(decode(cases[i].coding, bytes, length, step, LENGTH - 1, &out, &whole),
                      KLV_DECODE_TOO_LARGE);
            klv_buffer_free(&out);
        }
        for (size_t cut = 1; cut < length; cut++) {
            klv_buffer out = {0};
            bool whole;
            CHECK_INT(decode(cases[i].coding, bytes, cut, cut, LENGTH, &out, &whole), KLV_DECODED);
            CHECK(!whole);
            klv_buffer_free(&out);
        }
    }
}

static void members(void) {
    unsigned char bytes[512];
    size_t length = compress_text(TEXT, LENGTH, GZIP, bytes, sizeof bytes / 2);
    memcpy(bytes + length, bytes, length);
    klv_buffer out = {0};
    bool whole;
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, 2 * length, 7, 1000, &out, &whole), KLV_DECODED);
    CHECK(whole && out.length == 2 * LENGTH);
    klv_buffer_free(&out);
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length + 5, 7, 1000, &out, &whole), KLV_DECODED);
    CHECK(!whole);
    klv_buffer_free(&out);
    bytes[length] = 'x';
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length + 5, 7, 1000, &out, &whole),
              KLV_DECODE_DAMAGED);
    klv_buffer_free(&out);
    length = compress_text(TEXT, LENGTH, ZLIB, bytes, sizeof bytes);
    CHECK_INT(decode(KLV_CODING_DEFLATE, bytes, length + 1, 7, 1000, &out, &whole),
              KLV_DECODE_DAMAGED);
    klv_buffer_free(&out);
}

static void damage(void) {
    unsigned char bytes[256];
    size_t length = compress_text(TEXT, LENGTH, GZIP, bytes, sizeof bytes);
    bytes[length - 6] ^= 1; /* of the checksum */
    klv_buffer out = {0};
    bool whole;
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length, 3, 1000, &out, &whole), KLV_DECODE_DAMAGED);
    klv_buffer_free(&out);
    CHECK_INT(
        decode(KLV_CODING_GZIP, (const unsigned char *)TEXT, LENGTH, LENGTH, 1000, &out, &whole),
        KLV_DECODE_DAMAGED);
    klv_buffer_free(&out);
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, 0, 1, 1000, &out, &whole), KLV_DECODED);
    CHECK(whole);
}

/* Memory stays near what came, whatever it would become. */
static void expansion(void) {
    static char zeros[KLV_CODING_FREE * 16];
    static unsigned char bytes[sizeof zeros / 500];
    size_t length = compress_text(zeros, sizeof zeros, GZIP, bytes, sizeof bytes);
    klv_buffer out = {0};
    bool whole;
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length, length, (size_t)1 << 30, &out, &whole),
              KLV_DECODE_EXPANDS);
    CHECK(out.capacity <= 2 * (KLV_CODING_FREE + length * KLV_CODING_RATIO));
    klv_buffer_free(&out);
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length, length, 1000, &out, &whole),
              KLV_DECODE_TOO_LARGE);
    CHECK_INT(out.length, 1001);
    klv_buffer_free(&out);
    /* what is free does not count */
    length = compress_text(zeros, KLV_CODING_FREE, GZIP, bytes, sizeof bytes);
    CHECK_INT(decode(KLV_CODING_GZIP, bytes, length, 1, (size_t)1 << 30, &out, &whole),
              KLV_DECODED);
    CHECK(whole && out.length == KLV_CODING_FREE);
    klv_buffer_free(&out);
}

void test_content_coding(void) {
    names();
    pieces_and_cuts();
    members();
    damage();
    expansion();
}
