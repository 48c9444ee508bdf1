/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_RENDER_H
#define SBX_RESOURCES_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include "base/text.h"

SBX_HIDDEN_BEGIN

/* Renders a template as Django does: `{{ name }}`, `{{ person.name }}` and `|default:"there"`. A
 * variable that the context lacks writes nothing. Every other tag is left as it stands. in_html:
 * values are escaped. */
void sbx_render(sbx_text *out, const char *source, json_t *context, bool in_html);

SBX_HIDDEN_END
#endif
