/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_CHILD_H
#define KLV_LUA_CHILD_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* evaluate { ... } -> child | nil, message; see lua/klaviyo/meta/terminal.lua. */
int klv_lua_child_evaluate(lua_State *L);

#pragma GCC visibility pop

#endif
