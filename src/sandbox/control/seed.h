/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_SEED_H
#define SBX_CONTROL_SEED_H

#include "control/request.h"

SBX_HIDDEN_BEGIN

/* Seeds what the API reads but cannot create: lists and segments, templates, metrics, the
 * account, tags, images, translations, UTM parameters. */
void sbx_control_list(sbx_control *control);
void sbx_control_segment(sbx_control *control);
void sbx_control_template(sbx_control *control);
void sbx_control_metric(sbx_control *control);
void sbx_control_account(sbx_control *control);
void sbx_control_lists_get(sbx_control *control);
void sbx_control_tag(sbx_control *control);
void sbx_control_image(sbx_control *control);
void sbx_control_translation(sbx_control *control);
void sbx_control_tracking(sbx_control *control);

SBX_HIDDEN_END
#endif
