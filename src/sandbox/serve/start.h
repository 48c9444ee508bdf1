/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_START_H
#define SBX_SERVE_START_H

#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* A sandbox from its start to its end. */

/* Opens the store and starts to serve. Takes the settings over, in every case. NULL, with a kind
 * ("storage", "tls", "listen", "memory") and a sentence that the caller frees (NULL: out of
 * memory). */
sbx_box *sbx_box_start(sbx_settings *settings, const char **kind, char **problem);
/* Ends it: the server first, then the store. NULL is let pass. */
void sbx_box_stop(sbx_box *box);
void sbx_settings_free(sbx_settings *settings);

SBX_HIDDEN_END
#endif
