/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_KEYS_H
#define SBX_STORE_KEYS_H

#include <sqlite3.h>
#include <stdbool.h>
#include "store/ulid.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Gives a connection the functions ulid(pk, created, ahead), the id of a row, and ulid_key(id), its
 * key or null. The source must outlive the connection. */
bool sbx_keys_define(sqlite3 *db, sbx_ulid_source *source);

SBX_HIDDEN_END
#endif
