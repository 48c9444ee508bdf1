/* SPDX-License-Identifier: MIT */
#ifndef KLV_COMPAT_H
#define KLV_COMPAT_H

/*
 * Differences between the Lua versions that one source supports: LuaJIT 2.1 (5.1 plus
 * luaL_setfuncs, luaL_newlib, luaL_testudata and lua_tointegerx), 5.3 and 5.4. Everything here
 * is static.
 */
#include <lua.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

/* Pushes an integer; as the nearest double where Lua has no integers (exact up to 2^53). [-0,
 * +1] */
static inline void klv_compat_pushinteger(lua_State *L, int64_t value) {
#if LUA_VERSION_NUM >= 503
    lua_pushinteger(L, (lua_Integer)value);
#else
    lua_pushnumber(L, (lua_Number)value);
#endif
}

/* Reads an integer, or a double with an integer value, at `index`. False for anything else,
 * strings included. */
static inline bool klv_compat_tointeger(lua_State *L, int index, int64_t *value) {
    if (lua_type(L, index) != LUA_TNUMBER) {
        return false;
    }
#if LUA_VERSION_NUM >= 503
    int whole = 0;
    *value = (int64_t)lua_tointegerx(L, index, &whole);
    return whole != 0;
#else
    lua_Number number = lua_tonumber(L, index);
    if (!(number >= -9007199254740992.0 && number <= 9007199254740992.0)) {
        return false;
    }
    *value = (int64_t)number;
    return (lua_Number)*value == number;
#endif
}

/* False while the host has stopped the collector: then the core must not start it. */
static inline bool klv_compat_gc_running(lua_State *L) {
#ifdef LUA_GCISRUNNING
    return lua_gc(L, LUA_GCISRUNNING, 0) != 0;
#else
    (void)L;
    return true;
#endif
}

/* The table that belongs to a userdata (5.3 and later: its user value; 5.1: its environment).
 * Set: [-1, +0]; get: [-0, +1]. */
static inline void klv_compat_setuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 502
    lua_setuservalue(L, index);
#else
    lua_setfenv(L, index);
#endif
}

static inline void klv_compat_getuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 502
    lua_getuservalue(L, index);
#else
    lua_getfenv(L, index);
#endif
}

#endif
