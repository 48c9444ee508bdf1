/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_NORMALISE_H
#define SBX_BASE_NORMALISE_H

#include <jansson.h>
#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* What services do to texts before they keep them. */
#define SBX_TRIM 1u /* white space at both ends goes */
#define SBX_NFC  2u /* Latin, Greek and Cyrillic letters are composed with the marks behind them */

/* Normalises every string value in a document, in place. One that cannot be (no memory) stays. */
void sbx_normalise(json_t *value, unsigned how);

SBX_HIDDEN_END
#endif
