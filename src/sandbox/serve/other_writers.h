/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_OTHER_WRITERS_H
#define SBX_SERVE_OTHER_WRITERS_H

#include "resources/call.h"
#include "state/fault.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* Sends the requests of other writers that the fault asks for when this request arrives: a twin of
 * it, or the creation of a crowd of campaigns. */
void sbx_other_writers(sbx_instance *instance, const sbx_request *request, const sbx_fault *fault);

SBX_HIDDEN_END
#endif
