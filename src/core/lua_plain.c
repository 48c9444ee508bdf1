/* SPDX-License-Identifier: MIT */
#include "lua_plain.h"

#include <stddef.h>

/* A table that contains itself comes to an end here. */
#define DEEPEST 64

static bool is_ascii(lua_State *L, int index) {
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    unsigned char bits = 0;
    for (size_t i = 0; i < length; i++) {
        bits |= (unsigned char)text[i];
    }
    return bits < 0x80;
}

static bool is_whole(lua_Number number) {
    return number > -1e14 && number < 1e14 && number == (lua_Number)(int64_t)number;
}

static bool is_plain(lua_State *L, int depth);

/* The table on top. Its places are different numbers: they are 1 to n if the largest of them is as
 * many as there are. */
static bool is_plain_table(lua_State *L, int depth) {
    if (depth == DEEPEST || !lua_checkstack(L, 4)) {
        return false;
    }
    bool tagged = lua_getmetatable(L, -1) != 0;
    lua_pop(L, tagged ? 1 : 0);
    lua_Number places = 0, last = 0;
    bool named = false;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        bool good = true;
        if (lua_type(L, -2) == LUA_TSTRING) {
            named = true;
            good = is_ascii(L, -2);
        } else {
            lua_Number place = lua_type(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -2) : 0;
            good = place >= 1 && is_whole(place);
            last = place > last ? place : last;
            places++;
        }
        if (!good || !is_plain(L, depth + 1)) {
            lua_pop(L, 2);
            return false;
        }
    }
    return named ? places == 0 && !tagged : places == last && (places > 0 || !tagged);
}

/* The value on top. */
static bool is_plain(lua_State *L, int depth) {
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
        return is_ascii(L, -1);
    case LUA_TBOOLEAN:
        return true;
    case LUA_TNUMBER:
        return is_whole(lua_tonumber(L, -1));
    case LUA_TLIGHTUSERDATA:
        return lua_touserdata(L, -1) == NULL; /* null */
    case LUA_TTABLE:
        return is_plain_table(L, depth);
    default:
        return false;
    }
}

int klv_lua_plain(lua_State *L) {
    lua_settop(L, 1);
    lua_pushboolean(L, is_plain(L, 0));
    return 1;
}
