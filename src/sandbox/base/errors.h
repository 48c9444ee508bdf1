/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_ERRORS_H
#define SBX_BASE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* What an error points at. */
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

/* The errors of one answer, in the order found. Zeroed by its owner, freed with sbx_errors_free.
 * At most SBX_ERRORS_MAX are kept: a hostile body must not make a hostile answer. */
#define SBX_ERRORS_MAX 100
typedef struct sbx_errors {
    sbx_error *list;
    size_t count;
    size_t room;
    bool failed; /* out of memory while collecting */
} sbx_errors;

void sbx_errors_free(sbx_errors *errors);

/* Adds one error. `code` and `title` are borrowed for ever (string literals); `where` (NULL:
 * nothing is pointed at) and the formatted detail are copied. Returns false always, so that a check
 * can end with it. */
bool sbx_errors_add(sbx_errors *errors, int status, const char *code, const char *title,
                    sbx_source source, const char *where, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/* The usual kinds. */
#define sbx_invalid(errors, pointer, ...)                                                          \
    sbx_errors_add(errors, 400, "invalid", "Invalid input.", SBX_SOURCE_POINTER, pointer,          \
                   __VA_ARGS__)
#define sbx_bad_parameter(errors, parameter, ...)                                                  \
    sbx_errors_add(errors, 400, "invalid", "Invalid input.", SBX_SOURCE_PARAMETER, parameter,      \
                   __VA_ARGS__)
#define sbx_conflict(errors, pointer, ...)                                                         \
    sbx_errors_add(errors, 409, "conflict", "Conflict.", SBX_SOURCE_POINTER, pointer, __VA_ARGS__)

/* The status of an answer that carries these errors: theirs when they agree, else 400. */
int sbx_errors_status(const sbx_errors *errors);

/* Writes the JSON:API document. `id` is a prefix unique to the request. */
void sbx_errors_write(const sbx_errors *errors, const char *id, sbx_text *out);

SBX_HIDDEN_END
#endif
