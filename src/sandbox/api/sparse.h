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

/* One fields[TYPE] parameter. Zeroed: all fields. */
typedef struct sbx_sparse {
    bool given;         /* the parameter was given; with count 0: no attributes */
    const char **paths; /* dotted paths below attributes, "definition.name"; no duplicates, none
                           below another; borrowed from the arena */
    size_t count;
} sbx_sparse;

/* What one fields[TYPE] parameter may name. */
typedef struct sbx_sparse_rule {
    sbx_type type;
    sbx_dialect dialect;
    bool with_additional;  /* the request has a parameter that asks for additional attributes */
    const char *parameter; /* its name, for errors */
} sbx_sparse_rule;

/* Parses the value of fields[type]: "definition.name,created_at". "id" is allowed and has no
 * effect; an empty value asks for no attributes. Adds an error under the parameter for each unknown
 * name, with the known names. False if there was one, or when out of memory. */
bool sbx_sparse_parse(sbx_arena *arena, const sbx_sparse_rule *rule, const char *value,
                      size_t length, sbx_errors *errors, sbx_sparse *out);

/* Whether the attribute at `path`, or anything below it, is asked for, so that a writer can leave
 * out work. */
bool sbx_sparse_wants(const sbx_sparse *sparse, const char *path);

/* Removes from resource.attributes what is not asked for, in place (so nothing below it may be
 * shared with another document). id, type, relationships and links stay, and so does an object on
 * the path that is null. Allocates nothing. */
void sbx_sparse_apply(const sbx_sparse *sparse, json_t *resource);

SBX_HIDDEN_END
#endif
