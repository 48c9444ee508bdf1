/* SPDX-License-Identifier: MIT */
/* klaviyo.core.terminal: for the command line alone. */
#include "lua_terminal.h"
#include "terminal.h"

#include <signal.h>

/* isatty(fd) -> boolean */
static int terminal_isatty(lua_State *L) {
    lua_pushboolean(L, klv_terminal_is((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* size(fd) -> columns, rows | nil */
static int terminal_size(lua_State *L) {
    int columns, rows;
    if (!klv_terminal_size((int)luaL_checkinteger(L, 1), &columns, &rows)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, columns);
    lua_pushinteger(L, rows);
    return 2;
}

/* catch_signals() -> boolean */
static int terminal_catch_signals(lua_State *L) {
    lua_pushboolean(L, klv_terminal_catch_signals());
    return 1;
}

/* signal() -> number, name of the signal that came since | nil */
static int terminal_signal(lua_State *L) {
    int number = klv_terminal_take_signal();
    if (!number) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, number);
    lua_pushstring(L, number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "SIGHUP");
    return 2;
}

void klv_lua_terminal_push(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"catch_signals", terminal_catch_signals},
        {"isatty", terminal_isatty},
        {"signal", terminal_signal},
        {"size", terminal_size},
        {NULL, NULL},
    };
    lua_newtable(L);
    klv_compat_setfuncs(L, functions, 0);
}
