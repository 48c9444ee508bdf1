/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_ROUTE_H
#define SBX_RESOURCES_ROUTE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

typedef enum sbx_match { SBX_MATCH_NONE, SBX_MATCH_PATH, SBX_MATCH_ROUTE } sbx_match;

/* Finds the route of a path. Segments are compared decoded; one trailing slash is allowed.
 * SBX_MATCH_PATH: the path exists with other methods only, which are written to `allow`. *id is in
 * the arena. */
sbx_match sbx_route_find(sbx_arena *arena, const char *method, const char *path,
                         sbx_dialect dialect, const sbx_route **route, const char **id,
                         char allow[64]);

SBX_HIDDEN_END
#endif
