/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_REQUEST_H
#define SBX_CONTROL_REQUEST_H

#include <jansson.h>
#include "base/errors.h"
#include "base/text.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* One control request. Its handler runs under the instance's lock. */
typedef struct sbx_control {
    sbx_instance *instance;
    const char *id; /* of the path; "" for none */
    json_t *body;   /* an object that was validated; an empty one for a GET */
    sbx_errors errors;
    sbx_text *out; /* the JSON of the response */
} sbx_control;

/* Returns the text of a member of the body, or `otherwise`. */
const char *sbx_control_text(sbx_control *control, const char *member, const char *otherwise);

/* Returns the key of the resource that `member` of the body names, by a statement of (pk, ...); 0
 * when the member is absent, or after adding a 404. */
int64_t sbx_control_key(sbx_control *control, sbx_statement by_key, const char *member);

SBX_HIDDEN_END
#endif
