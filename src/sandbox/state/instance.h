/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_INSTANCE_H
#define SBX_STATE_INSTANCE_H

#include <pthread.h>
#include "base/clock.h"
#include "base/zone.h"
#include "sends/lifecycle.h"
#include "state/auth.h"
#include "state/effects.h"
#include "state/fault.h"
#include "state/journal.h"
#include "state/limits.h"
#include "state/recent.h"
#include "state/settings.h"
#include "state/snapshots.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* The whole state of one sandbox, for the pipeline and the control interface; everything below
 * them is handed the parts it uses. Both the server's thread and the host's use it: `lock` guards
 * all that follows it. */
typedef struct sbx_instance {
    sbx_settings settings; /* unchanged once opened */
    char *origin;          /* "http://127.0.0.1:8080"; set before the first request */

    pthread_mutex_t lock;
    sbx_store store;
    sbx_clock clock;
    sbx_zones *zones;
    sbx_lifecycle lifecycle;
    uint64_t response_count; /* so far, for request ids */
    sbx_auth auth;
    sbx_faults faults;
    sbx_journal journal;
    sbx_effects effects;
    sbx_recent recent;
    uint64_t reset_count; /* a request of an earlier one is not executed any more */
    sbx_limits limits;
    sbx_snapshots snapshots;
} sbx_instance;

/* Makes one, taking the settings over in every case. NULL when out of memory. */
sbx_instance *sbx_instance_new(sbx_settings *settings);
/* Opens the store and starts the clock. False with a sentence that the caller frees (NULL: out of
 * memory). */
bool sbx_instance_open(sbx_instance *instance, char **problem);
void sbx_instance_free(sbx_instance *instance);

/* Restores the state it was started with: no resources, faults, journal, limits or revoked keys,
 * and the clock where it began. Snapshots stay. Under the lock. */
bool sbx_instance_reset(sbx_instance *instance);

/* Gives a response its request id and its date. Under the lock. */
void sbx_instance_stamp(sbx_instance *instance, sbx_response *response);

SBX_HIDDEN_END
#endif
