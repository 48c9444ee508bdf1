/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_CLIENT_H
#define KLV_LUA_CLIENT_H

#include "compat.h"
#include "internal.h"
#include "client.h"

KLV_PRIVATE_BEGIN

/* Creates the metatables of this file; once a Lua state is enough, twice does no harm. [-0, +0] */
void klv_lua_client_register(lua_State *L);

/* core.client(config), see lua/klaviyo/meta/core.lua. */
int klv_lua_client_new(lua_State *L);

/* core.wait(seconds[, client ...]): blocks until something is ready on one of them, and drives
 * them. */
int klv_lua_client_wait(lua_State *L);

/* The open client at `index`; raises for anything else, and for a closed one. */
klv_client *klv_lua_client_open(lua_State *L, int index);

KLV_PRIVATE_END

#endif
