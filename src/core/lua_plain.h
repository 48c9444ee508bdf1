/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_PLAIN_H
#define KLV_LUA_PLAIN_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/*
 * is_plain(value): whether a value contains only what lua-cjson writes correctly: strings in UTF-8,
 * booleans, null, integers below 1e14, and tables that are lists or have names, except for a tagged
 * empty list. Other values may be valid too: lua/klaviyo/model/json.lua examines them, and says
 * what is wrong and where. [-0, +1]
 */
int klv_lua_plain(lua_State *L);

KLV_PRIVATE_END

#endif
