/* SPDX-License-Identifier: MIT */
#include "state/effects.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "state/journal.h"

void sbx_effects_add(sbx_effects *effects, const sbx_effect *effect) {
    if (!effects->ring)
        effects->ring = calloc(SBX_EFFECTS_MAX, sizeof *effects->ring);
    if (!effects->ring)
        return;
    if (effects->count == SBX_EFFECTS_MAX) {
        effects->first = (effects->first + 1) % SBX_EFFECTS_MAX;
        effects->count--;
    }
    effects->ring[(effects->first + effects->count++) % SBX_EFFECTS_MAX] = *effect;
}

void sbx_effects_clear(sbx_effects *effects) {
    effects->first = effects->count = 0;
}

void sbx_effects_free(sbx_effects *effects) {
    free(effects->ring);
    memset(effects, 0, sizeof *effects);
}

static void write_effect(const sbx_effect *effect, sbx_text *out) {
    char at[SBX_TIME_SIZE];
    sbx_time_format(effect->at, at);
    sbx_json_open(out, NULL, '{');
    sbx_json_text(out, "at", at);
    sbx_json_text(out, "by", effect->by);
    sbx_json_text(out, "method", effect->method);
    sbx_json_bytes(out, "path", effect->path, strlen(effect->path));
    if (*effect->id)
        sbx_json_bytes(out, "id", effect->id, strlen(effect->id));
    sbx_json_int(out, "status", effect->status);
    sbx_text_puts(out, "}");
}

void sbx_effects_write(const sbx_effects *effects, sbx_text *out) {
    sbx_json_open(out, NULL, '[');
    for (size_t i = 0; i < effects->count; i++)
        write_effect(&effects->ring[(effects->first + i) % SBX_EFFECTS_MAX], out);
    sbx_text_puts(out, "]");
}
