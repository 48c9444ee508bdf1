/* SPDX-License-Identifier: MIT */
#include "content_coding.h"
#include "document.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ZLIB_CONST
#include <zlib.h>

/* Output is asked for in steps of at least this many bytes. */
#define STEP ((size_t)16 << 10)

/* The window bits of inflateInit2 for the largest window: with gzip's header, zlib's, or none. */
enum { GZIP_BITS = MAX_WBITS + 16, ZLIB_BITS = MAX_WBITS, PLAIN_BITS = -MAX_WBITS };

struct klv_decoder {
    z_stream stream;
    klv_coding coding;
    bool started; /* the stream is initialised */
    bool ended;   /* the last byte was the last one of the body, or of a member of gzip */
    unsigned char head[2];
    size_t head_length; /* of a deflate body: these bytes tell whether zlib's header comes first */
    size_t received;
};

klv_coding klv_coding_of(const char *value, size_t length) {
#define IS(text) (length == sizeof text - 1 && strncasecmp(value, text, length) == 0)
    return length == 0 || IS("identity") ? KLV_CODING_NONE
           : IS("gzip") || IS("x-gzip")  ? KLV_CODING_GZIP
           : IS("deflate")               ? KLV_CODING_DEFLATE
                                         : KLV_CODING_UNKNOWN;
#undef IS
}

klv_decoder *klv_decoder_new(klv_coding coding) {
    klv_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) {
        return NULL;
    }
    decoder->coding = coding;
    if (coding == KLV_CODING_GZIP) {
        decoder->started = inflateInit2(&decoder->stream, GZIP_BITS) == Z_OK;
        if (!decoder->started) {
            free(decoder);
            return NULL;
        }
    }
    return decoder;
}

void klv_decoder_free(klv_decoder *decoder) {
    if (decoder && decoder->started) {
        inflateEnd(&decoder->stream);
    }
    free(decoder);
}

/* The next member of a gzip body follows the end of one (RFC 1952 2.2); nothing follows deflate. */
static bool begin_member(klv_decoder *decoder) {
    decoder->ended = false;
    return decoder->coding == KLV_CODING_GZIP && inflateReset(&decoder->stream) == Z_OK;
}

/* Appends up to `most` bytes in total; one more shows that there are too many. */
static klv_decode_result inflate_some(klv_decoder *decoder, size_t most, klv_buffer *out) {
    z_stream *stream = &decoder->stream;
    size_t room = most + 1 - out->length, step = room < STEP ? room : STEP;
    if (!klv_buffer_reserve(out, out->length + step)) {
        return KLV_DECODE_MEMORY;
    }
    size_t spare = out->capacity - KLV_DOCUMENT_PADDING - out->length;
    spare = spare < room ? spare : room;
    stream->next_out = (unsigned char *)out->data + out->length;
    stream->avail_out = spare < UINT_MAX ? (unsigned)spare : UINT_MAX;
    unsigned before = stream->avail_out;
    int code = inflate(stream, Z_NO_FLUSH);
    out->length += before - stream->avail_out;
    decoder->ended = code == Z_STREAM_END;
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? KLV_DECODED
           : code == Z_MEM_ERROR                                       ? KLV_DECODE_MEMORY
                                                                       : KLV_DECODE_DAMAGED;
}

static klv_decode_result inflate_all(klv_decoder *decoder, const unsigned char *bytes,
                                     size_t length, size_t most, klv_buffer *out) {
    z_stream *stream = &decoder->stream;
    size_t expanded =
        decoder->received > most / KLV_CODING_RATIO ? most : decoder->received * KLV_CODING_RATIO;
    expanded = expanded < KLV_CODING_FREE ? KLV_CODING_FREE : expanded;
    size_t bound = expanded < most ? expanded : most;
    klv_decode_result over = bound < most ? KLV_DECODE_EXPANDS : KLV_DECODE_TOO_LARGE;
    klv_decode_result result = KLV_DECODED;
    stream->next_in = bytes;
    stream->avail_in = (unsigned)length;
    do {
        if (decoder->ended && !begin_member(decoder)) {
            return KLV_DECODE_DAMAGED;
        }
        result = inflate_some(decoder, bound, out);
        if (out->length > bound) {
            return over;
        }
        /* no room was left for all of it: there may be more without further input */
    } while (result == KLV_DECODED &&
             (stream->avail_in || (!stream->avail_out && !decoder->ended)));
    return result;
}

/* Whether these are the two bytes of zlib's header (RFC 1950 2.2). */
static bool is_zlib(const unsigned char head[2]) {
    return (head[0] & 15) == Z_DEFLATED && (head[0] << 8 | head[1]) % 31 == 0;
}

/* Decides about the wrapper of a deflate body once two bytes are there. Takes bytes from the input;
 * with DECODED and `started` false it needs more of them. */
static klv_decode_result start_deflate(klv_decoder *decoder, const unsigned char **bytes,
                                       size_t *length) {
    while (*length && decoder->head_length < 2) {
        decoder->head[decoder->head_length++] = *(*bytes)++;
        (*length)--;
    }
    if (decoder->head_length == 2) {
        int bits = is_zlib(decoder->head) ? ZLIB_BITS : PLAIN_BITS;
        decoder->started = inflateInit2(&decoder->stream, bits) == Z_OK;
        return decoder->started ? KLV_DECODED : KLV_DECODE_MEMORY;
    }
    return KLV_DECODED;
}

klv_decode_result klv_decoder_feed(klv_decoder *decoder, const void *bytes, size_t length,
                                   size_t most, klv_buffer *out) {
    const unsigned char *at = bytes;
    klv_decode_result result = KLV_DECODED;
    if (!length) {
        return result;
    }
    if (length > UINT_MAX || most > SIZE_MAX / 4) {
        return KLV_DECODE_TOO_LARGE;
    }
    decoder->received += length;
    if (!decoder->started) {
        result = start_deflate(decoder, &at, &length);
        if (result != KLV_DECODED || !decoder->started) {
            return result;
        }
        result = inflate_all(decoder, decoder->head, sizeof decoder->head, most, out);
    }
    return result == KLV_DECODED && length ? inflate_all(decoder, at, length, most, out) : result;
}

bool klv_decoder_may_end(const klv_decoder *decoder) {
    return decoder->ended || !decoder->received;
}
