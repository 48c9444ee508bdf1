/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_ULID_SQL_H
#define SBX_STORE_ULID_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include "base/visibility.h"
#include "store/ulid.h"

SBX_HIDDEN_BEGIN

/* Defines two SQL functions on a connection: ulid(pk, created, ahead) is the id of a row,
 * ulid_key(id) its key or null. They let one statement return and filter by ids that are not
 * stored. The source must outlive the connection. */
bool sbx_ulid_define_functions(sqlite3 *db, sbx_ulid_source *source);

SBX_HIDDEN_END
#endif
