/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_INCLUDE_H
#define SBX_RESOURCES_INCLUDE_H

#include "api/serialise.h"

SBX_HIDDEN_BEGIN

/* What is remembered of each primary resource, to find what it includes. */
typedef struct sbx_primary {
    int64_t pk, campaign, parent; /* parent: of an audience none, of a message the audience, of a
                                     variation the message */
    const char *image, *translation;
} sbx_primary;

/* Notes a row of `type`; text goes to the arena. */
void sbx_primary_read(sbx_primary *primary, sbx_type type, sqlite3_stmt *row, sbx_arena *arena);

/* Writes the member "included", when the query asks for it: each resource once, in the order of the
 * primary resources. */
void sbx_write_included(sbx_writer *writer, sbx_type type, const sbx_primary *primaries,
                        size_t count);

SBX_HIDDEN_END
#endif
