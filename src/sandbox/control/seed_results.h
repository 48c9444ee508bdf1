/* SPDX-License-Identifier: MIT */
#ifndef SBX_CONTROL_SEED_RESULTS_H
#define SBX_CONTROL_SEED_RESULTS_H

#include "control/request.h"

SBX_HIDDEN_BEGIN

/* Seeds results: of an A/B test, one number for each variation, in their order; and the rates that
 * reports show of a campaign, a message or a variation. */
void sbx_control_results(sbx_control *control);

SBX_HIDDEN_END
#endif
