/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_RELAY_H
#define KLV_LUA_RELAY_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

void klv_lua_relay_register(lua_State *L);

/* core.relay(), see lua/klaviyo/meta/core.lua. */
int klv_lua_relay_new(lua_State *L);

KLV_PRIVATE_END

#endif
