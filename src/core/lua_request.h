/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_REQUEST_H
#define KLV_LUA_REQUEST_H

#include "compat.h"
#include "internal.h"
#include "request.h"

KLV_PRIVATE_BEGIN

void klv_lua_request_register(lua_State *L);

/*
 * client:submit(spec). `client` is the one at index `client_index`, pinned; the spec table is at
 * `spec_index`, both positive. `target` overrides spec.target unless NULL, and must stay valid
 * during the call. Pushes the request, or nil and an error table, and returns how many. Raises for
 * a spec with wrong types; nothing has been acquired then. [-0, +1|+2]
 */
int klv_lua_request_submit(lua_State *L, klv_client *client, int client_index, int spec_index,
                           const char *target, size_t length);

/* request:result() of the request at `index`: pushes status and document (or text, or nil), or nil
 * and an error table. Raises if it is closed or not done. [-0, +2] */
int klv_lua_request_result(lua_State *L, int index);

/* request:close() of the request at `index`, which is positive. [-0, +0] */
void klv_lua_request_close(lua_State *L, int index);

KLV_PRIVATE_END

#endif
