/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_PROGRESS_H
#define SBX_CONTROL_PROGRESS_H

#include "control/request.h"

SBX_HIDDEN_BEGIN

/* The progress of sends: of one message, and of the newest campaigns for the web page. */
void sbx_control_message(sbx_control *control);
void sbx_control_campaigns(sbx_control *control);

SBX_HIDDEN_END
#endif
