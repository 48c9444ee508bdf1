/* SPDX-License-Identifier: MIT */
#ifndef KLV_JSON_NUMBER_H
#define KLV_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_string.h"

KLV_PRIVATE_BEGIN

/*
 * Returns the byte after the number that begins at `at` (a digit or a minus); NULL with *fault
 * filled if it is not a number. *integer: it has neither fraction nor exponent and fits int64.
 * The caller checks what follows.
 */
const char *klv_json_number_end(const char *at, bool *integer, klv_json_fault *fault);

/* The value of a checked number for which `integer` was set. */
int64_t klv_json_to_integer(const char *at, size_t length);

/* The nearest double to a checked number, in any locale; infinite beyond the range. */
double klv_json_to_double(const char *at, size_t length);

KLV_PRIVATE_END

#endif
