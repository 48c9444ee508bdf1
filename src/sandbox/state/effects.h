/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_EFFECTS_H
#define SBX_STATE_EFFECTS_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Every write that was carried out, whatever response its client got: the truth that a client can
 * be held against. The oldest go when there are too many. */
#define SBX_EFFECTS_MAX 10000

typedef struct sbx_effect {
    int64_t at;     /* by the sandbox's clock */
    const char *by; /* static: "request", "late", "twin" or "crowd" */
    char method[8];
    char path[96];
    char id[40]; /* of the resource that it made or changed; "" where none is known */
    int status;
} sbx_effect;

typedef struct sbx_effects {
    sbx_effect *ring; /* SBX_EFFECTS_MAX of them, made at first use */
    size_t first, count;
} sbx_effects;

/* Copies one. Dropped silently when memory is at its end, as in the journal. */
void sbx_effects_add(sbx_effects *effects, const sbx_effect *effect);
void sbx_effects_clear(sbx_effects *effects);
void sbx_effects_free(sbx_effects *effects);

/* Writes a JSON array, oldest first. */
void sbx_effects_write(const sbx_effects *effects, sbx_text *out);

SBX_HIDDEN_END
#endif
