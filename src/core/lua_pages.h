/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_PAGES_H
#define KLV_LUA_PAGES_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

void klv_lua_pages_register(lua_State *L);

/* client:pages(spec[, prefetch]), see lua/klaviyo/meta/core.lua. The client is at index 1. */
int klv_lua_pages_new(lua_State *L);

KLV_PRIVATE_END

#endif
