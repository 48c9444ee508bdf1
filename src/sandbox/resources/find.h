/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_FIND_H
#define SBX_RESOURCES_FIND_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* Selects the row of one resource: by its key where its type has one, else by its id. NULL when
 * there is none. The caller reads the row before the statement is used again, and resets it. */
sqlite3_stmt *sbx_find_by_id(sbx_store *store, sbx_type type, const char *id);
sqlite3_stmt *sbx_find_by_key(sbx_store *store, sbx_type type, int64_t pk);

/* The same, adding a 404 when there is none: for the resource of the path (pointer NULL), or for
 * one that the body refers to at `pointer`. */
sqlite3_stmt *sbx_find(sbx_call *call, sbx_type type, const char *id, const char *pointer);

SBX_HIDDEN_END
#endif
