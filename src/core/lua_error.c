/* SPDX-License-Identifier: MIT */
#include "lua_error.h"

void klv_lua_push_error(lua_State *L, const klv_error *error) {
    lua_createtable(L, 0, 9); /* with what a failed request adds */
    lua_pushstring(L, klv_error_kind_name(error->kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, error->message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, klv_outcome_name(error->outcome));
    lua_setfield(L, -2, "outcome");
    lua_pushboolean(L, error->retryable);
    lua_setfield(L, -2, "retryable");
    if (error->status) {
        lua_pushinteger(L, error->status);
        lua_setfield(L, -2, "status");
    }
}

int klv_lua_fail(lua_State *L, const klv_error *error) {
    lua_pushnil(L);
    klv_lua_push_error(L, error);
    return 2;
}
