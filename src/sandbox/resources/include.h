/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_INCLUDE_H
#define SBX_RESOURCES_INCLUDE_H

#include "api/serialise.h"

SBX_HIDDEN_BEGIN

/* The columns of a primary resource that select what it includes. */
typedef struct sbx_primary {
    int64_t pk, campaign, parent; /* parent: none for an audience, the audience of a message, the
                                     message of a variation */
    const char *image, *translation;
} sbx_primary;

/* Reads a row of `type`; copies text to the arena. */
void sbx_primary_read(sbx_primary *primary, sbx_type type, sqlite3_stmt *row, sbx_arena *arena);

/* Writes the member "included", if the query asks for any: each resource once, in the order of the
 * primary resources. */
void sbx_write_included(sbx_writer *writer, sbx_type type, const sbx_primary *primaries,
                        size_t count);

SBX_HIDDEN_END
#endif
