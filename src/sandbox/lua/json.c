/* SPDX-License-Identifier: MIT */
#include "lua/json.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define HOLDER_NAME "klaviyo.sandbox.json"
#define DEPTH_MAX   32

static int holder_gc(lua_State *L) {
    json_t **holder = luaL_checkudata(L, 1, HOLDER_NAME);
    json_decref(*holder);
    *holder = NULL;
    return 0;
}

void sbx_lua_json_open(lua_State *L) {
    if (luaL_newmetatable(L, HOLDER_NAME)) {
        lua_pushcfunction(L, holder_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_pop(L, 1);
}

json_t **sbx_lua_holder(lua_State *L) {
    json_t **holder = lua_newuserdata(L, sizeof *holder);
    *holder = NULL;
    luaL_getmetatable(L, HOLDER_NAME);
    lua_setmetatable(L, -2);
    return holder;
}

static json_t *number(double value) {
    if (value != value)
        return NULL;
    if (isinf(value)) /* "times = math.huge" */
        return json_integer(value > 0 ? INT64_MAX : INT64_MIN);
    if (value == floor(value) && fabs(value) < 9e15)
        return json_integer((json_int_t)value);
    return json_real(value);
}

/* Adds a value to its container at once, so that a later error finds it owned. */
static void put(lua_State *L, json_t *into, const char *name, json_t *value) {
    int code = name ? json_object_set_new(into, name, value) : json_array_append_new(into, value);
    if (code)
        luaL_error(L, "a value cannot be written as JSON");
}

static void read_value(lua_State *L, int index, json_t *into, const char *name, int depth);

static void read_table(lua_State *L, int index, json_t *into, int depth) {
    if (depth > DEPTH_MAX)
        luaL_error(L, "a table is nested too deeply, or contains itself");
    luaL_checkstack(L, 4, "tables");
    if (json_is_array(into)) {
        for (int i = 1;; i++) {
            lua_rawgeti(L, index, i);
            if (lua_isnil(L, -1)) {
                lua_pop(L, 1);
                return;
            }
            read_value(L, lua_gettop(L), into, NULL, depth);
            lua_pop(L, 1);
        }
    }
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "a table has a key that is %s", luaL_typename(L, -2));
        read_value(L, lua_gettop(L), into, lua_tostring(L, -2), depth);
        lua_pop(L, 1);
    }
}

static bool is_list(lua_State *L, int index) {
    lua_rawgeti(L, index, 1);
    bool list = !lua_isnil(L, -1);
    lua_pop(L, 1);
    return list;
}

static void read_value(lua_State *L, int index, json_t *into, const char *name, int depth) {
    size_t length;
    const char *text;
    json_t *child;
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        put(L, into, name, json_boolean(lua_toboolean(L, index)));
        break;
    case LUA_TNUMBER:
        put(L, into, name, number(lua_tonumber(L, index)));
        break;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &length);
        put(L, into, name, json_stringn(text, length));
        break;
    case LUA_TTABLE:
        child = is_list(L, index) ? json_array() : json_object();
        put(L, into, name, child);
        read_table(L, index, child, depth + 1);
        break;
    default:
        luaL_error(L, "a value is %s, which JSON does not have", luaL_typename(L, index));
    }
}

void sbx_lua_read(lua_State *L, int index, json_t **holder) {
    *holder = json_object();
    if (!*holder)
        luaL_error(L, "out of memory");
    read_table(L, index, *holder, 0);
}

void sbx_lua_push(lua_State *L, json_t *value) {
    const char *name;
    json_t *child;
    size_t index;
    luaL_checkstack(L, 3, "JSON");
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        lua_createtable(L, 0, (int)json_object_size(value));
        json_object_foreach(value, name, child) {
            sbx_lua_push(L, child);
            lua_setfield(L, -2, name);
        }
        break;
    case JSON_ARRAY:
        lua_createtable(L, (int)json_array_size(value), 0);
        json_array_foreach(value, index, child) {
            sbx_lua_push(L, child);
            lua_rawseti(L, -2, (int)index + 1);
        }
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, (lua_Integer)json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_NULL:
        lua_pushnil(L);
        break;
    default:
        lua_pushboolean(L, json_is_true(value));
    }
}
