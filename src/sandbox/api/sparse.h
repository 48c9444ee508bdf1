/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_SPARSE_H
#define SBX_API_SPARSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "api/api.h"
#include "base/arena.h"
#include "base/errors.h"

SBX_HIDDEN_BEGIN

/* One fields[TYPE] parameter. Zeroed: everything is wanted. */
typedef struct sbx_sparse {
    bool given;         /* the parameter was there; with count 0: no attribute is wanted */
    const char **paths; /* dotted paths below attributes: "definition.name"; no duplicates, and none
                           below another; borrowed from the arena */
    size_t count;
} sbx_sparse;

/* Reads the value of fields[type] ("definition.name,created_at"; "id" is allowed and always there
 * anyway; an empty value asks for no attributes). Unknown names add an error each under
 * `parameter`, with the known names. False if there was one or memory was at its end. */
bool sbx_sparse_parse(sbx_arena *arena, sbx_type type, sbx_dialect dialect, const char *value,
                      size_t length, const char *parameter, sbx_errors *errors, sbx_sparse *out);

/* Whether the attribute at `path`, or anything below it, is wanted: for a writer that would rather
 * not make what is not asked for. */
bool sbx_sparse_wants(const sbx_sparse *sparse, const char *path);

/* Cuts resource.attributes down to what is wanted, in place (so nothing below it may be shared with
 * another document); id, type, relationships and links stay. An object on the way that is null
 * stays null. Allocates nothing. */
void sbx_sparse_apply(const sbx_sparse *sparse, json_t *resource);

SBX_HIDDEN_END
#endif
