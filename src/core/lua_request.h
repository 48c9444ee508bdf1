/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_REQUEST_H
#define KLV_LUA_REQUEST_H

#include "compat.h"
#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

void klv_lua_request_register(lua_State *L);

/*
 * client:submit(spec): `client` and `spec` are stack indices. `target` overrides spec.target unless
 * NULL; it must stay valid during the call. Pushes the request, or nil and an error table, and
 * returns how many. May raise for a spec of wrong types; nothing is live then. [-0, +1|+2]
 */
int klv_lua_request_submit(lua_State *L, int client, int spec, const char *target, size_t length);

/* The request at `index`, open or not; raises for anything else. NULL: closed. */
klv_request *klv_lua_request_check(lua_State *L, int index);

/* Pushes the table {kind, message, outcome, retryable, status, ...} of an error. [-0, +1] */
void klv_lua_push_error(lua_State *L, const klv_error *error);

/* request:result(): pushes status and document (or text, or nil), or nil and an error table. [-0,
 * +2] */
int klv_lua_request_result(lua_State *L, int index);

/* request:close(), for the request at `index`. [-0, +0] */
void klv_lua_request_close(lua_State *L, int index);

/* Takes the request at `index` out of its client's table of what is pending; it may be gone from
 * there. [-0, +0] */
void klv_lua_request_forget(lua_State *L, int index, const klv_request *request);

KLV_PRIVATE_END

#endif
