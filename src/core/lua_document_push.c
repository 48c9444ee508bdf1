/* SPDX-License-Identifier: MIT */
#include <lua.h>
#include <lauxlib.h>

#include "compat.h"
#include "document_private.h"
#include "json_number.h"
#include "lua_document.h"

void klv_lua_document_push_slice(lua_State *L, klv_document_slice slice) {
    char small[512];
    if (!slice.escaped) {
        lua_pushlstring(L, slice.data, slice.length);
    } else if (slice.length <= sizeof small) {
        lua_pushlstring(L, small, klv_document_unescape(slice, small));
    } else {
        /* garbage that Lua owns: the push may raise */
        char *large = lua_newuserdata(L, slice.length);
        lua_pushlstring(L, large, klv_document_unescape(slice, large));
        lua_remove(L, -2);
    }
}

typedef struct {
    lua_State *L;
    const klv_document *doc;
} context;

static uint32_t push_value(const context *to, uint32_t index);

static void push_string(const context *to, klv_json_entry entry) {
    const char *data = to->doc->text + entry.offset;
    if (entry.link & KLV_JSON_ESCAPED) {
        klv_lua_document_push_slice(to->L,
                                    (klv_document_slice){data, klv_json_length(entry), true});
    } else {
        lua_pushlstring(to->L, data, klv_json_length(entry));
    }
}

/* The tables are made at their final size: growing them costs more than counting. */
static uint32_t push_object(const context *to, uint32_t index) {
    const klv_json_entry *entries = to->doc->tape.entries;
    uint32_t end = klv_json_length(entries[index]);
    lua_createtable(to->L, 0, (int)klv_document_count(to->doc, index));
    for (index++; index < end;) {
        push_string(to, entries[index]);
        index = push_value(to, index + 1);
        lua_rawset(to->L, -3);
    }
    return end;
}

static uint32_t push_array(const context *to, uint32_t index) {
    uint32_t end = klv_json_length(to->doc->tape.entries[index]);
    lua_createtable(to->L, (int)klv_document_count(to->doc, index), 0);
    luaL_getmetatable(to->L, KLV_LUA_ARRAY);
    lua_setmetatable(to->L, -2);
    int place = 1;
    for (index++; index < end; place++) {
        index = push_value(to, index);
        lua_rawseti(to->L, -2, place);
    }
    return end;
}

/* Pushes the value at `index` and returns the index behind it. Recursion ends at
 * KLV_DOCUMENT_MAX_DEPTH. */
static uint32_t push_value(const context *to, uint32_t index) {
    klv_json_entry entry = to->doc->tape.entries[index];
    const char *data = to->doc->text + entry.offset;
    lua_State *L = to->L;
    luaL_checkstack(L, 4, "document is nested too deeply");
    switch (klv_json_kind(entry)) {
    case KLV_JSON_OBJECT:
        return push_object(to, index);
    case KLV_JSON_ARRAY:
        return push_array(to, index);
    case KLV_JSON_DOUBLE:
        lua_pushnumber(L, klv_json_to_double(data, klv_json_length(entry)));
        break;
    case KLV_JSON_INTEGER:
        klv_compat_pushinteger(L, klv_json_to_integer(data, klv_json_length(entry)));
        break;
    case KLV_JSON_TRUE:
    case KLV_JSON_FALSE:
        lua_pushboolean(L, klv_json_kind(entry) == KLV_JSON_TRUE);
        break;
    case KLV_JSON_NULL:
        lua_pushlightuserdata(L, NULL);
        break;
    default:
        push_string(to, entry);
    }
    return index + 1;
}

void klv_lua_document_push(lua_State *L, const klv_document *doc, uint32_t node) {
    context to = {L, doc};
    push_value(&to, node);
}
