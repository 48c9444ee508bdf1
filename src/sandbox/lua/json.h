/* SPDX-License-Identifier: MIT */
#ifndef SBX_LUA_JSON_H
#define SBX_LUA_JSON_H

#include <jansson.h>
#include <lua.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Lua values as JSON and back. All memory is owned by a userdata, so an error on the way leaks
 * nothing. */

/* Pushes a holder: a userdata that releases the value stored in it. [-0, +1] */
json_t **sbx_lua_holder(lua_State *L);

/* Reads the table at `index` into the holder; raises for values that JSON does not have. Whole
 * numbers become integers, tables with a [1] become arrays. */
void sbx_lua_read(lua_State *L, int index, json_t **holder);

/* Pushes a JSON value; null is nil. [-0, +1] */
void sbx_lua_push(lua_State *L, json_t *value);

/* Creates the metatable of holders. */
void sbx_lua_json_open(lua_State *L);

SBX_HIDDEN_END
#endif
