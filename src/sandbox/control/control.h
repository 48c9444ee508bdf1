/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_CONTROL_H
#define SBX_CONTROL_CONTROL_H

#include <jansson.h>
#include "api/response.h"
#include "state/instance.h"
#include "api/shape.h"

SBX_HIDDEN_BEGIN

/* What the owner of a sandbox can do to it, over HTTP below /_sandbox/ and from Lua: both come
 * here, so that both are checked alike. */

/* One control request. The functions of the table run under the box's lock. */
typedef struct sbx_control {
    sbx_box *box;
    const char *id; /* of the path; "" for none */
    json_t *body;   /* an object, checked; an empty one for a GET */
    sbx_errors errors;
    sbx_text *out; /* the answer's JSON */
} sbx_control;

/* Runs `method path` (below /_sandbox/) with a body (NULL for none; borrowed) and fills the answer:
 * 200 with JSON, or errors. Takes the lock. */
void sbx_control_run(sbx_box *box, const char *method, const char *path, json_t *body,
                     sbx_answer *answer);

/* The same from a body as it came. */
void sbx_control_request(sbx_box *box, const char *method, const char *path, const char *body,
                         size_t size, sbx_answer *answer);

/* The functions behind the paths. */
void sbx_control_clock(sbx_control *control);
void sbx_control_clock_get(sbx_control *control);
void sbx_control_fault_add(sbx_control *control);
void sbx_control_faults_get(sbx_control *control);
void sbx_control_faults_clear(sbx_control *control);
void sbx_control_requests_get(sbx_control *control);
void sbx_control_requests_clear(sbx_control *control);
void sbx_control_reset(sbx_control *control);
void sbx_control_snapshot(sbx_control *control);
void sbx_control_restore(sbx_control *control);
void sbx_control_revoke(sbx_control *control);
void sbx_control_list(sbx_control *control);
void sbx_control_lists_get(sbx_control *control);
void sbx_control_tag(sbx_control *control);
void sbx_control_image(sbx_control *control);
void sbx_control_translation(sbx_control *control);
void sbx_control_tracking(sbx_control *control);
void sbx_control_message(sbx_control *control);
void sbx_control_campaigns(sbx_control *control);

/* The key of the resource that `member` of the body names, by a statement of (pk, ...); 0 when it
 * is absent, or after adding a 404. */
int64_t sbx_control_key(sbx_control *control, sbx_statement by_key, const char *member);

SBX_HIDDEN_END
#endif
