/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_PERSIST_H
#define SBX_STATE_PERSIST_H

#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* What outlives a moment: the clock in the store, snapshots of everything, and a fresh start. All
 * of it under the box's lock. */

/* Writes the clock into the store, so that it goes on from there when the file is opened again. */
void sbx_persist_clock(sbx_box *box);
/* Sets the clock as the settings say, else as the store remembers, else to the system's time. */
void sbx_persist_start_clock(sbx_box *box);

/* As it was when it was started: no resources, faults, log, limits or revoked keys, and the clock
 * where it began. Snapshots stay. */
bool sbx_persist_reset(sbx_box *box);

/* Keeps the store and the clock under a name; an older one of that name goes. */
bool sbx_persist_snapshot(sbx_box *box, const char *name);
bool sbx_persist_has(const sbx_box *box, const char *name);
bool sbx_persist_restore(sbx_box *box, const char *name);
void sbx_persist_forget(sbx_box *box);

SBX_HIDDEN_END
#endif
