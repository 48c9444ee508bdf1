/* SPDX-License-Identifier: MIT */
#include "lua_options.h"

#include <limits.h>
#include <string.h>

static void expect(lua_State *L, const char *name, int type) {
    if (lua_type(L, -1) != type) {
        luaL_error(L, "bad option '%s' (%s expected, got %s)", name, lua_typename(L, type),
                   lua_typename(L, lua_type(L, -1)));
    }
}

const char *klv_value_string(lua_State *L, const char *name, size_t *length) {
    size_t own_length;
    expect(L, name, LUA_TSTRING);
    const char *text = lua_tolstring(L, -1, length ? length : &own_length);
    if (!length && strlen(text) != own_length) {
        luaL_error(L, "bad option '%s' (a zero byte in it)", name);
    }
    return text;
}

bool klv_value_boolean(lua_State *L, const char *name) {
    expect(L, name, LUA_TBOOLEAN);
    return lua_toboolean(L, -1) != 0;
}

klv_time klv_value_seconds(lua_State *L, const char *name) {
    expect(L, name, LUA_TNUMBER);
    double seconds = lua_tonumber(L, -1);
    if (!(seconds > 0)) {
        luaL_error(L, "bad option '%s' (more than 0 seconds expected)", name);
    }
    return klv_time_of_seconds(seconds);
}

int klv_value_count(lua_State *L, const char *name, int least) {
    expect(L, name, LUA_TNUMBER);
    double number = lua_tonumber(L, -1);
    if (!(number >= least && number <= INT_MAX)) {
        luaL_error(L, "bad option '%s' (a number from %d to %d expected)", name, least, INT_MAX);
    }
    return (int)number;
}

/* Pushes a field. False: it is absent, and nothing is pushed. */
static bool push_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    if (!lua_isnil(L, -1)) {
        return true;
    }
    lua_pop(L, 1);
    return false;
}

const char *klv_option_string(lua_State *L, int table, const char *name, size_t *length,
                              const char *absent) {
    lua_getfield(L, table, name);
    return lua_isnil(L, -1) ? absent : klv_value_string(L, name, length);
}

bool klv_option_boolean(lua_State *L, int table, const char *name, bool absent) {
    if (!push_field(L, table, name)) {
        return absent;
    }
    bool value = klv_value_boolean(L, name);
    lua_pop(L, 1);
    return value;
}

klv_time klv_option_seconds(lua_State *L, int table, const char *name, klv_time absent) {
    if (!push_field(L, table, name)) {
        return absent;
    }
    klv_time span = klv_value_seconds(L, name);
    lua_pop(L, 1);
    return span;
}

size_t klv_option_count(lua_State *L, int table, const char *name, int least, size_t absent) {
    if (!push_field(L, table, name)) {
        return absent;
    }
    size_t count = (size_t)klv_value_count(L, name, least);
    lua_pop(L, 1);
    return count;
}
