/* SPDX-License-Identifier: MIT */
#ifndef KLV_BUFFER_H
#define KLV_BUFFER_H

#include "internal.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/* Bytes that grow. Zero-initialised is empty. The owner of the struct owns `data`. */
typedef struct {
    char *data;
    size_t length;
    size_t capacity;
} klv_buffer;

/* Room for `length` bytes in all plus KLV_DOCUMENT_PADDING behind them. False: out of memory,
 * nothing changed. */
bool klv_buffer_reserve(klv_buffer *buffer, size_t length);

/* Appends a copy and keeps a NUL behind the end. False: out of memory, nothing changed. */
bool klv_buffer_append(klv_buffer *buffer, const void *bytes, size_t length);

/* Appends a C string. */
bool klv_buffer_puts(klv_buffer *buffer, const char *text);

/* Hands the bytes to the caller, who frees them; the buffer is empty afterwards. */
char *klv_buffer_take(klv_buffer *buffer);

void klv_buffer_free(klv_buffer *buffer);

/* Overwrites with zeros in a way that the compiler keeps, then frees. For anything that held a
 * credential. */
void klv_buffer_burn(klv_buffer *buffer);

/* memset(0) that is not optimised away. */
void klv_burn(void *memory, size_t length);

KLV_PRIVATE_END

#endif
