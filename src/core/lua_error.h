/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_ERROR_H
#define KLV_LUA_ERROR_H

#include "compat.h"
#include "error.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/* Pushes the table {kind, message, outcome, retryable, status} of an error, which must stay valid
 * during the call: an allocation in Lua may run any finalizer. [-0, +1] */
void klv_lua_push_error(lua_State *L, const klv_error *error);

/* Pushes nil and that table; returns 2, for `return klv_lua_fail(...)`. [-0, +2] */
int klv_lua_fail(lua_State *L, const klv_error *error);

KLV_PRIVATE_END

#endif
