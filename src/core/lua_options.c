/* SPDX-License-Identifier: MIT */
#include "lua_options.h"

#include <limits.h>

static int bad_option(lua_State *L, const char *name, const char *expected, int index) {
    return luaL_error(L, "bad option '%s' (%s expected, got %s)", name, expected,
                      lua_typename(L, lua_type(L, index)));
}

const char *klv_option_string(lua_State *L, int table, const char *name, size_t *length, const char *absent) {
    lua_getfield(L, table, name);
    const char *text = absent;
    if (lua_type(L, -1) == LUA_TSTRING) {
        text = lua_tolstring(L, -1, length);
    } else if (!lua_isnil(L, -1)) {
        bad_option(L, name, "string", -1);
    }
    lua_pop(L, 1);
    return text;
}

double klv_option_number(lua_State *L, int table, const char *name, double absent) {
    lua_getfield(L, table, name);
    double number = absent;
    if (lua_type(L, -1) == LUA_TNUMBER) {
        number = lua_tonumber(L, -1);
    } else if (!lua_isnil(L, -1)) {
        bad_option(L, name, "number", -1);
    }
    lua_pop(L, 1);
    return number;
}

bool klv_option_boolean(lua_State *L, int table, const char *name, bool absent) {
    lua_getfield(L, table, name);
    bool value = absent;
    if (lua_isboolean(L, -1)) {
        value = lua_toboolean(L, -1) != 0;
    } else if (!lua_isnil(L, -1)) {
        bad_option(L, name, "boolean", -1);
    }
    lua_pop(L, 1);
    return value;
}

klv_time klv_option_seconds(lua_State *L, int table, const char *name, klv_time absent) {
    lua_getfield(L, table, name);
    int type = lua_type(L, -1);
    if (type != LUA_TNUMBER && type != LUA_TNIL) {
        bad_option(L, name, "number", -1);
    }
    double seconds = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (type == LUA_TNIL) {
        return absent;
    }
    if (!(seconds > 0)) {
        luaL_error(L, "bad option '%s' (more than 0 seconds expected)", name);
    }
    return klv_time_of_seconds(seconds);
}

size_t klv_option_count(lua_State *L, int table, const char *name, size_t least, size_t absent) {
    double number = klv_option_number(L, table, name, (double)absent);
    if (!(number >= (double)least && number <= (double)INT_MAX)) {
        luaL_error(L, "bad option '%s' (a number from %d to %d expected)", name, (int)least, INT_MAX);
    }
    return (size_t)number;
}
