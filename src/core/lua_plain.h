/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_PLAIN_H
#define KLV_LUA_PLAIN_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/*
 * is_plain(value): whether a value is made of nothing but what every writer of JSON writes alike:
 * ASCII strings, booleans, null, whole numbers below 1e14, and tables that are lists or have names,
 * but no empty list. What is not plain may be right too: lua/klaviyo/model/json.lua looks closer,
 * and says what is wrong and where. [-0, +1]
 */
int klv_lua_plain(lua_State *L);

KLV_PRIVATE_END

#endif
