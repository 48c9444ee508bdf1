/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_OTHER_WRITERS_H
#define SBX_SERVE_OTHER_WRITERS_H

#include "resources/call.h"
#include "state/fault.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* Does what the fault says that other writers do when this request arrives: sends a twin of it, or
 * creates a crowd of campaigns. */
void sbx_other_writers(sbx_instance *instance, const sbx_request *request, const sbx_fault *fault);

SBX_HIDDEN_END
#endif
