/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_NGINX_POLLER_H
#define KLV_LUA_NGINX_POLLER_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

void klv_lua_nginx_poller_register(lua_State *L);

/* core.watch(), see lua/klaviyo/meta/core.lua. */
int klv_lua_nginx_poller_new(lua_State *L);

KLV_PRIVATE_END

#endif
