/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_NORMALISE_H
#define SBX_BASE_NORMALISE_H

#include <jansson.h>
#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Changes that services make to strings before they store them. */
#define SBX_TRIM 1u /* removes white space at both ends */
#define SBX_NFC                                                                                    \
    2u /* composes Latin, Greek and Cyrillic letters with the combining marks after them */

/* Normalises every string value in a document, in place. Leaves a string alone when out of memory.
 */
void sbx_normalise(json_t *value, unsigned how);

SBX_HIDDEN_END
#endif
