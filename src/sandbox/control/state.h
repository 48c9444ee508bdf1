/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_STATE_H
#define SBX_CONTROL_STATE_H

#include "control/request.h"

SBX_HIDDEN_BEGIN

/* Control of the sandbox itself: clock, faults, journal, credentials, snapshots. */
void sbx_control_clock(sbx_control *control);
void sbx_control_clock_get(sbx_control *control);
void sbx_control_fault_add(sbx_control *control);
void sbx_control_faults_get(sbx_control *control);
void sbx_control_faults_clear(sbx_control *control);
void sbx_control_requests_get(sbx_control *control);
void sbx_control_requests_clear(sbx_control *control);
void sbx_control_effects_get(sbx_control *control);
void sbx_control_reset(sbx_control *control);
void sbx_control_snapshot(sbx_control *control);
void sbx_control_restore(sbx_control *control);
void sbx_control_revoke(sbx_control *control);

SBX_HIDDEN_END
#endif
