/* SPDX-License-Identifier: MIT */
#include "buffer.h"
#include "document.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool klv_buffer_reserve(klv_buffer *buffer, size_t length) {
    if (length > SIZE_MAX / 2) {
        return false;
    }
    size_t wanted = length + KLV_DOCUMENT_PADDING;
    if (wanted <= buffer->capacity) {
        return true;
    }
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < wanted) {
        capacity = wanted;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool klv_buffer_append(klv_buffer *buffer, const void *bytes, size_t length) {
    if (length > SIZE_MAX / 4 || !klv_buffer_reserve(buffer, buffer->length + length)) {
        return false;
    }
    if (length) {
        memcpy(buffer->data + buffer->length, bytes, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return true;
}

bool klv_buffer_puts(klv_buffer *buffer, const char *text) {
    return klv_buffer_append(buffer, text, strlen(text));
}

char *klv_buffer_take(klv_buffer *buffer) {
    char *data = buffer->data;
    *buffer = (klv_buffer){0};
    return data;
}

void klv_buffer_free(klv_buffer *buffer) {
    free(buffer->data);
    *buffer = (klv_buffer){0};
}

void klv_zeroize(void *memory, size_t length) {
    volatile unsigned char *byte = memory;
    while (length--) {
        *byte++ = 0;
    }
}

void klv_buffer_zeroize(klv_buffer *buffer) {
    if (buffer->data) {
        klv_zeroize(buffer->data, buffer->capacity);
    }
    klv_buffer_free(buffer);
}
