/* SPDX-License-Identifier: MIT */
#ifndef KLV_BUFFER_H
#define KLV_BUFFER_H

#include "internal.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/* A growing byte buffer. Zero-initialised is empty. The owner of the struct owns `data`. */
typedef struct {
    char *data;
    size_t length;
    size_t capacity;
} klv_buffer;

/* Makes room for `length` bytes in total, and KLV_DOCUMENT_PADDING after them. False: out of
 * memory, nothing has changed. */
bool klv_buffer_reserve(klv_buffer *buffer, size_t length);

/* Appends a copy; a NUL follows the last byte. False: out of memory, nothing has changed. */
bool klv_buffer_append(klv_buffer *buffer, const void *bytes, size_t length);

/* Appends a C string. */
bool klv_buffer_puts(klv_buffer *buffer, const char *text);

/* Hands the bytes to the caller, who frees them; the buffer is empty afterwards. */
char *klv_buffer_take(klv_buffer *buffer);

void klv_buffer_free(klv_buffer *buffer);

/* Zeroizes, then frees. For anything that contained a credential. */
void klv_buffer_zeroize(klv_buffer *buffer);

/* memset to 0 that the compiler cannot remove. */
void klv_zeroize(void *memory, size_t length);

KLV_PRIVATE_END

#endif
