/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_WATCH_H
#define KLV_LUA_WATCH_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

void klv_lua_watch_register(lua_State *L);

/* core.watch(), see lua/klaviyo/meta/core.lua. */
int klv_lua_watch_new(lua_State *L);

KLV_PRIVATE_END

#endif
