/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ERRORS_H
#define SBX_BASE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The kind of place that an error points at. */
typedef enum sbx_source {
    SBX_SOURCE_NONE,
    SBX_SOURCE_POINTER,
    SBX_SOURCE_PARAMETER,
    SBX_SOURCE_HEADER
} sbx_source;

typedef struct sbx_error {
    int status;
    const char *code;  /* static */
    const char *title; /* static */
    char *detail;
    sbx_source source;
    char *where; /* pointer, parameter or header; NULL for none */
} sbx_error;

/* The errors of one response, in the order found. Zeroed by its owner, freed with sbx_errors_free.
 * At most SBX_ERRORS_MAX are kept, which bounds the response to a hostile body. */
#define SBX_ERRORS_MAX 100
typedef struct sbx_errors {
    sbx_error *list;
    size_t count;
    size_t room;
    bool failed; /* an error was lost: out of memory */
} sbx_errors;

void sbx_errors_free(sbx_errors *errors);

/* Adds one error. `code` and `title` are borrowed and must be string literals; `where` (NULL: no
 * source) and the formatted detail are copied. Always returns false, so that a check can end with
 * it. */
bool sbx_errors_add(sbx_errors *errors, int status, const char *code, const char *title,
                    sbx_source source, const char *where, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/* The two most frequent kinds. */
#define sbx_invalid(errors, pointer, ...)                                                          \
    sbx_errors_add(errors, 400, "invalid", "Invalid input.", SBX_SOURCE_POINTER, pointer,          \
                   __VA_ARGS__)
#define sbx_bad_parameter(errors, parameter, ...)                                                  \
    sbx_errors_add(errors, 400, "invalid", "Invalid input.", SBX_SOURCE_PARAMETER, parameter,      \
                   __VA_ARGS__)
#define sbx_conflict(errors, pointer, ...)                                                         \
    sbx_errors_add(errors, 409, "conflict", "Conflict.", SBX_SOURCE_POINTER, pointer, __VA_ARGS__)

/* Returns the status of a response with these errors: their own when they all agree, else 400. */
int sbx_errors_status(const sbx_errors *errors);

/* Writes the JSON:API document. `id` is unique to the request and becomes the prefix of the ids of
 * the errors. */
void sbx_errors_write(const sbx_errors *errors, const char *id, sbx_text *out);

SBX_HIDDEN_END
#endif
