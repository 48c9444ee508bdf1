/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_ULID_SQL_H
#define SBX_STORE_ULID_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include "base/visibility.h"
#include "store/ulid.h"

SBX_HIDDEN_BEGIN

/* Gives a connection the functions ulid(pk, created, ahead), the id of a row, and ulid_key(id), its
 * key or null. The source must outlive the connection. */
bool sbx_ulid_define_functions(sqlite3 *db, sbx_ulid_source *source);

SBX_HIDDEN_END
#endif
