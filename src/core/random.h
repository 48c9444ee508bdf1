/* SPDX-License-Identifier: MIT */
#ifndef KLV_RANDOM_H
#define KLV_RANDOM_H

#include "internal.h"

#include <stdint.h>

KLV_PRIVATE_BEGIN

/* The next number in [0, 1) of a sequence (splitmix64) that begins with any value of *state. For
 * jitter, not for secrets. */
double klv_random_next(uint64_t *state);

KLV_PRIVATE_END

#endif
