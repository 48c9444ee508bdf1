/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_REPORT_STATISTICS_H
#define SBX_RESOURCES_REPORT_STATISTICS_H

#include <jansson.h>
#include "sends/results.h"

SBX_HIDDEN_BEGIN

/* Returns the statistics of a report with these names, as an object that the caller releases. Null
 * is what the channel does not have, and a rate of nothing. */
json_t *sbx_statistics_of(const sbx_tally *tally, json_t *names);

SBX_HIDDEN_END
#endif
