/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_CJSON_H
#define KLV_LUA_CJSON_H

#include "internal.h"

#include <lua.h>

KLV_PRIVATE_BEGIN

/* Loads the library of lua-cjson so that it calls its own functions, where the program has some of
 * the same names. Does nothing elsewhere, nor if it is loaded already. May raise: out of memory. */
void klv_lua_bind_cjson(lua_State *L);

KLV_PRIVATE_END

#endif
