/* SPDX-License-Identifier: MIT */
/*
 * A Lua interpreter for spec/torture/finalizers.lua. It stands between klaviyo.core and Lua: every
 * function of Lua's interface that may run a finalizer, called by the core, passes through here,
 * and the one that the script names collects all garbage first, or afterwards. So a finalizer runs
 * at exactly that allocation. Symbols of the program come before those of liblua, which therefore
 * must be linked dynamically. Linux with glibc.
 */
#include "library.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

/* One state, one thread. */
static library core;
static bool armed, fired, afterwards;
static long long seen, target;

static void collect(lua_State *L) {
    static int (*lua_gc_of_lua)(lua_State *, int, ...);
    if (!lua_gc_of_lua) {
        *(void **)&lua_gc_of_lua = dlsym(RTLD_NEXT, "lua_gc");
    }
    armed = false; /* what finalizers allocate does not count */
    fired = true;
    lua_gc_of_lua(L, LUA_GCCOLLECT, 0);
    lua_gc_of_lua(L, LUA_GCCOLLECT, 0); /* what finalizers made garbage */
}

/* Counts a call that may run finalizers. True: this is the one, and garbage goes after it. */
static bool reach(lua_State *L, const void *caller) {
    if (!armed || !library_holds(&core, caller) || ++seen != target) {
        return false;
    }
    if (afterwards) {
        return true;
    }
    collect(L);
    return false;
}

#define CALLER     __builtin_return_address(0)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, parameters, arguments)                                                    \
    EXPORT type name parameters {                                                                  \
        bool late = reach(L, CALLER);                                                              \
        type result = REAL(name) arguments;                                                        \
        if (late) {                                                                                \
            collect(L);                                                                            \
        }                                                                                          \
        return result;                                                                             \
    }
#define WRAP_VOID(name, parameters, arguments)                                                     \
    EXPORT void name parameters {                                                                  \
        bool late = reach(L, CALLER);                                                              \
        REAL(name) arguments;                                                                      \
        if (late) {                                                                                \
            collect(L);                                                                            \
        }                                                                                          \
    }

#if LUA_VERSION_NUM >= 504
WRAP(void *, lua_newuserdatauv, (lua_State * L, size_t size, int values), (L, size, values))
#else
WRAP(void *, lua_newuserdata, (lua_State * L, size_t size), (L, size))
#endif
#if LUA_VERSION_NUM >= 502
WRAP(const char *, lua_pushstring, (lua_State * L, const char *text), (L, text))
WRAP(const char *, lua_pushlstring, (lua_State * L, const char *text, size_t size), (L, text, size))
#else
WRAP_VOID(lua_pushstring, (lua_State * L, const char *text), (L, text))
WRAP_VOID(lua_pushlstring, (lua_State * L, const char *text, size_t size), (L, text, size))
#endif
/* These allocate for a number alone. */
#define WRAP_NUMBER(name, parameters, arguments)                                                   \
    EXPORT const char *name parameters {                                                           \
        bool late = lua_type(L, index) == LUA_TNUMBER && reach(L, CALLER);                         \
        const char *result = REAL(name) arguments;                                                 \
        if (late) {                                                                                \
            collect(L);                                                                            \
        }                                                                                          \
        return result;                                                                             \
    }
WRAP_NUMBER(lua_tolstring, (lua_State * L, int index, size_t *size), (L, index, size))
WRAP_NUMBER(luaL_checklstring, (lua_State * L, int index, size_t *size), (L, index, size))
WRAP_NUMBER(luaL_optlstring, (lua_State * L, int index, const char *other, size_t *size),
            (L, index, other, size))
WRAP_VOID(lua_createtable, (lua_State * L, int places, int names), (L, places, names))
WRAP_VOID(lua_pushcclosure, (lua_State * L, lua_CFunction function, int upvalues),
          (L, function, upvalues))
WRAP_VOID(lua_concat, (lua_State * L, int count), (L, count))
WRAP_VOID(luaL_checkstack, (lua_State * L, int size, const char *what), (L, size, what))

EXPORT void luaL_pushresult(luaL_Buffer *buffer) {
    lua_State *L = buffer->L;
    bool late = reach(L, CALLER);
    REAL(luaL_pushresult)(buffer);
    if (late) {
        collect(L);
    }
}

EXPORT const char *lua_pushfstring(lua_State *L, const char *format, ...) {
    bool late = reach(L, CALLER);
    va_list list;
    va_start(list, format);
    const char *text = lua_pushvfstring(L, format, list);
    va_end(list);
    if (late) {
        collect(L);
    }
    return text;
}

#if LUA_VERSION_NUM >= 504
EXPORT int lua_gc(lua_State *L, int what, ...) {
    va_list list;
    va_start(list, what);
    int first = va_arg(list, int), second = va_arg(list, int), third = va_arg(list, int);
    va_end(list);
    bool late = reach(L, CALLER);
    int result = REAL(lua_gc)(L, what, first, second, third);
    if (late) {
        collect(L);
    }
    return result;
}
#else
WRAP(int, lua_gc, (lua_State * L, int what, int data), (L, what, data))
#endif

/* The script's side: `finalizers`. */

/* arm(n, afterwards): the n-th call from now on collects, before it does its work or afterwards. */
static int script_arm(lua_State *L) {
    if (!core.end) {
        strcpy(core.name, "klaviyo/core.so");
        if (!library_find(&core)) {
            return luaL_error(L, "klaviyo.core is not loaded");
        }
    }
    target = (long long)luaL_checkinteger(L, 1);
    afterwards = lua_toboolean(L, 2);
    seen = 0;
    fired = false;
    armed = true;
    return 0;
}

/* disarm() -> whether the call was reached, how many were counted */
static int script_disarm(lua_State *L) {
    armed = false;
    lua_pushboolean(L, fired);
    lua_pushinteger(L, (lua_Integer)seen);
    return 2;
}

static int traceback(lua_State *L) {
    lua_getglobal(L, "debug");
    lua_getfield(L, -1, "traceback");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 2);
    lua_call(L, 2, 1);
    return 1;
}

int main(int count, char **arguments) {
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_newtable(L);
    lua_pushcfunction(L, script_arm);
    lua_setfield(L, -2, "arm");
    lua_pushcfunction(L, script_disarm);
    lua_setfield(L, -2, "disarm");
    lua_setglobal(L, "finalizers");
    lua_pushcfunction(L, traceback);
    bool failed = count < 2 || luaL_loadfile(L, arguments[1]);
    for (int i = 2; i < count && !failed; i++) {
        lua_pushstring(L, arguments[i]);
    }
    failed = failed || lua_pcall(L, count - 2, 0, 1);
    if (failed) {
        fprintf(stderr, "%s\n", count < 2 ? "usage: finalizers SCRIPT ..." : lua_tostring(L, -1));
    }
    lua_close(L);
    return failed;
}
