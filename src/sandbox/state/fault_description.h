/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_FAULT_DESCRIPTION_H
#define SBX_STATE_FAULT_DESCRIPTION_H

#include <jansson.h>
#include "base/errors.h"
#include "base/visibility.h"
#include "state/fault.h"

SBX_HIDDEN_BEGIN

/* The words that a description may have for these members, in the order of the enums; NULL at the
 * end. */
extern const char *const sbx_broken_words[], *const sbx_gateway_words[], *const sbx_twin_words[];

/* Reads a fault from its description, which was validated before. Adds what is wrong to errors and
 * returns NULL then. */
sbx_fault *sbx_fault_read(json_t *description, sbx_errors *errors);

SBX_HIDDEN_END
#endif
