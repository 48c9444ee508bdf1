/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_LIFECYCLE_H
#define SBX_SENDS_LIFECYCLE_H

#include <jansson.h>
#include "sends/send_schedule.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* What happens to a message by itself: SCHEDULED -> SENDING -> SENT, as its plan says. Nothing runs
 * in the background: before anything looks at the store, it is brought to the clock's time. */

/* Brings every message to `now`, in a transaction of its own when there is anything to do. False
 * when the store failed. */
bool sbx_lifecycle_catch_up(sbx_box *box, int64_t now);
/* The same within the caller's transaction. */
bool sbx_lifecycle_settle(sbx_box *box, int64_t now);

/* Reads the earliest coming event of all messages anew. */
void sbx_lifecycle_refresh(sbx_box *box);

/* The plan of a message as text, for the store: everything sbx_plan_make needs. NULL when memory
 * was at its end; free with free(). */
char *sbx_plan_store(const sbx_plan_request *request);
/* The reverse. False when the text is none of ours or memory was at its end. */
bool sbx_plan_load(sbx_box *box, const char *stored, sbx_plan *plan);

SBX_HIDDEN_END
#endif
