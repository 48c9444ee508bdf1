/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_EFFECTS_H
#define SBX_STATE_EFFECTS_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Every write that was executed, whatever its client received: tests compare a client with it. The
 * oldest are dropped when there are too many. */
#define SBX_EFFECTS_MAX 10000

typedef struct sbx_effect {
    int64_t at;     /* by the sandbox's clock */
    const char *by; /* static: "request", "late", "twin" or "crowd" */
    char method[8];
    char path[96];
    char id[40]; /* of the resource that it created or changed; "" if unknown */
    int status;
} sbx_effect;

typedef struct sbx_effects {
    sbx_effect *ring; /* SBX_EFFECTS_MAX of them, allocated at first use */
    size_t first, count;
} sbx_effects;

/* Adds a copy of an effect. Silently drops it when out of memory, like the journal. */
void sbx_effects_add(sbx_effects *effects, const sbx_effect *effect);
void sbx_effects_clear(sbx_effects *effects);
void sbx_effects_free(sbx_effects *effects);

/* Writes a JSON array, oldest first. */
void sbx_effects_write(const sbx_effects *effects, sbx_text *out);

SBX_HIDDEN_END
#endif
