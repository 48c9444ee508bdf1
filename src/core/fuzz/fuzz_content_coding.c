/* SPDX-License-Identifier: MIT */
/*
 * A compressed body of any bytes. The first byte is the coding, the second how long the pieces are
 * in which it comes: the result is the same as in one piece, and never longer than its bound.
 */
#include "check.h"
#include "../content_coding.h"

#define FIRST 2
#define MOST  5000

static klv_decode_result decode(klv_coding coding, const uint8_t *data, size_t size, size_t step,
                                klv_buffer *out, bool *whole) {
    klv_decode_result result = KLV_DECODED;
    klv_decoder *decoder = klv_decoder_new(coding);
    CHECK(decoder);
    for (size_t at = 0; at < size && result == KLV_DECODED; at += step) {
        size_t length = size - at < step ? size - at : step;
        uint8_t *piece = malloc(length); /* so that the sanitizer detects a read beyond it */
        CHECK(piece);
        memcpy(piece, data + at, length);
        result = klv_decoder_feed(decoder, piece, length, MOST, out);
        free(piece);
    }
    *whole = klv_decoder_may_end(decoder);
    klv_decoder_free(decoder);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < FIRST) {
        return 0;
    }
    klv_coding coding = data[0] & 1 ? KLV_CODING_DEFLATE : KLV_CODING_GZIP;
    klv_buffer out = {0}, pieces = {0};
    bool whole, whole_pieces;
    klv_decode_result result = decode(coding, data + FIRST, size - FIRST, size, &out, &whole);
    CHECK(out.length <= MOST + 1 && (out.length <= MOST) == (result != KLV_DECODE_TOO_LARGE));
    CHECK(result ==
          decode(coding, data + FIRST, size - FIRST, data[1] % 64u + 1, &pieces, &whole_pieces));
    CHECK(result != KLV_DECODED ||
          (whole == whole_pieces && out.length == pieces.length &&
           (!out.length || memcmp(out.data, pieces.data, out.length) == 0)));
    klv_buffer_free(&out);
    klv_buffer_free(&pieces);
    return 0;
}
