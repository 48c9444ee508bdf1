/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_TERMINAL_H
#define KLV_LUA_TERMINAL_H

#include "compat.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/* Pushes the table `klaviyo.core.terminal`. [-0, +1] */
void klv_lua_terminal_push(lua_State *L);

KLV_PRIVATE_END

#endif
