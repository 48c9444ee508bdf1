/* SPDX-License-Identifier: MIT */
#ifndef KLV_CONTENT_CODING_H
#define KLV_CONTENT_CODING_H

#include "internal.h"
#include "buffer.h"

KLV_PRIVATE_BEGIN

/*
 * Content codings of responses (RFC 9110 8.4.1), decoded with zlib while they arrive. libcurl could
 * decode them too, but would take a compressed body that was cut off for a whole one, and does not
 * bound what a few bytes become.
 */
typedef enum {
    KLV_CODING_NONE,
    KLV_CODING_GZIP,
    KLV_CODING_DEFLATE, /* the zlib format, or without its wrapper, as some servers send it */
    KLV_CODING_UNKNOWN  /* another one, or several */
} klv_coding;

/* The request header field that asks for what can be decoded. */
#define KLV_CODINGS_ACCEPTED "Accept-Encoding: gzip, deflate"

/* A body may become this many times as long, beyond the first KLV_CODING_FREE bytes. */
#define KLV_CODING_RATIO 100
#define KLV_CODING_FREE  ((size_t)1 << 20)

/* The coding that a Content-Encoding value names. */
klv_coding klv_coding_of(const char *value, size_t length);

typedef enum {
    KLV_DECODED,
    KLV_DECODE_TOO_LARGE, /* over the bound of the caller */
    KLV_DECODE_EXPANDS,   /* over KLV_CODING_RATIO */
    KLV_DECODE_DAMAGED,   /* not of that coding */
    KLV_DECODE_MEMORY     /* out of memory */
} klv_decode_result;

typedef struct klv_decoder klv_decoder;

/* `coding` is GZIP or DEFLATE. NULL: out of memory. */
klv_decoder *klv_decoder_new(klv_coding coding);

/* NULL is allowed. */
void klv_decoder_free(klv_decoder *decoder);

/* Decodes the next bytes and appends the result to `out`, which grows to `most` bytes. After any
 * other result than DECODED the decoder is to be freed. */
klv_decode_result klv_decoder_feed(klv_decoder *decoder, const void *bytes, size_t length,
                                   size_t most, klv_buffer *out);

/* Whether the body may end here: there was none, or it is whole. */
bool klv_decoder_may_end(const klv_decoder *decoder);

KLV_PRIVATE_END

#endif
