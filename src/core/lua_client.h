/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_CLIENT_H
#define KLV_LUA_CLIENT_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/* Makes the metatables of this file. To be called when the module opens, as often as it does. [-0,
 * +0] */
void klv_lua_client_register(lua_State *L);

/* core.client(config), see lua/klaviyo/meta/core.lua. */
int klv_lua_client_new(lua_State *L);

/* core.wait(seconds[, client ...]): blocks until a socket of one of them is ready, and drives
 * them. */
int klv_lua_client_wait(lua_State *L);

KLV_PRIVATE_END

#endif
