/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_SAVED_CLOCK_H
#define SBX_STATE_SAVED_CLOCK_H

#include "base/clock.h"
#include "state/settings.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* The clock in the store, so that a database that is opened again goes on from its own time. */

void sbx_saved_clock_write(sbx_store *store, const sbx_clock *clock);

/* Starts the clock at the time the settings name, else at the store's, else at the system's. */
void sbx_saved_clock_start(sbx_store *store, const sbx_settings *settings, sbx_clock *clock);

SBX_HIDDEN_END
#endif
