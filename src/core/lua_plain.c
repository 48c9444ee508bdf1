/* SPDX-License-Identifier: MIT */
#include "lua_plain.h"
#include "json_string.h"

#include <stddef.h>

/* The recursion through a table that contains itself ends here. */
#define DEEPEST 64

/* The usual text is ASCII, and or-ing its bytes is faster than looking at each of them. */
static bool is_text(lua_State *L, int index) {
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    unsigned char bits = 0;
    for (size_t i = 0; i < length; i++) {
        bits |= (unsigned char)text[i];
    }
    return bits < 0x80 || klv_utf8_is_valid(text, length);
}

static bool is_whole(lua_Number number) {
    return number > -1e14 && number < 1e14 && number == (lua_Number)(int64_t)number;
}

static bool is_plain(lua_State *L, int depth);

/* Whether the table on top is plain. Its integer keys are distinct, so they are 1 to n if the
 * largest of them is their number. */
static bool is_plain_table(lua_State *L, int depth) {
    if (depth == DEEPEST || !lua_checkstack(L, 4)) {
        return false;
    }
    bool tagged = lua_getmetatable(L, -1) != 0;
    lua_pop(L, tagged ? 1 : 0);
    lua_Number count = 0, largest = 0;
    bool named = false;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        bool good = true;
        if (lua_type(L, -2) == LUA_TSTRING) {
            named = true;
            good = is_text(L, -2);
        } else {
            lua_Number key = lua_type(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -2) : 0;
            good = key >= 1 && is_whole(key);
            largest = key > largest ? key : largest;
            count++;
        }
        if (!good || !is_plain(L, depth + 1)) {
            lua_pop(L, 2);
            return false;
        }
    }
    return named ? count == 0 && !tagged : count == largest && (count > 0 || !tagged);
}

/* Whether the value on top is plain. */
static bool is_plain(lua_State *L, int depth) {
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
        return is_text(L, -1);
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
