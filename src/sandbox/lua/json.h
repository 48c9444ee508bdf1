/* SPDX-License-Identifier: MIT */
#ifndef SBX_LUA_JSON_H
#define SBX_LUA_JSON_H

#include <jansson.h>
#include <lua.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Lua values as JSON and back. Whatever holds memory here is owned by a userdata, so that an error
 * in between leaks nothing. */

/* Pushes a holder: a userdata that releases what is put into it. [-0, +1] */
json_t **sbx_lua_holder(lua_State *L);

/* Reads the table at `index` into the holder (raises for what JSON cannot hold). Whole numbers
 * become integers, tables with a [1] arrays. */
void sbx_lua_read(lua_State *L, int index, json_t **holder);

/* Pushes a JSON value; null is nil. [-0, +1] */
void sbx_lua_push(lua_State *L, json_t *value);

/* Makes the metatable of holders. */
void sbx_lua_json_open(lua_State *L);

SBX_HIDDEN_END
#endif
